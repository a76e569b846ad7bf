"""Calls of one folder: lists and records by REST, objects by SOAP.

Source: contract §2 to §6. Only two calls are repeated here: one whose token was refused (once, with a fresh one) and
a read that took too long (with a smaller page).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.sage.x3 import answers, envelope, queries
from tidegate.sage.x3.bearer import Credentials
from tidegate.sage.x3.envelope import Returned
from tidegate.sage.x3.queries import Where
from tidegate.sage.x3.rows import Row
from tidegate.transport import Answer, Counted, HttpClient, NoAnswer

SMALLEST_PAGE = 20
MOST_PAGES = 10_000
GRAPH = "/xtrem/api"
JSON = {"Accept": "application/json"}


class X3Client(Counted):
    """The web server's view of one folder."""

    def __init__(
        self, http: HttpClient, credentials: Credentials, *, endpoint: str, pool: str, page_size: int
    ) -> None:
        self._http = http
        self._credentials = credentials
        self._endpoint = endpoint
        self._pool = pool
        self._largest = page_size
        self.page_size = page_size

    # Learnt

    @property
    def learnt(self) -> dict[str, int]:
        """The size of a page that this server can answer, where it is less than the configured one."""
        return {"page": self.page_size} if self.page_size < self._largest else {}

    def take(self, learnt: Mapping[str, int]) -> None:
        """What an earlier process has learnt; what is known already stays."""
        if self.page_size == self._largest and "page" in learnt:
            self.page_size = min(max(learnt["page"], SMALLEST_PAGE), self._largest)

    def forget(self) -> None:
        """Ask at full size again."""
        self.page_size = self._largest

    # REST

    def read(self, name: str, where: Where = ()) -> list[Row] | Failure:
        """All rows of a class. Links are followed until there is none; an address is never made of a row's key."""
        found: list[Row] = []
        seen: set[str] = set()
        query = queries.query(f"{name}.$query", where, count=self.page_size)
        for _ in range(MOST_PAGES):
            answer = self._send("GET", self._path(name), query=query, reading=True)
            if isinstance(answer, Failure):
                if found or not self._shrinks(answer):
                    return answer
                query = queries.query(f"{name}.$query", where, count=self.page_size)
                continue
            page = _page(answer)
            if isinstance(page, Failure):
                return page
            rows, following = page
            found += rows
            if not following:
                return found
            if following in seen:
                return Failure(Code.SERVER_TROUBLE, f"X3 repeats a page of {name}", sent=False)
            seen.add(following)
            query = following
        return Failure(
            Code.SERVER_TROUBLE,
            (f"X3's list of {name} does not end: page after page, and none is the last"),
            sent=False,
        )

    def read_pooled(self, name: str, terms: Mapping[str, Sequence[str]]) -> list[Row] | Failure:
        """The rows that meet any term of any name, in as few calls as addresses hold."""
        found: list[Row] = []
        for where in queries.pools(terms):
            rows = self.read(name, where)
            if isinstance(rows, Failure):
                return rows
            found += rows
        return found

    def _shrinks(self, failure: Failure) -> bool:
        if answers.TOO_MUCH not in failure.details or self.page_size <= SMALLEST_PAGE:
            return False
        self.page_size = max(self.page_size // 4, SMALLEST_PAGE)
        return True

    def _path(self, name: str) -> str:
        return f"/api1/x3/erp/{quote(self._endpoint, safe='')}/{name}"

    # SOAP

    def call(
        self,
        operation: str,
        name: str,
        arguments: envelope.Arguments,
        *,
        reading: bool,
        ours: Sequence[str] = (),
    ) -> Returned | Failure:
        """One operation on a published name, carried out: status 1. `ours` are texts that a refusal may repeat."""
        content = envelope.written(operation, self._pool, name, arguments)
        answer = self._send("POST", envelope.SERVICE, content=content, reading=reading)
        if isinstance(answer, Failure):
            return answer
        returned = envelope.read(answer.body, operation)
        if returned is None:
            return answers.unclear(answer, reading=reading)
        if isinstance(returned, str):
            return answers.faulted(returned, reading=reading)
        if returned.status != 1:
            return answers.refused(returned, reading=reading, ours=ours)
        return returned

    # GraphQL

    def graph(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any] | Failure:
        """One reading by GraphQL; a query that the folder's schema refuses is no word about its records."""
        answer = self._by_graph(query, variables, reading=True)
        if isinstance(answer, Failure):
            return answer
        data, errors = _parts(answer)
        if errors or not isinstance(data, dict):
            first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
            text = f"X3's GraphQL refuses the question: {first.get('message') or 'it answers with no data'}"
            return Failure(Code.UNKNOWN_ENDPOINT, text, sent=False)
        return data

    def mutate(
        self, document: str, variables: Mapping[str, Any], *, ours: Sequence[str]
    ) -> dict[str, Any] | Failure:
        """One change by GraphQL; what is neither done nor clearly refused is in doubt. `ours` as of `call`."""
        answer = self._by_graph(document, variables, reading=False)
        if isinstance(answer, Failure):
            return answer
        data, errors = _parts(answer)
        if errors:
            return answers.refused_by_graph(errors, ours=ours)
        return data if isinstance(data, dict) else answers.unclear(answer, reading=False)

    def _by_graph(self, document: str, variables: Mapping[str, Any], *, reading: bool) -> Answer | Failure:
        content = msgspec.json.encode({"query": document, "variables": variables})
        return self._send("POST", GRAPH, content=content, reading=reading, headers=self._of_graph())

    def _of_graph(self) -> dict[str, str]:
        return {**JSON, "Content-Type": "application/json", "x-xtrem-endpoint": self._endpoint}

    # One call

    def _send(
        self,
        method: str,
        path: str,
        *,
        reading: bool,
        query: str = "",
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer | Failure:
        kind = headers or (JSON if content is None else envelope.HEADERS)
        answer = self._once(method, path, query, content, kind, reading=reading)
        refused = isinstance(answer, Failure) and answer.code is Code.NOT_AUTHENTICATED
        if refused and self._credentials.refused():  # it did nothing: once more, with a fresh token
            return self._once(method, path, query, content, kind, reading=reading)
        return answer

    def _once(
        self,
        method: str,
        path: str,
        query: str,
        content: bytes | None,
        kind: Mapping[str, str],
        *,
        reading: bool,
    ) -> Answer | Failure:
        header = self._credentials.header()
        if isinstance(header, Failure):
            return header
        headers = {"Authorization": header, **kind}
        answer = self._http.request(method, path, query=query, headers=headers, content=content)
        failure = answers.failure_of(answer, reading=reading)
        if failure is None and isinstance(answer, NoAnswer):
            raise ValueError("internal error: neither an answer nor a failure")
        if failure is not None or isinstance(answer, NoAnswer):
            return failure or Failure(Code.NO_ANSWER, "no answer from X3")
        return answer


def _page(answer: Answer) -> tuple[list[Row], str] | Failure:
    """The rows, and the query of the next page; "" behind the last."""
    found: Any = answers.document(answer)
    rows = found.get("$resources") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return answers.unclear(answer, reading=True)
    links = found.get("$links")
    following = links.get("$next") if isinstance(links, dict) else None
    if following is None:
        return rows, ""
    # The server may know itself by another name than we do: its query is what counts.
    url = following.get("$url") if isinstance(following, dict) else None
    query = urlsplit(str(url or "")).query
    if not query:
        return Failure(Code.SERVER_TROUBLE, "X3's next page has no address", sent=False)
    return rows, query


def _parts(answer: Answer) -> tuple[Any, Any]:
    """The data and the errors of a GraphQL answer, whatever they are."""
    found = answers.document(answer)
    return (found.get("data"), found.get("errors")) if isinstance(found, dict) else (None, None)
