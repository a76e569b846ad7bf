"""Calls of one business: lists page by page, records, and writes.

Source: contract §2 to §5. Only two calls are repeated here: one that was refused for its token, whose first try
had no effect, and a read that took too long.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.sage.business_cloud import answers
from tidegate.sage.business_cloud.pace import Pace
from tidegate.sage.business_cloud.rows import Row, text_of
from tidegate.sage.oauth2 import OAuthSignIn
from tidegate.transport import Answer, Counted, HttpClient, NoAnswer

PAGE = 200  #: records that a page has at most (§3.1)
MOST_PAGES = 5_000
MOST_RUNS = 3  #: how often a list is read from its start; records may move between pages
_encoder = msgspec.json.Encoder(decimal_format="string")
Query = Mapping[str, str]


class BusinessCloudClient(Counted):
    """The API for one business."""

    def __init__(self, http: HttpClient, sign_in: OAuthSignIn, pace: Pace, business: str) -> None:
        self._http = http
        self._sign_in = sign_in
        self._pace = pace
        self._business = business
        self._refused_token = ""
        self.server_time: datetime | None = None  #: by the last answer that has a date

    # Reading

    def read(self, resource: str, query: Query | None = None, *, sort: str = "") -> list[Row] | Failure:
        """All records of a list, distinguished by their id.

        The end is known by `$total`: beyond the last page that one comes again. A list whose records move while it is
        read is started again.
        """
        asked = {**(query or {}), "items_per_page": str(PAGE), **({"sort": sort} if sort else {})}
        for _ in range(MOST_RUNS):
            found: dict[str, Row] = {}
            total = -1
            for number in range(1, MOST_PAGES):
                page = self.page(resource, {**asked, "page": str(number)})
                if isinstance(page, Failure):
                    return page
                rows, total = page
                found |= {text_of(row, "id"): row for row in rows}
                if number * PAGE >= total:
                    break
            if len(found) >= total:
                return list(found.values())
        return Failure(
            Code.SERVER_TROUBLE,
            (
                f"Sage's list of {resource} kept changing while it was read: it is read again with the next "
                "cycle"
            ),
            sent=False,
        )

    def page(self, resource: str, query: Query) -> tuple[list[Row], int] | Failure:
        """One page, and how many records the whole list has. A read that took too long is asked once more."""
        answer = self._send("GET", f"/{resource}", query=query, paced=True)
        if isinstance(answer, Failure) and answers.AGAIN in answer.details:
            answer = self._send("GET", f"/{resource}", query=query, paced=True)
        if isinstance(answer, Failure):
            if answers.GONE in answer.details:
                text = f"Sage has no such business, or not this list: {answer.text}"
                return Failure(Code.WRONG_COMPANY, text, sent=False)
            return answer
        found = answers.document(answer)
        rows = found.get("$items") if isinstance(found, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return answers.no_list(answer)
        try:
            total = values.whole(found.get("$total"))
        except Unreadable:
            total = None
        return (rows, len(rows) if total is None else total)

    def entry(self, resource: str, id: str, query: Query | None = None) -> Row | Failure | None:
        """One record, with all that it has; None when it is not there."""
        answer = self._send("GET", f"/{resource}/{id}", query=query, paced=True)
        if isinstance(answer, Failure) and answers.AGAIN in answer.details:
            answer = self._send("GET", f"/{resource}/{id}", query=query, paced=True)
        if isinstance(answer, Failure):
            return None if answers.GONE in answer.details else answer
        found = answers.document(answer)
        return found if isinstance(found, dict) else answers.no_list(answer)

    # Writing

    def create(self, resource: str, wrapper: str, body: Mapping[str, Any]) -> Row | Failure:
        """POST one record; the record as it was made."""
        return self._written(self._send("POST", f"/{resource}", payload={wrapper: body}))

    def release(self, resource: str, id: str) -> Row | Failure:
        """Release a draft."""
        return self._written(self._send("POST", f"/{resource}/{id}/release", payload={}))

    def delete(self, resource: str, id: str, query: Query | None = None) -> Row | Failure | None:
        """DELETE one record: the voided record, or None where it is really gone."""
        answer = self._send("DELETE", f"/{resource}/{id}", query=query)
        if isinstance(answer, Answer) and answer.status == 204:
            return None
        return self._written(answer)

    @staticmethod
    def _written(answer: Answer | Failure) -> Row | Failure:
        if isinstance(answer, Failure):
            return answer
        found = answers.document(answer)
        if isinstance(found, dict) and text_of(found, "id"):
            return found
        return answers.unclear(answer)

    # One call

    def account(self, path: str) -> Any | Failure:
        """A read of the account that depends on no business: `/businesses`, `/user`."""
        answer = self._send("GET", path)
        return answer if isinstance(answer, Failure) else answers.document(answer) or answers.no_list(answer)

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        payload: Mapping[str, Any] | None = None,
        paced: bool = False,
    ) -> Answer | Failure:
        """One call with a good token. `paced`: it waits for its minute; another one is left to the next cycle."""
        while seconds := self._pace.begin():
            if not paced:
                text = "the calls allowed in this minute are used up"
                return Failure(Code.THROTTLED, text, seconds, sent=False)
            self._pace.wait(seconds)
        token = self._sign_in.token()
        if isinstance(token, Failure):
            return token
        answer = self._once(method, path, query, payload, token)
        if isinstance(answer, Answer) and answer.status == 401 and token != self._refused_token:
            renewed = self._sign_in.renewed(token)
            if isinstance(renewed, Failure):
                return renewed
            answer = self._once(method, path, query, payload, renewed)
            if isinstance(answer, Answer) and answer.status == 401:
                self._refused_token = renewed  # a fresh token was refused: no storm
        failure = answers.failure_of(answer, reading=method == "GET")
        if failure is not None:
            return failure
        if isinstance(answer, NoAnswer):
            raise ValueError("internal error: neither an answer nor a failure")
        self._refused_token = ""
        return answer

    def _once(
        self, method: str, path: str, query: Query | None, payload: Mapping[str, Any] | None, token: str
    ) -> Answer | NoAnswer:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if self._business:
            headers["X-Business"] = self._business
        if payload is not None:
            headers["Content-Type"] = "application/json"
        content = None if payload is None else _encoder.encode(payload)
        answer = self._http.request(
            method, path, query=urlencode(query or {}), headers=headers, content=content
        )
        if isinstance(answer, Answer):
            self.server_time = answer.date or self.server_time
        return answer
