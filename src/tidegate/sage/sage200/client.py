"""Calls to the Sage 200 API: headers, keys, one renewal of the token, answers sorted into results and failures.

Source: contract §1, §2, §5, §8. Nothing is repeated here except after a 401 (the gateway refused before
anything was carried out): once with a renewed token, once with the secondary subscription key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.reading import pauses
from tidegate.redaction import remember_secret
from tidegate.sage.oauth2 import OAuthSignIn
from tidegate.sage.sage200 import answers, queries
from tidegate.sage.sage200.answers import TOO_LONG, TOO_MUCH
from tidegate.sage.sage200.fields import Row, id_of
from tidegate.sage.sage200.limits import SMALLEST_PAGE, Limits
from tidegate.sage.sage200.whose_fault import (
    COMPANY,
    ONE_ROW,
    THIS_CALL,
    TUNNEL_DOWN,
    after_probe,
    lacks_feature,
    lists,
    of_one,
    probe_of,
    wrong_company,
)
from tidegate.transport import Answer, Counted, HttpClient, NoAnswer

BASE_URLS = {
    "standard": "https://api.columbus.sage.com/uk/sage200/accounts/v1",
    "professional": "https://api.columbus.sage.com/uk/sage200extra/accounts/v1",
}

IDS = 100  #: ids that one call asks for, as far as its address permits
MOST_PAGES = 2000  #: a read of more pages is an endless one

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(payload: Mapping[str, Any]) -> bytes:
    """JSON bytes; Decimal becomes a number with its own digits (§7: no float on the way)."""
    return _encoder.encode(payload)


class _Call(NamedTuple):
    method: str
    path: str
    query: str
    body: bytes | None
    addressed: bool


class Sage200Client(Counted):
    """One (site, company) of the API. Safe to use from several threads."""

    def __init__(
        self,
        http: HttpClient,
        sign_in: OAuthSignIn,
        *,
        site: str,
        company: str,
        subscription_keys: Sequence[str] = (),
    ) -> None:
        """`subscription_keys`: primary, secondary; none where the vendor asks for none (§12)."""
        self._http = http
        self._sign_in = sign_in
        self.site = site
        self.company = company
        self._keys = [key for key in subscription_keys if key]
        self._key = 0
        self._refused_token = ""
        self.limits = Limits()
        for key in self._keys:
            remember_secret(key)

    @property
    def base_url(self) -> str:
        """The address in use."""
        return self._http.base_url

    @property
    def secondary_key_in_use(self) -> bool:
        """Whether the gateway refused the primary subscription key."""
        return self._key > 0

    # Reading

    def read(self, path: str, query: str = "") -> list[Row] | Failure:
        """The rows of one GET, at most one page. 404 is UNKNOWN_ENDPOINT."""
        pauses.possible()
        answer = self.send("GET", path, query=query)
        if isinstance(answer, Failure):
            return answer
        failure = self._weighed("GET", path, answers.read_failure(answer))
        return failure or answers.rows(answer) or []

    def read_one(self, path: str, query: str = "") -> Row | Failure | None:
        """The record at `<collection>/<id>`; None when it does not exist: the API's own 404, no page's."""
        answer = self.send("GET", path, query=query)
        if isinstance(answer, Failure):
            return answer
        if answer.status == 404 and answers.message(answer):
            return None
        failure = self._weighed("GET", path, answers.read_failure(answer))
        return failure or answers.row(answer) or answers.no_record(answer)

    def read_all(
        self,
        path: str,
        *,
        select: Sequence[str] = (),
        where: str = "",
        expand: Sequence[str] = (),
        key: str = "id",
        large: bool = False,
        first: int = queries.LARGE,
    ) -> list[Row] | Failure:
        """All rows of a collection, in pages by `key`, its id (§6, paging rule). `select` must hold it.

        Pages have 500 rows; `large` asks for more where the version takes it, for rows of few fields;
        `first` is the most that the first page asks for, where little is awaited. A page that takes too
        long is asked for again, smaller, and the size is remembered.
        """
        found: dict[int, Row] = {}
        nameless: list[
            Row
        ] = []  # an id that cannot be read is its row's fault: the reader of the row reports it
        condition = where
        for _ in range(MOST_PAGES):
            wanted = (queries.LARGE if found else first) if large else queries.PAGE
            top = self.limits.page(path, wanted)
            page = self.read(
                path,
                queries.query(select=select, where=condition, expand=expand, orderby=f"{key} asc", top=top),
            )
            if isinstance(page, Failure):
                probe = queries.query(select=(key,), where=f"{key} eq 0", top=1)
                if self._shrunk(path, top, page, probe):
                    continue
                return page
            nameless += [row for row in page if id_of(row, key) is None]
            ids = [number for record in page if (number := id_of(record, key)) is not None]
            found.update({number: row for row in page if (number := id_of(row, key)) is not None})
            # A page of exactly 500 may be one that an old version has cut.
            if not ids or len(page) < min(queries.PAGE, top) or queries.PAGE < len(page) < top:
                return [*found.values(), *nameless]
            last = max(ids)
            if queries.after(where, last, key) == condition:
                return [*found.values(), *nameless]  # the company ignores the filter: no page is new
            condition = queries.after(where, last, key)
        return answers.endless(path)

    def _shrunk(self, path: str, top: int, failure: Failure, probe: str) -> bool:
        """Whether a page that did not come is worth another try, smaller: by what a tiny read says."""
        if failure.code is Code.REFUSED and top > queries.PAGE:
            self.limits.old_version()
            return True
        large = top > queries.PAGE and failure.code is Code.SERVER_TROUBLE  # the vendor warns of them (C)
        if top <= SMALLEST_PAGE or not (large or TOO_MUCH in failure.details):
            return False
        if isinstance(self.read(path, probe), Failure):
            return False  # not the size: it is an outage
        self.limits.shrink(path, top)
        return True

    def read_listed(self, path: str, *, select: Sequence[str], where: str) -> list[Row] | Failure:
        """All rows of a view without a key of its own: in pages by `$skip`, ordered by every field."""
        found: list[Row] = []
        last: list[Row] = []
        for _ in range(MOST_PAGES):
            top = self.limits.page(path, queries.PAGE)
            page = self.read(
                path,
                queries.query(
                    select=select,
                    where=where,
                    orderby=",".join(f"{field} asc" for field in select),
                    top=top,
                    skip=len(found),
                ),
            )
            if isinstance(page, Failure):
                if self._shrunk(path, top, page, queries.query(select=select[:1], top=1)):
                    continue
                return page
            if page and page == last:
                break  # the company ignores $skip: the same page would come for ever
            found.extend(page)
            if len(page) < top:
                return found
            last = page
        return answers.endless(path)

    def read_pooled(
        self,
        path: str,
        terms: Mapping[str, Sequence[str]],
        *,
        select: Sequence[str],
        most: int,
        expand: Sequence[str] = (),
        key: str = "id",
    ) -> tuple[list[Row], dict[str, Failure]] | Failure:
        """The rows that meet any term of any name, with as few calls as the address' length permits.

        `terms` maps a name (a key, a code) to its filter terms; `most` is how many names one call
        carries. A pool that is refused with 400 is halved down to the name that is at fault, so that one
        odd name harms only itself: those come back beside the rows. If the pool was just too large, the
        size that passed is remembered. Where something in between refuses the length of the query (a page,
        no answer of the API), shorter ones are asked, and that is remembered. Refused as a whole (a field
        that this version lacks): that Failure.
        """
        rows: dict[int, Row] = {}
        bad: dict[str, Failure] = {}
        probed = False
        frame = len(queries.query(select=select, expand=expand, orderby=f"{key} asc", top=queries.PAGE)) + 60
        size = self.limits.pool(path, most)
        waiting = list(queries.pools(terms, most=size, longest=self.limits.query - frame))
        while waiting:
            pool = waiting.pop(0)
            where = queries.any_of([term for name in pool for term in terms[name]])
            page = self.read_all(path, select=select, where=where, expand=expand, key=key)
            if isinstance(page, list):
                rows.update({number: row for row in page if (number := id_of(row, key)) is not None})
                continue
            too_long = TOO_LONG in page.details
            if page.code is not Code.REFUSED and not too_long and THIS_CALL not in page.details:
                return page
            if not probed:
                probe = queries.query(select=select, where=f"{key} eq 0", expand=expand, top=1)
                harmless = self.read(path, probe)
                if isinstance(harmless, Failure):
                    return answers.lacking(path, harmless)
                probed = True
            if too_long and len(pool) == 1:
                return page
            if too_long:
                self.limits.shorten(frame + len(queries.query(where=where)))
                left = {name: terms[name] for names in (pool, *waiting) for name in names}
                half = (len(pool) + 1) // 2
                waiting = list(queries.pools(left, most=half, longest=self.limits.query - frame))
            elif len(pool) == 1:
                bad[pool[0]] = of_one(page)
            else:
                half = (len(pool) + 1) // 2
                waiting[:0] = [pool[:half], pool[half:]]
                self.limits.halve_pool(path, half)
        if bad:
            self.limits.forget_pool(path)
        return list(rows.values()), bad

    def read_by_ids(
        self,
        path: str,
        field: str,
        ids: Iterable[int],
        *,
        select: Sequence[str],
        expand: Sequence[str] = (),
        key: str = "id",
    ) -> list[Row] | Failure:
        """The rows whose `field` is one of these ids, pooled."""
        terms = {str(number): (queries.equals(field, number),) for number in sorted(set(ids))}
        read = self.read_pooled(path, terms, select=select, most=IDS, expand=expand, key=key)
        if isinstance(read, Failure):
            return read
        rows, bad = read
        return next(iter(bad.values()), None) or rows

    # Writing

    def ask(self, path: str, payload: Mapping[str, Any]) -> Row | Failure:
        """A POST that stores nothing (§9.5, the price enquiry): its failures are those of a read."""
        pauses.possible()
        answer = self.send("POST", path, body=encode(payload))
        if isinstance(answer, Failure):
            if answer.code is Code.NO_ANSWER:
                return Failure(Code.UNREACHABLE, answer.text, sent=False)
            return answer
        failure = self._weighed("POST", path, answers.read_failure(answer))
        return failure or answers.row(answer) or answers.unreadable(answer)

    def write(self, method: str, path: str, payload: Mapping[str, Any] | None = None) -> Answer | Failure:
        """POST, PUT or DELETE; the 2xx answer, or what the failure means for the record."""
        body = None if payload is None else encode(payload)
        answer = self.send(method, path, body=body)
        if isinstance(answer, Failure):
            return answer
        return self._weighed(method, path, answers.write_failure(answer)) or answer

    # Sending

    def send(
        self, method: str, path: str, *, query: str = "", body: bytes | None = None, addressed: bool = True
    ) -> Answer | Failure:
        """One call with the sign-in's token; a lost answer comes back as the Failure it means.

        `addressed` is false for `sites` alone, the one path without X-Site and X-Company (§2).
        """
        call = _Call(method, path, query, body, addressed)
        token = self._sign_in.token()
        if isinstance(token, Failure):
            return token
        answer = self._with_either_key(call, token)
        if isinstance(answer, Answer) and answer.status == 401:
            if token == self._refused_token:
                return self._not_authenticated(
                    call, answer, token
                )  # a fresh token was refused before: no storm
            renewed = self._sign_in.renewed(token)
            if isinstance(renewed, Failure):
                return renewed
            answer = self._with_either_key(call, renewed)
            if isinstance(answer, Answer) and answer.status == 401:
                self._refused_token = renewed
                return self._not_authenticated(call, answer, renewed)
        if isinstance(answer, NoAnswer):
            return answers.lost(answer, reading=method == "GET")
        if isinstance(answer, Answer):
            self._refused_token = ""
        return answer

    def _with_either_key(self, call: _Call, token: str) -> Answer | NoAnswer | Failure:
        """Once, and once more with the other subscription key where the gateway refuses this one (§2)."""
        used = self._key
        answer = self._once(call, token, used)
        if not (isinstance(answer, Answer) and answers.names_subscription_key(answer)):
            return answer
        for other in range(len(self._keys)):
            if other != used:
                answer = self._once(call, token, other)
                if not (isinstance(answer, Answer) and answers.names_subscription_key(answer)):
                    self._key = other
                    return answer
        said = answers.message(answer) if isinstance(answer, Answer) else ""
        return Failure(Code.NOT_AUTHENTICATED, f"Sage refused every subscription key: {said}", sent=False)

    def _once(self, call: _Call, token: str, key: int) -> Answer | NoAnswer:
        headers = {"Authorization": f"Bearer {token}"}
        if call.addressed:
            headers["X-Site"] = self.site
            headers["X-Company"] = self.company
        if self._keys:
            headers["ocp-apim-subscription-key"] = self._keys[key]
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        return self._http.request(
            call.method, call.path, query=call.query, headers=headers, content=call.body
        )

    def _not_authenticated(self, call: _Call, answer: Answer, token: str) -> Failure:
        """Tell a wrong site or company, and one refused call, from a wrong sign-in (§8, 401).

        `sites` needs the token alone; then the company itself is asked.
        """
        said = answers.message(answer)
        listed = self._once(_Call("GET", "/sites", "", None, False), token, self._key)
        sites = answers.rows(listed) if isinstance(listed, Answer) and listed.status == 200 else None
        if sites == []:
            return TUNNEL_DOWN
        unlisted = sites is not None and lists(sites, self.site, self.company) is None
        if unlisted or answers.names_addressee(answer):
            return wrong_company(self.site, self.company, said)
        if sites is None and isinstance(listed, Answer) and listed.status == 401:
            return Failure(
                Code.NOT_AUTHENTICATED,
                f"Sage refuses the sign-in even with a renewed token: {said} (sign in again)",
                sent=False,
            )
        refused = Failure(
            Code.NOT_AUTHENTICATED, f"Sage lists the company, but refuses the sign-in: {said}", sent=False
        )
        return after_probe(refused, call.method, call.path, self._probe(COMPANY, token))

    def _weighed(self, method: str, path: str, refused: Failure | None) -> Failure | None:
        """Whose fault a 403 is: the role's only where it may not read such records either, or Sage says so."""
        if refused is None or refused.code is not Code.NOT_PERMITTED or lacks_feature(method, path, refused):
            return refused
        token = self._sign_in.token()
        if isinstance(token, Failure):
            return token
        return after_probe(refused, method, path, self._probe(probe_of(method, path), token))

    def _probe(self, path: str, token: str) -> Answer | NoAnswer:
        return self._once(_Call("GET", path, ONE_ROW, None, True), token, self._key)
