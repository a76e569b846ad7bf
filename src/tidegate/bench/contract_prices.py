"""`contract-prices`: what 10,000 customers have agreed on for 1,000 products each, against what is known.

Ten million prices. The night's reading of the company's book is applied to the kept one, which tells the
products of which anything changed; and what the store shall have is compared with what was written. Both
are tables, as the flow `prices` keeps them. What happens to a product that did change (calculating every
customer's price of it anew) is reported beside it, for one product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tidegate.bench.figure import Figure, Target
from tidegate.bench.filling import open_without_safety
from tidegate.bench.hub import CONNECTION
from tidegate.bench.resources import MIB, peak_memory
from tidegate.clock import SystemClock
from tidegate.domain.prices.price_book import CustomerPrice, PriceList
from tidegate.domain.prices.prices import CONTRACT, PriceRules, PriceSetting, Shelf, wanted_prices
from tidegate.flows.prices import book as price_book
from tidegate.flows.prices.reading import FLOW
from tidegate.ledger import mirror, snapshot
from tidegate.ledger.database import transaction
from tidegate.ledger.pieces import PIECE, Pieces
from tidegate.tables import pl

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
CUSTOMERS, QUICK = 10_000, 1_000
PRODUCTS = 1_000
#: One price in so many is another one than the day before, all of the same few products.
CHANGED = 1000
CURRENCY = "USD"
#: MB (10^6 bytes). Memory is nearly the same on every machine: it is asserted.
MOST_MEMORY = 1_500


@dataclass(frozen=True, slots=True)
class Diffed:
    """Seconds of each comparison, and what they found."""

    book: float
    skus: int  #: of which anything changed
    store: float
    values: int  #: to be sent
    unchanged: float  #: the store's comparison when nothing is to be sent


def measure(folder: Path, *, quick: bool) -> list[Figure]:
    """Compare them all; then calculate one product's."""
    customers = QUICK if quick else CUSTOMERS
    diffed = diff(folder, customers, PRODUCTS)
    memory = peak_memory()
    what = f"{customers:,} customers x {PRODUCTS:,} contract prices"
    return [
        timed(
            "contract-prices-diff",
            diffed.store,
            f"{what} against what was written to the store: {diffed.values:,} differ",
            Target("<", 10),
        ),
        timed("contract-prices-diff-unchanged", diffed.unchanged, f"{what}: the same, nothing differs"),
        timed("contract-prices-book", diffed.book, f"{what}: the company's book against the kept one"),
        timed(
            "contract-prices-product",
            calculated(customers),
            f"one product that changed: the prices of {customers:,} customers",
        ),
        Figure(
            "contract-prices-memory",
            round(memory * MIB / 1e6),
            "MB",
            "counted",
            "peak resident memory of the comparisons",
            Target("<", MOST_MEMORY),
        ),
        Figure(
            "contract-prices-sent",
            diffed.values,
            "prices",
            "counted",
            f"to be sent, of {customers * PRODUCTS:,}",
            Target("<=", customers * PRODUCTS / CHANGED),
        ),
    ]


def timed(name: str, seconds: float, text: str, target: Target | None = None) -> Figure:
    """Seconds of something."""
    return Figure(name, round(seconds, 2), "s", "timed", text, target)


def diff(folder: Path, customers: int, products: int) -> Diffed:
    """Apply a new book to the kept one, and compare what is wanted with what was written. RuntimeError for a wrong result."""
    few = products // CHANGED
    with open_without_safety(folder / "prices.db"):
        with transaction("prepare"):
            snapshot.write(CONNECTION, price_book.SNAPSHOT, in_pieces(book, customers, products), START)
            snapshot.write(CONNECTION, FLOW, in_pieces(values, customers, products), START)
        book_seconds, skus = new_in_the_book(in_pieces(book, customers, products, cheaper=few))
        unchanged, none = new_to_the_store(in_pieces(values, customers, products))
        seconds, new = new_to_the_store(in_pieces(values, customers, products, cheaper=few))
    if none or new != customers * few or skus != few:
        raise RuntimeError(f"{none} and {new} prices, {skus} products differ")
    return Diffed(book_seconds, skus, seconds, new, unchanged)


