"""The company's price book as it was read last, kept in the ledger: deltas are applied to it.

One row is what one owner (a list, or `@` and an account) has of one SKU.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceBook, PriceList
from tidegate.ledger import marks, snapshot
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
    owned: dict[str, list[ListPrice | CustomerPrice]] = {}
    for price in book.prices:
        owned.setdefault(key_of(price.sku, price.list_code), []).append(price)
    for contract in book.customer_prices:
        owned.setdefault(key_of(contract.sku, f"@{contract.account}"), []).append(contract)
    values = [value_of(rows) for rows in owned.values()]
    return pl.DataFrame({"key": list(owned), "value": values}, schema=snapshot.schema()).sort("key")


def value_of(rows: Sequence[ListPrice | CustomerPrice]) -> str:
    """The value of one owner's rows of a product."""
    return msgspec.json.encode(sorted(rows, key=lambda row: row.quantity)).decode()


def updated(before: pl.DataFrame, fresh: pl.DataFrame, *, full: bool) -> tuple[pl.DataFrame, set[str]]:
    """The book after a reading, and the SKUs of which anything changed.

    A delta has a changed product whole: prices of that product that it lacks no longer exist.
    """
    if full:
        return fresh, changed(before, fresh)
    skus = fresh.select(_sku().unique())["key"]
    named = _sku().is_in(skus.implode())
    after = before.filter(~named).merge_sorted(fresh, key="key")
    return after, changed(before.filter(named), fresh)


def of_products(book: pl.DataFrame, skus: Iterable[str]) -> pl.DataFrame:
    """The rows of these products, sorted as the book is."""
    return book.filter(_sku().is_in(list(skus)))


def changed(before: pl.DataFrame, after: pl.DataFrame) -> set[str]:
    """The SKUs of which any owner's prices differ between two readings; both are sorted by key.

    Both sides are merged by key, so equal rows are adjacent: ten million rows take seconds, which no join does.
    """
    both = before.merge_sorted(after, key="key")
    twin = (pl.col("key") == pl.col("key").shift(-1)) & (pl.col("value") == pl.col("value").shift(-1))
    alone = both.filter(~(twin.fill_null(value=False) | twin.shift(1).fill_null(value=False)))
    return set(alone.select(_sku().unique())["key"])


def offers(book: pl.DataFrame, skus: Iterable[str] | None = None) -> dict[str, Offers]:
    """Everything that the book has of these products; None = of all."""
    rows = book if skus is None else book.filter(_sku().is_in(list(skus)))
    found: dict[str, Offers] = {}
    for key, value in rows.iter_rows():
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


def without_contracts(book: pl.DataFrame) -> pl.DataFrame:
    """What the lists say."""
    return book.filter(~owner_in_key().str.starts_with("@"))


def products(book: pl.DataFrame) -> list[str]:
    """The products of a book, sorted."""
    return book.select(_sku().unique().sort().alias("sku"))["sku"].to_list()


def read(connection: str) -> pl.DataFrame:
    """The book as it was kept last."""
    return snapshot.read(connection, SNAPSHOT)


def lists(connection: str) -> dict[str, PriceList]:
    """The price lists by code, as they were kept last."""
    text = marks.read(_lists(connection))
    return {each.code: each for each in _LISTS.decode(text)} if text else {}


def accounts(connection: str) -> frozenset[str]:
    """The accounts that have prices of their own in the kept book."""
    return accounts_of(read(connection))


def accounts_of(book: pl.DataFrame) -> frozenset[str]:
    """The accounts that have prices of their own in a book."""
    owners = book.select(owner_in_key().unique().alias("owner"))["owner"]
    return frozenset(each.removeprefix("@") for each in owners if each.startswith("@"))


def read_at(connection: str) -> datetime | None:
    """When the company reported it; a reading that brought nothing new counts."""
    text = marks.read(_at(connection))
    return datetime.fromisoformat(text) if text else None


def keep(
    connection: str, book: pl.DataFrame | None, fresh: Mapping[str, PriceList], read: datetime, now: datetime
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
