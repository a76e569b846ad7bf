"""What named accounts pay, where the company only answers enquiries: asked in turn, kept with its moment.

An enquiry is a call, so that a cycle makes only as many as `prices.enquiries`. Only what differs from the
account's list at the moment of asking is kept: a list that moves later does not make a contract.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

import msgspec

from tidegate.domain.errors import Failure, Group
from tidegate.domain.prices.cart_price import CartPrice, cart_price
from tidegate.domain.prices.enquiries import Pair, agreed, in_turn
from tidegate.domain.prices.price_book import CustomerPrice, ListPrice, PriceList, PriceQuestion
from tidegate.flows.cycle import Cycle
from tidegate.flows.prices import book
from tidegate.ledger import cursors, snapshot
from tidegate.ledger.database import transaction
from tidegate.ledger.pieces import Rows, aligned, whole
from tidegate.sage.port.reading import EnquiryDesk
from tidegate.tables import pl

FLOW = "prices"
#: Beside the mirror of the flow; nothing of this one is sent to anybody.
SNAPSHOT = "prices:enquiries"
CURSOR = "enquiries"


@dataclass(frozen=True, slots=True)
class Agreed:
    """What an account pays for a product that is not its list's price, and when the company said so (UTC)."""

    asked_at: datetime
    prices: list[CustomerPrice]


_AGREED = msgspec.json.Decoder(Agreed)
_PAIR = msgspec.json.Decoder(Pair)

Answers = dict[Pair, list[CustomerPrice] | Failure]


@dataclass(frozen=True)
class Listed:
    """What the lists say: the book without contracts, its lists, and the list of each account to ask for."""

    rows: Rows
    lists: Mapping[str, PriceList]
    standard: str
    day: date  #: today in the company's time zone
    accounts: Mapping[str, str]


def ask(cycle: Cycle, desk: EnquiryDesk, price_lists: Listed, changed: Iterable[str]) -> Failure | None:
    """Ask for the pairs whose turn it is and keep the answers; why it ended early, if it did.

    The turn passes the pair that failed, so that one product that Sage cannot price does not stop the others.
    """
    rules = cycle.connection.settings.prices
    most = max(rules.enquiries // len(rules.contract_quantities), 1)
    at = cursors.read(cycle.name, FLOW, CURSOR)
    after = _PAIR.decode(at) if at else None
    urgent, turn = in_turn(price_lists.accounts, book.products(price_lists.rows), after, changed, most)
    answers = _answers(cycle, desk, price_lists, [*urgent, *turn])
    passed = [pair for pair in turn if pair in answers]
    with transaction("enquiries"):
        now = cycle.now()
        _keep(cycle, price_lists, answers, now)
        if passed:
            cursors.move(cycle.name, FLOW, CURSOR, msgspec.json.encode(passed[-1]).decode(), now)
    return next((each for each in answers.values() if isinstance(each, Failure) and _ends(each)), None)


def _answers(cycle: Cycle, desk: EnquiryDesk, price_lists: Listed, pairs: Sequence[Pair]) -> Answers:
    """One answer for each pair, up to the first failure that is not about the pair alone."""
    setting = cycle.connection.settings.prices
    quantities = [Decimal(each) for each in sorted(set(setting.contract_quantities))]
    stream = desk.ask([PriceQuestion(*pair, each) for pair in pairs for each in quantities])
    offers = book.offers(price_lists.rows, {sku for _, sku in pairs})
    found: Answers = {}
    for account, sku in pairs:
        if not cycle.may_call_company():
            break
        cycle.keep_lease()
        part = list(islice(stream, len(quantities)))
        failure = next((each for each in part if isinstance(each, Failure)), None)
        if failure is not None:
            found[account, sku] = failure
            if _ends(failure):
                break
            continue
        order = (price_lists.accounts[account] or price_lists.standard, price_lists.standard)

        def listed(
            quantity: Decimal, rows: list[ListPrice] = offers[sku][0], order: tuple[str, str] = order
        ) -> CartPrice | None:
            return cart_price(rows, (), quantity, price_lists.lists, order, price_lists.day)

        prices = [each for each in part if isinstance(each, CustomerPrice)]
        found[account, sku] = agreed(prices, listed)
    return found


def _ends(failure: Failure) -> bool:
    return failure.group not in (Group.REVIEW, Group.HOLD_FOR_FIX)


def _keep(cycle: Cycle, price_lists: Listed, answers: Answers, now: datetime) -> None:
    """Keep the answers; drop quotes that now equal the list price, and accounts that are not asked for."""
    before = snapshot.read(cycle.name, SNAPSHOT)
    gone = [
        _key(pair)
        for pair, answer in answers.items()
        if not isinstance(answer, Failure) or answer.group is Group.HOLD_FOR_FIX
    ]
    owners = [f"@{account}" for account in price_lists.accounts]
    after = before.filter(~pl.col("key").is_in(gone) & book.owner_in_key().is_in(owners))
    new = {
        _key(pair): msgspec.json.encode(Agreed(cycle.started, answer)).decode()
        for pair, answer in answers.items()
        if answer and not isinstance(answer, Failure)
    }
    after = pl.concat([after, snapshot.frame(new)]).sort("key")
    if not after.equals(before):
        snapshot.write(cycle.name, SNAPSHOT, after, now)


def contracts(connection: str) -> dict[str, Agreed]:
    """What was answered last and differs from the lists, by the price book's key."""
    return {key: _AGREED.decode(value) for key, value in snapshot.read(connection, SNAPSHOT).iter_rows()}


def with_contracts(connection: str, listed: Rows, accounts: Collection[str]) -> pl.DataFrame:
    """The book of the lists with the contracts of these accounts, for products that are on a list."""
    owners, known = {f"@{account}" for account in accounts}, set(book.products(listed))
    rows = {
        key: book.value_of(each.prices)
        for key, each in contracts(connection).items()
        if (cut := book.cut(key))[1] in owners and cut[0] in known
    }
    both = aligned(listed, snapshot.frame(rows))
    return whole(part.merge_sorted(new, key="key") for part, new in both)


def _key(pair: Pair) -> str:
    account, sku = pair
    return book.key_of(sku, f"@{account}")
