"""Calls of one company's Web API: lists page by page, entries, inserts and changes.

Source: contract §2 to §5. Only two calls are repeated here: a read that took too long (with a
smaller page) and a filter whose form of dates this server refuses (once, in the other form).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable
from tidegate.sage.sage300 import answers, queries
from tidegate.sage.sage300.queries import Where
from tidegate.sage.sage300.rows import Row, key_of
from tidegate.transport import Answer, Counted, HttpClient, NoAnswer

PAGE = 1000  #: rows that a page may have at most when it was too large once
SMALLEST_PAGE = 25
MOST_PAGES = 10_000
KEY_SIGNS = "',="  #: characters of an entry's key that an address has unencoded
_encoder = msgspec.json.Encoder(decimal_format="number")


class Sage300Client(Counted):
    """The Web API of one company."""

    def __init__(self, http: HttpClient, *, company: str, user: str, password: str) -> None:
        self._http = http
        self._company = company
        text = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {text}",
            "Content-Type": "application/json",  # on reads, too (C)
            "Accept": "application/json",
        }
        self._was_in = False
        self.page_size: int | None = None  #: None: the server's own
        self.quoted_dates = False  #: learnt: this server wants datetime'…' in filters

    # Learnt

    @property
    def learnt(self) -> dict[str, int]:
        """What this server has taught: the size of a page that it can answer, and the form of its dates."""
        found = {} if self.page_size is None else {"page": self.page_size}
        return {**found, "quoted_dates": 1} if self.quoted_dates else found

    def take(self, learnt: Mapping[str, int]) -> None:
        """What an earlier process has learnt; what is known already stays."""
        if "page" in learnt and self.page_size is None:
            self.page_size = max(learnt["page"], SMALLEST_PAGE)
        self.quoted_dates = self.quoted_dates or bool(learnt.get("quoted_dates"))

    def forget(self) -> None:
        """Ask at full size and in the usual form again."""
        self.page_size, self.quoted_dates = None, False

    # Reading

    def read(
        self, resource: str, where: Where | Callable[[bool], Where] = (), *, key: str = ""
    ) -> list[Row] | Failure:
        """All rows of a list. `key` is its numeric key, where it has one; a filter with dates is a function of their form."""
        made = where(self.quoted_dates) if callable(where) else where
        found = self._pages(resource, made, key)
        if callable(where) and isinstance(found, Failure) and answers.BAD_FILTER in found.details:
            again = self._pages(resource, where(not self.quoted_dates), key)
            if not isinstance(again, Failure):
                self.quoted_dates = not self.quoted_dates
                return again
        return found

    def read_pooled(
        self, resource: str, terms: Mapping[str, Sequence[str]], *, key: str = ""
    ) -> list[Row] | Failure:
        """The rows that meet any term of any name, in as few calls as addresses hold."""
        found: list[Row] = []
        for _, where in queries.pools(terms):
            rows = self.read(resource, where, key=key)
            if isinstance(rows, Failure):
                return rows
            found += rows
        return found

    def _pages(self, resource: str, where: Where, key: str) -> list[Row] | Failure:
        found: list[Row] = []
        seen: set[Any] = set()
        query = queries.query(where, top=self.page_size)
        for _ in range(MOST_PAGES):
            page = self._page(resource, query)
            if isinstance(page, Failure):
                if not self._shrinks(page):
                    return page
                query = self._after(where, key, found)
                continue
            rows, following = page
            if key:
                numbers = {row.get(key) for row in rows}
                if len(numbers) < len(rows) or numbers & seen:
                    return Failure(Code.SERVER_TROUBLE, f"Sage repeats records of {resource}", sent=False)
                seen |= numbers
            found += rows
            if following is not None:
                query = following
            elif self.page_size is not None and len(rows) >= self.page_size:
                query = self._after(where, key, found)
            else:
                return found
        return Failure(
            Code.SERVER_TROUBLE,
            (f"Sage's list of {resource} does not end: page after page, and none is the last"),
            sent=False,
        )

    def _after(self, where: Where, key: str, found: Sequence[Row]) -> str:
        """What comes behind these rows: by the key where it is numeric, else by their number."""
        if key and found:
            try:
                last = max(key_of(row, key) for row in found)
                return queries.query(queries.both(where, f"{key} gt {last}"), top=self.page_size)
            except Unreadable:
                pass
        return queries.query(where, top=self.page_size, skip=len(found))

    def _shrinks(self, failure: Failure) -> bool:
        if answers.TOO_MUCH not in failure.details:
            return False
        if self.page_size is not None and self.page_size <= SMALLEST_PAGE:
            return False
        self.page_size = PAGE // 4 if self.page_size is None else max(self.page_size // 4, SMALLEST_PAGE)
        return True

    def _page(self, resource: str, query: str) -> tuple[list[Row], str | None] | Failure:
        answer = self._send("GET", self._path(resource), query=query)
        if isinstance(answer, Failure):
            return answer
        found = answers.document(answer)
        rows = found.get("value") if isinstance(found, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            return answers.no_list(answer)
        link = found.get("@odata.nextLink") or found.get("odata.nextLink")
        if link is None:
            return rows, None
        parts = urlsplit(str(link))
        if not parts.query:
            return Failure(Code.SERVER_TROUBLE, f"Sage's next page of {resource} has no address", sent=False)
        # The server may know itself by another name than we do: its query is what counts.
        return rows, parts.query

    def entry(self, resource: str, key: str) -> Row | Failure | None:
        """The record with this key, written as in the parentheses of an address; None when there is none."""
        answer = self._send("GET", f"{self._path(resource)}({quote(key, safe=KEY_SIGNS)})")
        if isinstance(answer, Failure):
            return None if answers.GONE in answer.details else answer
        found = answers.document(answer)
        if not isinstance(found, dict):
            return answers.no_list(answer)
        return found

    def metadata(self, module: str) -> str | Failure:
        """The module's description, as text."""
        answer = self._send("GET", f"/-/{self._company}/{module}/$metadata")
        return answer if isinstance(answer, Failure) else answer.body.decode("utf-8", "replace")

    # Writing

    def insert(self, resource: str, payload: Mapping[str, Any]) -> Row | Failure:
        """POST one record; the entity as it was made. Properties keep their order."""
        answer = self._send("POST", self._path(resource), payload=payload)
        if isinstance(answer, Failure):
            return answer
        found = answers.document(answer)
        if isinstance(found, dict) and isinstance(found.get("value"), list) and len(found["value"]) == 1:
            found = found["value"][0]
        return found if isinstance(found, dict) else answers.unclear(answer)

    def change(self, resource: str, key: str, payload: Mapping[str, Any]) -> Failure | None:
        """PATCH one record."""
        answer = self._send("PATCH", f"{self._path(resource)}({quote(key, safe=KEY_SIGNS)})", payload=payload)
        if isinstance(answer, Failure):
            return answer
        return (
            None if answer.status == 204 or answers.document(answer) is not None else answers.unclear(answer)
        )

    def process(self, resource: str, payload: Mapping[str, Any]) -> Failure | None:
        """Run a process, which answers nothing."""
        answer = self._send("POST", f"{self._path(resource)}('$process')", payload=payload)
        return answer if isinstance(answer, Failure) else None

    # One call

    def _path(self, resource: str) -> str:
        return f"/-/{self._company}/{resource[:2]}/{resource}"

    def _send(
        self, method: str, path: str, *, query: str = "", payload: Mapping[str, Any] | None = None
    ) -> Answer | Failure:
        content = None if payload is None else _encoder.encode(payload)
        answer = self._http.request(method, path, query=query, headers=self._headers, content=content)
        reading = method == "GET"
        failure = answers.failure_of(answer, reading=reading, ours=answers.texts_in(payload))
        if failure is None and isinstance(answer, NoAnswer):
            raise ValueError("internal error: neither an answer nor a failure")
        if failure is not None or isinstance(answer, NoAnswer):
            return self._forgiven(failure or Failure(Code.NO_ANSWER, "no answer from Sage"))
        self._was_in = True
        return answer

    def _forgiven(self, failure: Failure) -> Failure:
        """An administrator may have ended our session: once, the next cycle tries again before the hub halts."""
        if failure.code is not Code.NOT_AUTHENTICATED or not self._was_in:
            return failure
        self._was_in = False
        return replace(failure, code=Code.NO_SEAT, text=f"{failure.text} (tried again in the next cycle)")