def new_in_the_book(news: Pieces) -> tuple[float, int]:
    """Seconds, and of how many products anything changed since the book was kept."""
    clock = SystemClock()
    began = clock.monotonic()
    _, skus = price_book.updated(price_book.read(CONNECTION), news, full=True)
    return clock.monotonic() - began, len(skus)


def new_to_the_store(wanted: Pieces) -> tuple[float, int]:
    """Seconds, commit included, and how many prices are to be sent."""
    clock = SystemClock()
    began = clock.monotonic()
    with transaction("want"):
        new = mirror.want(CONNECTION, FLOW, wanted, START)
    return clock.monotonic() - began, new


# --- ten million prices -----------------------------------------------------------------------------


Make = Callable[[int, range, int], pl.DataFrame]


def in_pieces(make: Make, customers: int, products: int, *, cheaper: int = 0) -> Pieces:
    """All of them, never more than some products' at once; the first `cheaper` products are reduced."""
    some = max(PIECE // customers, 1)
    parts = (range(first, min(first + some, products)) for first in range(0, products, some))
    return Pieces.of(make(customers, part, cheaper) for part in parts)


def agreed(customers: int, products: range, cheaper: int) -> pl.DataFrame:
    """sku, account, price in cents: everybody with everything, the first `cheaper` products reduced."""
    of = pl.DataFrame({"product": products})
    by = pl.DataFrame({"customer": range(customers)})
    number, customer = pl.col("product"), pl.col("customer")
    return of.join(by, how="cross").select(
        sku=pl.concat_str(pl.lit("WARE-"), number.cast(pl.String).str.zfill(6)),
        account=pl.concat_str(pl.lit("C"), customer.cast(pl.String).str.zfill(6)),
        price=(number * 7 + customer * 3) % 90 + 10 - (number < cheaper).cast(pl.Int64),
    )


def book(customers: int, products: range, cheaper: int = 0) -> pl.DataFrame:
    """The company's book as `price_book.frame_of` makes it of contracts that it read."""
    head, tail = (
        '[{"account":"',
        '","currency":"USD","quantity":"1","unit":"","valid_from":null,"valid_to":null}]',
    )
    price = pl.col("price").cast(pl.String)
    return agreed(customers, products, cheaper).select(
        key=pl.concat_str("sku", pl.lit("|@"), "account"),
        value=pl.concat_str(
            pl.lit(head), "account", pl.lit('","sku":"'), "sku", pl.lit('","price":"'), price, pl.lit(tail)
        ),
    )


def values(customers: int, products: range, cheaper: int = 0) -> pl.DataFrame:
    """What the store shall have, by the mirror's keys: a customer group for each contract."""
    return agreed(customers, products, cheaper).select(
        key=pl.concat_str(pl.lit("tier|"), "sku", pl.lit(f"|1|{CONTRACT}"), "account"),
        value=pl.concat_str(pl.lit("1="), pl.col("price").cast(pl.String)),
    )


def calculated(customers: int) -> float:
    """The seconds that all customers' prices of one product take. RuntimeError unless there are so many."""
    setting = PriceSetting(
        lists={"S": PriceList("S", currency=CURRENCY, standard=True)},
        shelves=(Shelf("1", CURRENCY),),
        rules=PriceRules(contracts=True),
        day=START.date(),
        accounts={f"C{number:06}": "" for number in range(customers)},
    )
    contracts = [
        CustomerPrice(each, "WARE-000000", Decimal(10 + place % 90), CURRENCY)
        for place, each in enumerate(setting.accounts)
    ]
    clock = SystemClock()
    began = clock.monotonic()
    wanted = wanted_prices("WARE-000000", (), contracts, setting)
    seconds = clock.monotonic() - began
    if len(wanted.values) != customers:
        raise RuntimeError(f"{len(wanted.values)} prices of {customers} customers")
    return seconds
