"""Calls of one company's agent: datasets page by page, look-ups, and what is written.

Source: contract §12.3. Only a read that took too long is repeated here, with a smaller page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage100 import answers
from tidegate.sage.sage100.rows import Row
from tidegate.transport import Answer, Counted, HttpClient, NoAnswer

PAGE, SMALLEST_PAGE = 5000, 25
MOST_PAGES = 10_000
MOST_VALUES = 50  #: that one call is narrowed to
_encoder = msgspec.json.Encoder(decimal_format="string")
Query = Sequence[tuple[str, str]]


class Sage100Client(Counted):
    """The agent, for one company."""

    def __init__(self, http: HttpClient, *, company: str, token: str) -> None:
        self._http = http
        self._company = company
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self.page_size = PAGE
        self.refused = False  #: whether the last answer was that the token, or the agent's user, is refused

    # Learnt

    @property
    def learnt(self) -> dict[str, int]:
        """The size of a page that this agent can answer."""
        return {} if self.page_size == PAGE else {"page": self.page_size}

    def take(self, learnt: Mapping[str, int]) -> None:
        """What an earlier process has learnt."""
        if "page" in learnt:
            self.page_size = min(self.page_size, max(learnt["page"], SMALLEST_PAGE))

    def forget(self) -> None:
        """Ask at full size again."""
        self.page_size = PAGE

    # Reading

    def rows(
        self,
        dataset: str,
        columns: Sequence[str] = (),
        *,
        since: str = "",
        where: Query = (),
    ) -> tuple[list[Row], str] | Failure:
        """All rows of a dataset, or of the changes since a time, and the next `since`."""
        found: list[Row] = []
        after, high = "", ""
        for _ in range(MOST_PAGES):
            asked = [("limit", str(self.page_size)), *where]
            asked += [("columns", ",".join(columns))] if columns else []
            asked += [("since", since)] if since else []
            asked += [("after", after)] if after else []
            page = self.get(f"{self._place}/data/{dataset}", asked)
            if isinstance(page, Failure):
                if not self._shrinks(page):
                    return page
                continue
            rows = page.get("rows")
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                return Failure(
                    Code.SERVER_TROUBLE, f"the agent's page of {dataset} has no list of rows", sent=False
                )
            if page.get("complete") is not True:
                return Failure(Code.SERVER_TROUBLE, f"the agent could not read all of {dataset}", sent=False)
            found += rows
            # The first page's time: what changes while further pages are read is read again.
            high = high or str(page.get("high") or "")
            following = page.get("next")
            if not following:
                return found, high
            if following == after:
                return Failure(Code.SERVER_TROUBLE, f"the agent repeats a page of {dataset}", sent=False)
            after = str(following)
        return Failure(
            Code.SERVER_TROUBLE,
            (f"the agent's list of {dataset} does not end: page after page, and none is the last"),
            sent=False,
        )

    def narrowed(
        self,
        dataset: str,
        column: str,
        values: Iterable[str],
        columns: Sequence[str] = (),
        *,
        since: str = "",
    ) -> list[Row] | Failure:
        """The rows with any of these values, in as few calls as they take."""
        wanted = [value for value in dict.fromkeys(values) if value]
        found: list[Row] = []
        for start in range(0, len(wanted), MOST_VALUES):
            where = [(column, value) for value in wanted[start : start + MOST_VALUES]]
            read = self.rows(dataset, columns, since=since, where=where)
            if isinstance(read, Failure):
                return read
            found += read[0]
        return found

    def by_key(self, keys: Sequence[str]) -> dict[str, Row] | Failure:
        """What the agent knows of these orders, by key."""
        found: dict[str, Row] = {}
        waiting, size = list(dict.fromkeys(keys)), MOST_VALUES
        while waiting:
            some = waiting[:size]
            answer = self.get(f"{self._place}/orders/by-key", [("key", key) for key in some])
            if isinstance(answer, Failure):
                if answers.TOO_MUCH not in answer.details or size == 1:
                    return answer
                size = max(size // 4, 1)
                if len(some) == 1:
                    size = 1
                continue
            results = answer.get("results")
            if not isinstance(results, list):
                return Failure(Code.SERVER_TROUBLE, "the agent's look-up has no results", sent=False)
            answered = {str(one.get("key")): one for one in results if isinstance(one, dict)}
            if not answered.keys() >= set(some):
                return Failure(
                    Code.SERVER_TROUBLE, "the agent's look-up does not mention all keys", sent=False
                )
            found |= answered
            waiting = waiting[len(some) :]
        return found

    def health(self) -> Row | Failure:
        """How the agent is, and what it knows of the company."""
        return self.get("/v1/health", ())

    def capabilities(self) -> Row | Failure:
        """What the installation offers. It takes no seat."""
        return self.get("/v1/capabilities", [("company", self._company)])

    def get(self, path: str, query: Query) -> Row | Failure:
        """One read; its body is an object."""
        answer = self._send("GET", path, query=urlencode(query))
        if isinstance(answer, Failure):
            return answer
        found = answers.document(answer)
        return found if isinstance(found, dict) else answers.no_list(answer)

    def _shrinks(self, failure: Failure) -> bool:
        if answers.TOO_MUCH not in failure.details or self.page_size <= SMALLEST_PAGE:
            return False
        self.page_size = max(self.page_size // 4, SMALLEST_PAGE)
        return True

    # Writing

    def write(self, path: str, payload: Mapping[str, Any]) -> list[Row] | Failure:
        """POST below the company; one result for each record."""
        answer = self._send("POST", f"{self._place}/{path}", payload=payload)
        if isinstance(answer, Failure):
            return answer
        found = answers.document(answer)
        results = found.get("results") if isinstance(found, dict) else None
        if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
            return answers.unclear(answer)
        stopped = found.get("stopped") if isinstance(found, dict) else None
        return [{**one, "stopped": stopped} for one in results]

    def act(self, path: str, payload: Mapping[str, Any]) -> Row | Failure:
        """POST below the company; what became of one record."""
        answer = self._send("POST", f"{self._place}/{path}", payload=payload)
        if isinstance(answer, Failure):
            return answer
        found = answers.document(answer)
        return found if isinstance(found, dict) else answers.unclear(answer)

    def command(self, name: str) -> Failure | None:
        """`drain` or `resume`: it changes no record, so its failure is never in doubt."""
        answer = self._send("POST", f"/v1/{name}", payload={}, reading=True)
        return answer if isinstance(answer, Failure) else None

    # One call

    @property
    def _place(self) -> str:
        return f"/v1/companies/{self._company}"

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        payload: Mapping[str, Any] | None = None,
        reading: bool = False,
    ) -> Answer | Failure:
        content = None if payload is None else _encoder.encode(payload)
        answer = self._http.request(method, path, query=query, headers=self._headers, content=content)
        failure = answers.failure_of(answer, reading=reading or method == "GET")
        self.refused = failure is not None and failure.code in answers.REFUSED.values()
        if failure is not None:
            return failure
        if isinstance(answer, NoAnswer):
            raise ValueError("internal error: neither an answer nor a failure")
        return answer
