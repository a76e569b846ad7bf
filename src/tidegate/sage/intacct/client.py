"""Calls of one company's gateway: functions pooled in a request, an outcome for each.

Source: contract §1, §2, §11, §12. Writes are sent with `uniqueid` and control ids that follow from their
content; reads without. A call is repeated here in two cases only, in which nothing was executed: a
session that has run out is renewed once, and a request that the gateway cannot read is halved until the bad
function stands alone. A page that took too long is asked for again, smaller.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections import Counter as Counts
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from tidegate.domain.errors import Code, Failure
from tidegate.sage.intacct import answers
from tidegate.sage.intacct.envelope import (
    Function,
    Refused,
    Response,
    acknowledged,
    by_session,
    request,
    response,
)
from tidegate.sage.intacct.queries import PAGE, Query
from tidegate.sage.intacct.rows import Row, row_of
from tidegate.sage.intacct.sign_in import HEADERS, SignIn
from tidegate.transport import Answer, HttpClient, NoAnswer, Tally

SMALLEST_PAGE = 50  #: rows; a page that does not come at this size has another reason
OFFLINE = 500_000  #: characters of an offline request (§12)
FUNCTIONS = 100  #: of one request, by the vendor's advice (§12)
MOST_PAGES = 10_000

Outcome = Element | Failure
"""A function's result, or what became of it."""


