"""The company's price book as it was read last, kept in the ledger: deltas are applied to it.

One row is what one owner (a list, or `@` and an account) has of one SKU.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceBook, PriceList
from tidegate.ledger import marks, pieces, snapshot
from tidegate.ledger.pieces import Pieces, Rows
from tidegate.tables import pl

#: Beside the mirror of the flow; nothing of this one is sent to anybody.
SNAPSHOT = "prices:book"

_ROWS = msgspec.json.Decoder(list[ListPrice])
_CONTRACTS = msgspec.json.Decoder(list[CustomerPrice])
_LISTS = msgspec.json.Decoder(list[PriceList])
_BETWEEN = "|"

Offers = tuple[list[ListPrice], list[CustomerPrice]]


def frame_of(book: PriceBook) -> pl.DataFrame:
    """key (`SKU|owner`), value: the rows of that owner and product as JSON; sorted by key."""
    return pieces_of(book).table()


def pieces_of(book: PriceBook) -> Pieces:
    """The same in pieces, never all of it at once: the rows of ten million contracts are gigabytes as JSON."""
    owned: dict[str, list[ListPrice | CustomerPrice]] = {}
    for price in book.prices:
        owned.setdefault(key_of(price.sku, price.list_code), []).append(price)
    for contract in book.customer_prices:
        owned.setdefault(key_of(contract.sku, f"@{contract.account}"), []).append(contract)
    keys = sorted(owned)  # by code points, which is the order of their bytes
    parts = (keys[start : start + pieces.PIECE] for start in range(0, len(keys), pieces.PIECE))
    return Pieces.of(
        pl.DataFrame({"key": part, "value": [value_of(owned[key]) for key in part]}, schema=pieces.schema())
        for part in parts
    )


def value_of(rows: Sequence[ListPrice | CustomerPrice]) -> str:
    """The value of one owner's rows of a product."""
    return msgspec.json.encode(sorted(rows, key=lambda row: row.quantity)).decode()


def updated(before: Rows, fresh: Rows, *, full: bool) -> tuple[Rows, set[str]]:
    """The book after a reading, and the SKUs of which anything changed.

    A delta has a changed product whole: prices of that product that it lacks no longer exist.
    """
    if full:
        return fresh, changed(before, fresh)
    named = _sku().is_in(products(fresh))
    known = pieces.whole(part.filter(named) for part in pieces.each(before))
    both = pieces.aligned(before, fresh)
    merged = (part.filter(~named).merge_sorted(new, key="key") for part, new in both)
    after = Pieces.of(merged) if isinstance(before, Pieces) else pieces.whole(merged)
    return after, changed(known, fresh)


def of_products(book: Rows, skus: Iterable[str]) -> pl.DataFrame:
    """The rows of these products, sorted as the book is."""
    named = _sku().is_in(list(skus))
    return pieces.whole(part.filter(named) for part in pieces.each(book))


def of_keys(book: Rows, keys: Iterable[str]) -> pl.DataFrame:
    """The rows with these keys."""
    named = pl.col("key").is_in(list(keys))
    return pieces.whole(part.filter(named) for part in pieces.each(book))


def changed(before: Rows, after: Rows) -> set[str]:
    """The SKUs of which any owner's prices differ between two readings; both are sorted by key.

    Both sides are merged by key, so equal rows are adjacent: ten million rows take seconds, which no join does.
    """
    found: set[str] = set()
    for one, other in pieces.aligned(before, after):
        if one.equals(other):
            continue
        both = one.merge_sorted(other, key="key")
        twin = (pl.col("key") == pl.col("key").shift(-1)) & (pl.col("value") == pl.col("value").shift(-1))
        alone = both.filter(~(twin.fill_null(value=False) | twin.shift(1).fill_null(value=False)))
        found.update(alone.select(_sku().unique())["key"])
    return found


def offers(book: Rows, skus: Iterable[str] | None = None) -> dict[str, Offers]:
    """Everything that the book has of these products; None = of all."""
    found: dict[str, Offers] = {}
    for part in pieces.each(book if skus is None else of_products(book, skus)):
        for key, value in part.iter_rows():
            sku, owner = cut(key)
            listed, agreed = found.setdefault(sku, ([], []))
            if owner.startswith("@"):
                agreed += _CONTRACTS.decode(value)
            else:
                listed += _ROWS.decode(value)
    return found


def key_of(sku: str, owner: str) -> str:
    """The key of one owner's rows of a product; an account's owner begins with `@`."""
    return f"{sku}{_BETWEEN}{owner}"


def cut(key: str) -> tuple[str, str]:
    """(SKU, owner) of a key."""
    sku, _, owner = key.rpartition(_BETWEEN)
    return sku, owner


def owner_in_key() -> pl.Expr:
    """The owner in the column `key`."""
    return pl.col("key").str.extract(r"\|([^|]*)$", 1)


def without_contracts(book: Rows) -> pl.DataFrame:
    """What the lists say."""
    listed = ~owner_in_key().str.starts_with("@")
    return pieces.whole(part.filter(listed) for part in pieces.each(book))


def products(book: Rows) -> list[str]:
    """The products of a book, sorted."""
    return sorted({sku for part in pieces.each(book) for sku in part.select(_sku().unique())["key"]})


def read(connection: str) -> Pieces:
    """The book as it was kept last."""
    return snapshot.pieces(connection, SNAPSHOT)


def lists(connection: str) -> dict[str, PriceList]:
    """The price lists by code, as they were kept last."""
    text = marks.read(_lists(connection))
    return {each.code: each for each in _LISTS.decode(text)} if text else {}


def accounts(connection: str) -> frozenset[str]:
    """The accounts that have prices of their own in the kept book."""
    return accounts_of(read(connection))


def accounts_of(book: Rows) -> frozenset[str]:
    """The accounts that have prices of their own in a book."""
    owners = {
        owner
        for part in pieces.each(book)
        for owner in part.select(owner_in_key().unique().alias("owner"))["owner"]
    }
    return frozenset(each.removeprefix("@") for each in owners if each.startswith("@"))


def read_at(connection: str) -> datetime | None:
    """When the company reported it; a reading that brought nothing new counts."""
    text = marks.read(_at(connection))
    return datetime.fromisoformat(text) if text else None


def keep(
    connection: str, book: Rows | None, fresh: Mapping[str, PriceList], read: datetime, now: datetime
) -> None:
    """Keep it (None: it is as it was). In a transaction."""
    if book is not None:
        snapshot.write(connection, SNAPSHOT, book, now)
    marks.write(_lists(connection), msgspec.json.encode(list(fresh.values())).decode(), now)
    marks.write(_at(connection), read.isoformat(), now)


def _sku() -> pl.Expr:
    """The SKU may contain the sign between; a list's code that does is cut by the owner's side."""
    return pl.col("key").str.replace(r"\|[^|]*$", "")


def _lists(connection: str) -> str:
    return f"price-lists:{connection}"


def _at(connection: str) -> str:
    return f"price-book-read:{connection}"
