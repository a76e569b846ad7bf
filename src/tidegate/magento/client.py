"""One store's REST API: calls, judged answers, limits that the shop has taught.

Numbers become Decimal from the JSON token on; nothing raises for what the store says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
import msgspec

from tidegate.clock import Clock
from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure, Group
from tidegate.magento.access import Access
from tidegate.magento.address import Address, is_astray
from tidegate.magento.answer import (
    ARRAY_LIMIT,
    PAGE_LIMIT,
    READS,
    RESOURCE,
    TOO_LONG,
    body_of,
    garbage,
    status_of,
)
from tidegate.magento.pools import LONGEST, K, pools, shorter
from tidegate.magento.search import NO_ORDER, Search
from tidegate.magento.whose_fault import (
    SIGN_IN,
    after_probe,
    blames_keys,
    blames_signature,
    of_no_record,
    of_one_record,
    of_sign_in,
    of_this_call,
)
from tidegate.reading import pauses
from tidegate.reading.document import Unreadable
from tidegate.reading.shape import ANYTHING, Decoder, PageShape
from tidegate.transport import Answer, Counted, HttpClient, NoAnswer

T = TypeVar("T")

REST = "/rest"
ORDERS = "/V1/orders"
_QUERY = "query"  #: among the learnt limits: characters of a query
_PROBE = Search().where(NO_ORDER).sized(1).only("total_count")  # reads no order; every integration may
_NUMBERS = msgspec.json.Encoder(decimal_format="number")  # a price in quotes is refused


class StoreClient(Counted):
    """Calls of one store. Paths are those of the contract, from the version on: `/V1/orders`."""

    def __init__(self, http: HttpClient, auth: Access, clock: Clock) -> None:
        self._http = http
        self._auth = auth
        self.clock = clock
        self._address = Address()
        self._limit: int | None = None
        self._longest = LONGEST  #: characters of a query that get through
        self._sizes: dict[str, int] = {}  #: rows of a page that the store gives in good time, by path
        self._array_limit: int | None = None
        self._skew: timedelta | None = None
        self._bad_rows: list[BadRow] = []
        self._keys_refused: tuple[datetime, Failure] | None = None

    def keys_refused(self, since: datetime) -> Failure | None:
        """The last answer since then that says that the keys do not suffice for any call."""
        at, failure = self._keys_refused or (None, None)
        return failure if at is not None and at >= since else None

    def take_bad_rows(self) -> list[BadRow]:
        """The rows of lists that could not be read since this was asked last."""
        taken, self._bad_rows = self._bad_rows, []
        return taken

    def give_back_bad_rows(self, taken: Iterable[BadRow]) -> None:
        """They are still to be reported by whoever reads on."""
        self._bad_rows = [*taken, *self._bad_rows]

    @property
    def page_limit(self) -> int | None:
        """The largest page that the shop allows, once it has said so (point 28)."""
        return self._limit

    @property
    def array_limit(self) -> int | None:
        """The longest array that the shop accepts, once it has said so (point 28)."""
        return self._array_limit

    def page_size(self, path: str, wanted: int) -> int:
        """Rows to ask for in one page of this list, at most `wanted`."""
        return max(min(wanted, self._limit or wanted, self._sizes.get(path, wanted)), 1)

    def learn_page_size(self, path: str, size: int) -> None:
        """Larger pages of this list take too long."""
        self._sizes[path] = size

    @property
    def learnt_limits(self) -> Mapping[str, int]:
        """What the shop has taught of its pages, by name, to be kept between processes."""
        query = {_QUERY: self._longest} if self._longest < LONGEST else {}
        return {**self._sizes, **({PAGE_LIMIT: self._limit} if self._limit else {}), **query}

    def take_limits(self, learnt: Mapping[str, int]) -> None:
        """What an earlier process has learnt; what is known already stays."""
        sizes = {name: size for name, size in learnt.items() if size > 0}
        self._limit = self._limit or sizes.pop(PAGE_LIMIT, None)
        self._longest = min(self._longest, sizes.pop(_QUERY, LONGEST))
        self._sizes = {**{name: size for name, size in sizes.items() if name != PAGE_LIMIT}, **self._sizes}

    def forget_limits(self) -> None:
        """Try again at full size."""
        self._limit, self._longest, self._sizes = None, LONGEST, {}

    def pools(self, keys: Sequence[K], most: int) -> Iterator[list[K]]:
        """The keys of a look-up, batch by batch that get through."""
        return pools(keys, most, self._longest)

    def remember_array_limit(self, limit: int) -> None:
        """What the shop taught an earlier process."""
        self._array_limit = self._array_limit or limit

    def forget_array_limit(self) -> None:
        """It was learnt long ago: the next long array finds out whether it still holds."""
        self._array_limit = None

    @property
    def skew(self) -> timedelta | None:
        """How far the store's clock is ahead of ours, by its last Date header; None before the first."""
        return self._skew

    def get(self, path: str, query: str = "") -> Any | Failure:
        """The decoded JSON of a read."""
        return self.get_as(path, ANYTHING, query)

    def get_as(self, path: str, decoder: Decoder[T], query: str = "") -> T | Failure:
        """A read whose answer must have the decoder's type."""
        return of_one_record(self._decoded("GET", path, decoder, query))

    def get_with(self, access: Access, path: str, decoder: Decoder[T]) -> T | Failure:
        """A read in somebody else's name: a customer's, by the token that came with a request."""
        answer = self._noted(self._http.request("GET", REST + path, auth=access))
        raw = body_of(answer, "GET", path, names_permission=access.names_missing_permission)
        if isinstance(raw, Failure):
            return raw
        try:
            return decoder.decode(raw)
        except Unreadable as error:
            return garbage(f"GET {path}", True, str(error), of_field=bool(error.path))

    def search(self, path: str, search: Search, decoder: Decoder[T]) -> T | Failure:
        """A list read. A page larger than the shop allows is asked for once again, smaller."""
        pauses.possible()
        answer = self._decoded("GET", path, decoder, self._within_limit(search).query)
        if isinstance(answer, Failure) and PAGE_LIMIT in answer.details:
            answer = self._decoded("GET", path, decoder, self._within_limit(search).query)
        return of_no_record(answer)

    def post(self, path: str, body: msgspec.Struct) -> Any | Failure:
        """The decoded JSON of a write. Bodies are typed values: a misspelt key is a 500 or worse."""
        return self._decoded("POST", path, ANYTHING, body=body)

    def post_as(
        self, path: str, body: msgspec.Struct | list[msgspec.Struct], decoder: Decoder[T]
    ) -> T | Failure:
        """A write whose answer must have the decoder's type."""
        return self._decoded("POST", path, decoder, body=body)

    def write_as(
        self, method: str, path: str, body: msgspec.Struct | list[msgspec.Struct], decoder: Decoder[T]
    ) -> T | Failure:
        """The same by any method; bulk calls take a list of bodies."""
        return self._decoded(method, path, decoder, body=body)

    def read_by_post(self, path: str, body: msgspec.Struct, decoder: Decoder[T]) -> T | Failure:
        """A read that names its many keys in a body: without an answer nothing has happened."""
        pauses.possible()
        answer = self._decoded("POST", path, decoder, body=body)
        if isinstance(answer, Failure) and answer.group is Group.VERIFY_FIRST:
            return Failure(Code.SERVER_TROUBLE, answer.text, sent=False, details=answer.details)
        return of_no_record(answer)

    def put(self, path: str, body: msgspec.Struct) -> Any | Failure:
        """The decoded JSON of a replacing write."""
        return self._decoded("PUT", path, ANYTHING, body=body)

    def plain(self, path: str) -> Answer | NoAnswer:
        """A page outside of the REST API, without credentials."""
        return self._noted(self._http.request("GET", path))

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def _within_limit(self, search: Search) -> Search:
        if self._limit is None or search.page_size is None or search.page_size <= self._limit:
            return search
        return search.sized(self._limit, search.page or 1)

    def _decoded(
        self,
        method: str,
        path: str,
        decoder: Decoder[T],
        query: str = "",
        body: msgspec.Struct | list[msgspec.Struct] | None = None,
    ) -> T | Failure:
        raw = self._call(method, path, query, body)
        if isinstance(raw, Failure):
            return raw
        try:
            value = decoder.decode(raw)
        except Unreadable as error:
            return garbage(f"{method} {path}", method in READS, str(error), of_field=bool(error.path))
        if isinstance(value, PageShape):
            self._bad_rows += value.bad
        return value

    def _call(
        self, method: str, path: str, query: str, body: msgspec.Struct | list[msgspec.Struct] | None
    ) -> bytes | Failure:
        raw = self._signed(method, path, query, body)
        if not isinstance(raw, Failure):
            self._address.right()
        elif is_astray(raw) and method in READS:
            raw = self._address.after_probe(raw, self._probe(), self.clock.now())
        if isinstance(raw, Failure) and blames_keys(raw) and SIGN_IN not in raw.details:
            raw = self._whose_fault(raw, method, path, query, body)
        elif isinstance(raw, Failure) and blames_keys(raw):
            self._keys_refused = self.clock.now(), raw
        if isinstance(raw, Failure):
            self._learn(raw)
            if TOO_LONG in raw.details:
                self._longest = shorter(len(query), self._longest)
        return raw

    def _whose_fault(
        self,
        refused: Failure,
        method: str,
        path: str,
        query: str,
        body: msgspec.Struct | list[msgspec.Struct] | None,
    ) -> bytes | Failure:
        """Ask with a call that concerns no record: only when that is refused, too, the keys are to blame."""
        outcome = after_probe(refused, self._probe())
        if outcome is not None:
            if outcome is refused:
                self._keys_refused = self.clock.now(), refused
            return outcome
        if method in READS or RESOURCE in refused.details:  # proven to have done nothing: asked again
            again = self._signed(method, path, query, body)
            if not isinstance(again, Failure) or not blames_keys(again):
                return again
            refused = again
        return of_this_call(refused)

    def _probe(self) -> bytes | Failure:
        """A call that concerns no record and that every store answers."""
        return self._signed("GET", ORDERS, _PROBE.query, None, renew=False)

    def _signed(
        self,
        method: str,
        path: str,
        query: str,
        body: msgspec.Struct | list[msgspec.Struct] | None,
        *,
        renew: bool = True,
    ) -> bytes | Failure:
        """The call, signed as the store wants it; `renew`: signed in anew where the store ended the sign-in."""
        for again in (False, True) if renew else (True,):
            failure = self._auth.sign_in(self._http)
            if failure is not None:
                return of_sign_in(failure)
            raw: bytes | Failure = b""
            for way in self._auth.ways(path):
                raw = body_of(
                    self._request(method, path, query, body, way),
                    method,
                    path,
                    names_permission=self._auth.names_missing_permission,
                )
                if not blames_signature(raw):
                    self._auth.worked(way)
                    break
            # A 401 was refused before anything was done, so that even a write may be repeated.
            refused = isinstance(raw, Failure) and status_of(raw) == 401
            if again or not refused or not self._auth.rejected():
                break
        return raw

    def _request(
        self,
        method: str,
        path: str,
        query: str,
        body: msgspec.Struct | list[msgspec.Struct] | None,
        way: httpx.Auth,
    ) -> Answer | NoAnswer:
        content = None if body is None else _NUMBERS.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        return self._noted(
            self._http.request(method, REST + path, query=query, headers=headers, content=content, auth=way)
        )

    def _noted(self, answer: Answer | NoAnswer) -> Answer | NoAnswer:
        """Take the store's time from the answer, whatever else it says."""
        if isinstance(answer, Answer) and (there := answer.date) is not None:
            self._skew = there - self.clock.now()
        return answer

    def _learn(self, failure: Failure) -> None:
        if PAGE_LIMIT in failure.details:
            self._limit = int(failure.details[PAGE_LIMIT])
        if ARRAY_LIMIT in failure.details:
            self._array_limit = int(failure.details[ARRAY_LIMIT])

    def server_time(self) -> datetime | Failure:
        """The store's present time (UTC) by a Date header; costs one call that reads no order.

        Our own clock plus what is known of the difference, where the store sends no Date.
        """
        answer = self.search(ORDERS, _PROBE, ANYTHING)
        if isinstance(answer, Failure):
            return answer
        return (self.clock.now() + (self._skew or timedelta())).astimezone(UTC)
