"""Reading by SData feeds, of older sites that run them: retired with Sage 100 2025 (contract section 10, P).

A feed narrows by equality alone; what else a question says is looked at here, so that it reads whole tables where the other
readers read a part. Pages are counted: a table that grows or shrinks while it is read is read once more.
"""

from __future__ import annotations

import base64
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element, ParseError, fromstring

from tidegate_agent.caller import Tables, TablesFailed
from tidegate_agent.sage100.columns import COLUMNS, kind_of
from tidegate_agent.sage100.conditions import chosen, columns_in, holds
from tidegate_agent.sage100.reader import NO_DATE, Condition, Reader, Row, Where
from tidegate_agent.settings import Settings

ATOM, SEARCH, SDATA = (
    "http://www.w3.org/2005/Atom",
    "http://a9.com/-/spec/opensearch/1.1/",
    "http://schemas.sage.com/sdata/2008/1",
)
PAGE, MOST_PAGES, LIMIT_S = 100, 100_000, 120
FEED = "feed"  #: the one column of what is fetched
MOST_VALUES = 20  #: of one question
STATES = {400: "42S22", 401: "28000", 403: "42000", 404: "42S02"}  #: the SQLSTATE that stands for a status


class SDataReader(Reader):
    """The questions of `Reader`, answered from feeds of one company."""

    def __init__(self, tables: Tables, company: str) -> None:
        """``tables`` fetches a feed by its address below the company: ``AR_Customer?startIndex=1``."""
        super().__init__(tables, "sdata", company)

    def widths(self, table: str, columns: Sequence[str]) -> dict[str, int]:
        """None is known."""
        return {}

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        where: Sequence[Condition] = (),
        *,
        order: Sequence[str] = (),
        top: int | None = None,
        whole: bool = False,
    ) -> list[Row]:
        """As `Reader.rows`; ``whole`` makes no difference."""
        needed = tuple(dict.fromkeys((*columns, *order, *columns_in(where))))
        enough = top if not where and not order else None
        found: list[Row] = []
        for terms in _terms(where):
            found += [row for row in self._table(table, needed, terms, enough) if holds(row, where)]
        return chosen(found, columns, order, top)

    def _table(self, table: str, columns: Sequence[str], terms: str, enough: int | None) -> list[Row]:
        for _ in range(2):
            found = self._pages(table, columns, terms, enough)
            if found is not None:
                return found
        raise TablesFailed(f"{table} changed while its feed was read")

    def _pages(self, table: str, columns: Sequence[str], terms: str, enough: int | None) -> list[Row] | None:
        """None where the table grew or shrank meanwhile."""
        found: list[Row] = []
        total: int | None = None
        for _ in range(MOST_PAGES):
            asked = {"startIndex": len(found) + 1, "count": PAGE if enough is None else min(enough, PAGE)}
            feed = self._feed(table, asked | ({"where": terms} if terms else {}))
            count = int(feed.findtext(f"{{{SEARCH}}}totalResults") or 0)
            if total is not None and count != total:
                return None
            total = count
            page = [
                _row(table, one, columns) for one in feed.iterfind(f"{{{ATOM}}}entry/{{{SDATA}}}payload/*")
            ]
            found += page
            if len(found) >= total or (enough is not None and len(found) >= enough):
                if not found:
                    self._has_columns(table, columns)
                return found
            if not page:
                return None
        return None

    def _has_columns(self, table: str, columns: Sequence[str]) -> None:
        """An empty feed shows no columns: user-defined ones are asked for by name. TablesFailed for an unknown one."""
        for name in columns:
            if name.startswith("UDF_"):
                self._feed(table, {"startIndex": 1, "count": 1, "where": f"{name} eq ''"})

    def _feed(self, table: str, asked: dict[str, Any]) -> Element:
        [row] = self._tables.fetch(f"{table}?{urlencode(asked, quote_via=quote)}")
        try:
            return fromstring(row[FEED])  # type: ignore[arg-type]  # noqa: S314 - of the Sage server itself
        except ParseError as error:
            raise TablesFailed(f"the feed of {table} cannot be read: {error}") from error


class Feeds:
    """Fetches feeds over HTTP, as the Sage user."""

    def __init__(self, settings: Settings, secret: Callable[[str], str]) -> None:
        self._settings = settings
        self._secret = secret

    def fetch(self, company: str, address: str) -> list[dict[str, Any]]:
        """One feed. TablesFailed with the SQLSTATE that its status stands for."""
        sage = self._settings.sage100
        password = self._secret(sage.sql_password or sage.password)
        code = base64.b64encode(f"{sage.sql_user or sage.user}:{password}".encode()).decode()
        url = f"{sage.sdata_url.rstrip('/')}/sdata/MasApp/MasContract/{company}/{address}"
        request = urllib.request.Request(url, headers={"Authorization": f"Basic {code}"})  # noqa: S310 - our own setting
        try:
            with urllib.request.urlopen(request, timeout=LIMIT_S) as answer:  # noqa: S310 - the same
                return [{FEED: answer.read()}]
        except urllib.error.HTTPError as error:
            raise TablesFailed(f"{STATES.get(error.code, 'HY000')} status {error.code}") from error
        except OSError as error:
            raise TablesFailed(f"08001 {error}") from error

    def close(self) -> None:
        """Nothing is kept open."""


def _terms(where: Sequence[Condition]) -> list[str]:
    """What a feed can be narrowed by: the first equality of texts, in portions; "" for nothing."""
    for one in where:
        if not isinstance(one, Where) or one.sign not in ("=", "IN"):
            continue
        values = [one.value] if one.sign == "=" else list(one.value)  # type: ignore[arg-type]
        if all(isinstance(value, str) and value for value in values):
            if any(not str(value).isprintable() for value in values):
                raise TablesFailed("a value with control characters cannot be looked up")
            terms = [f"{one.column} eq '{str(value).replace(chr(39), chr(39) * 2)}'" for value in values]
            portions = range(0, len(terms), MOST_VALUES)
            return [" or ".join(terms[start : start + MOST_VALUES]) for start in portions]
    return [""]


def _row(table: str, record: Element, columns: Sequence[str]) -> Row:
    shown = {one.tag.rpartition("}")[2]: (one.text or "").rstrip() for one in record}
    missing = [name for name in columns if name not in shown]
    if missing:
        raise TablesFailed(f"42S22 the feed of {table} has no column {missing[0]}")
    return {name: _value(table, name, shown[name]) for name in columns}


def _value(table: str, column: str, text: str) -> Any:
    kind = kind_of(table, column) if column in COLUMNS.get(table, ()) else "s"
    if kind == "n":
        return Decimal(text or 0)
    if kind == "d":
        day = date.fromisoformat(text[:10]) if text else NO_DATE
        return None if day <= NO_DATE else day
    return text