class IntacctClient:
    """The gateway of one (company, entity)."""

    def __init__(self, sign_in: SignIn, clients: Callable[[], Sequence[HttpClient]]) -> None:
        """`clients` are all HTTP clients that the company's requests go through, for counting."""
        self._sign_in = sign_in
        self._clients = clients
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._metered: Counts[str] = Counts()
        self.page_size = PAGE

    # Counted

    @property
    def calls(self) -> int:
        """Requests, sign-ins included."""
        return sum(one.counter.value for one in self._clients())

    def calls_in(self, tally: Tally) -> int:
        """The requests of these that one piece of work has made."""
        return tally.of(*(one.counter for one in self._clients()))

    @property
    def metered(self) -> Mapping[str, int]:
        """Metered transactions by the name of the call: every function that was sent, reads too (A)."""
        with self._lock:
            return dict(self._metered)

    # Writing

    def write(self, functions: Sequence[Function]) -> dict[str, Outcome]:
        """Send functions in one request; an outcome for each control id.

        A function that the answer leaves out is in doubt. ValueError for control ids that repeat.
        """
        if len({one.control_id for one in functions}) < len(functions):
            raise ValueError("two functions of one request have the same control id")
        said = self._ask(functions, reading=False)
        if isinstance(said, Failure):
            if said.code is Code.MALFORMED and len(functions) > 1:
                half = len(functions) // 2
                return {**self.write(functions[:half]), **self.write(functions[half:])}
            return {one.control_id: said for one in functions}
        return {one.control_id: _outcome(said, one, reading=False) for one in functions}

    def write_one(self, function: Function) -> Outcome:
        """Send one function."""
        return self.write([function])[function.control_id]

    def hand_over(self, functions: Sequence[Function], control_id: str, policy: str) -> Failure | None:
        """Let functions be worked on later, as one offline request of this id; None when it was taken over.

        It is signed in to by itself: a session may have run out when its turn comes (§13).
        """
        if len({one.control_id for one in functions}) < len(functions):
            raise ValueError("two functions of one request have the same control id")
        door = self._sign_in.door()
        body = request(
            self._sign_in.credentials.sender,
            self._sign_in.login(),
            functions,
            control_id=control_id,
            unique=True,
            policy=policy,
        )
        if len(body.decode()) > OFFLINE:
            text = f"an offline request takes {OFFLINE} characters"
            return Failure(Code.PARCEL_REFUSED, text, sent=False)
        answer = door.http.request("POST", door.path, headers=HEADERS, content=body)
        failure = answers.transport(answer, reading=False)
        self._count(functions, answer)
        if failure is not None or isinstance(answer, NoAnswer):
            return failure or Failure(Code.NO_ANSWER, "no answer from Intacct")
        taken = acknowledged(answer.body, control_id)
        if isinstance(taken, Refused):
            refused = answers.control(taken)
            # Its form is checked as a whole: in halves until the bad function stands alone.
            return replace(refused, code=Code.PARCEL_REFUSED) if refused.code is Code.MALFORMED else refused
        return None if taken else answers.unclear(answer, reading=False)

    # Reading

    def call(self, call: Element) -> Outcome:
        """One call that only reads, e.g. `lookup`."""
        [answer] = self._read([call])
        return answer

    def read(self, query: Query) -> list[Row] | Failure:
        """All rows of a query, page by page."""
        return self.read_many([query])[0]

    def read_first(self, query: Query) -> Row | Failure | None:
        """The first row of a query."""
        return self.read_firsts([query])[0]

    def read_firsts(self, queries: Sequence[Query]) -> list[Row | Failure | None]:
        """The first row of each query, in one request."""
        pages = self._read([one.page(1, 0) for one in queries])
        taken = [_taken(one, page, 0) for one, page in zip(queries, pages, strict=True)]
        return [one if isinstance(one, Failure) else next(iter(one[0]), None) for one in taken]

    def read_many(self, queries: Sequence[Query]) -> list[list[Row] | Failure]:
        """The rows of several queries, pooled in one request as long as each has a further page."""
        found, left = self._pages(queries, MOST_PAGES)
        endless = Failure(
            Code.SERVER_TROUBLE,
            ("Intacct's list does not end: page after page, and none is the last"),
            sent=False,
        )
        return [endless if at in left else one for at, one in enumerate(found)]

    def read_pages(self, queries: Sequence[Query], pages: int) -> list[tuple[list[Row], bool] | Failure]:
        """The rows of each query's first `pages` pages, and whether more rows follow."""
        found, left = self._pages(queries, pages)
        return [one if isinstance(one, Failure) else (one, at in left) for at, one in enumerate(found)]

    def _pages(
        self, queries: Sequence[Query], most: int
    ) -> tuple[list[list[Row] | Failure], Collection[int]]:
        """What `most` requests read of each query, and the indexes of queries with further pages."""
        found: list[list[Row] | Failure] = [[] for _ in queries]
        offsets = [0] * len(queries)
        left = list(range(len(queries)))
        for _ in range(most):
            if not left:
                break
            size = self.page_size
            pages = self._read([queries[at].page(size, offsets[at]) for at in left])
            if self._shrinks(pages):
                continue
            again = []
            for at, page in zip(left, pages, strict=True):
                taken = _taken(queries[at], page, offsets[at])
                if isinstance(taken, Failure):
                    found[at] = taken
                    continue
                rows, remaining = taken
                before = found[at]
                found[at] = [*before, *rows] if not isinstance(before, Failure) else before
                offsets[at] += len(rows)
                if remaining:
                    again.append(at)
            left = again
        return found, left

    def _shrinks(self, pages: Sequence[Outcome]) -> bool:
        """Whether the request took too long and is to be made again with a smaller page."""
        too_much = any(isinstance(one, Failure) and answers.TOO_MUCH in one.details for one in pages)
        if not too_much or self.page_size <= SMALLEST_PAGE:
            return False
        self.page_size = max(self.page_size // 4, SMALLEST_PAGE)
        return True

    def _read(self, calls: Sequence[Element]) -> list[Outcome]:
        number = next(self._numbers)
        functions = [Function(f"read-{number}-{at}", call) for at, call in enumerate(calls)]
        said = self._ask(functions, reading=True)
        if isinstance(said, Failure):
            return [said] * len(functions)
        return [_outcome(said, one, reading=True) for one in functions]

    # One request

    def _ask(self, functions: Sequence[Function], *, reading: bool) -> Response | Failure:
        said = self._request(functions, reading=reading)
        if isinstance(said, Failure) or said.authentication is None:
            return said
        again = self._request(functions, reading=reading)
        if isinstance(again, Failure) or again.authentication is None:
            return again
        return answers.authentication(again.authentication)

    def _request(self, functions: Sequence[Function], *, reading: bool) -> Response | Failure:
        session = self._sign_in.session()
        if isinstance(session, Failure):
            return session
        control_id = _control_id(functions)
        body = request(
            self._sign_in.credentials.sender,
            by_session(session.id),
            functions,
            control_id=control_id,
            unique=not reading,
        )
        answer = session.http.request("POST", session.path, headers=HEADERS, content=body)
        failure = answers.transport(answer, reading=reading)
        if failure is not None or isinstance(answer, NoAnswer):
            self._count(functions, answer)
            return failure or Failure(Code.NO_ANSWER, "no answer from Intacct")
        said = response(answer.body, functions, control_id)
        if said is None:
            self._count(functions, answer)
            return answers.unclear(answer, reading=reading)
        if said.control is not None:
            return answers.control(said.control)
        if said.authentication is not None:
            self._sign_in.ended(session)  # whether it was the session, the next sign-in shows
            return said
        self._count(functions, answer)
        return said

    def _count(self, functions: Sequence[Function], answer: Answer | NoAnswer) -> None:
        """Count the functions that may have been executed, for billing: rather one too many than one too few."""
        if isinstance(answer, NoAnswer) and not answer.sent:
            return
        with self._lock:
            self._metered.update(one.call.tag for one in functions)


def _control_id(functions: Sequence[Function]) -> str:
    """The request's own id; the gateway echoes it."""
    text = "\n".join(one.control_id for one in functions)
    return f"tidegate-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _outcome(said: Response, function: Function, *, reading: bool) -> Outcome:
    result = (said.results or {}).get(function.control_id)
    if result is None:
        text = f"Intacct's answer does not mention the request {function.control_id}"
        return Failure(Code.SERVER_TROUBLE if reading else Code.UNCLEAR_ANSWER, text, sent=not reading)
    return answers.function(result, reading=reading) if isinstance(result, Refused) else result


def _taken(query: Query, page: Outcome, offset: int) -> tuple[list[Row], int] | Failure:
    """The rows of a page, and how many are left behind it."""
    if isinstance(page, Failure):
        return page
    data = page.find("data")
    if data is None or data.get("listtype", "").upper() != query.object:
        return _unexpected(query, "another list")
    rows = [row_of(one) for one in data]
    count, left = data.get("count", ""), data.get("numremaining", "")
    if not (count.isdigit() and left.isdigit()) or int(count) != len(rows):
        return _unexpected(query, f"{len(rows)} rows, although it states {count!r}")
    if not rows and int(left):
        return _unexpected(query, f"no rows from {offset} on, although {left} remain")
    return rows, int(left)


def _unexpected(query: Query, what: str) -> Failure:
    return Failure(
        Code.SERVER_TROUBLE, f"Intacct's answer to a query of {query.object} has {what}", sent=False
    )
