"""What accounts pay where the company only answers enquiries: whose turn it is, and what an answer says.

Pure. Source: `docs/algorithms/prices.md`, *Where Sage only answers enquiries*.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from tidegate.domain.prices.cart_price import CartPrice
from tidegate.domain.prices.price_book import CustomerPrice

Pair = tuple[str, str]  #: account and SKU


def in_turn(
    accounts: Iterable[str], skus: Iterable[str], after: Pair | None, changed: Iterable[str], most: int
) -> tuple[list[Pair], list[Pair]]:
    """(pairs of changed products, the next pairs of the round behind `after`), together `most` at most.

    Changed products get half of them, so that a company whose prices move all day does not stop the round.
    """
    named, known = sorted(set(accounts)), sorted(set(skus))
    wanted = sorted(set(changed) & set(known))
    urgent = [(account, sku) for sku in wanted[:most] for account in named][: most // 2]
    total = len(named) * len(known)
    start, seen, found = _behind(named, known, after), set(urgent), list[Pair]()
    for step in range(total):
        if len(urgent) + len(found) >= most:
            break
        at, which = divmod((start + step) % total, len(known))
        if (named[at], known[which]) not in seen:
            found.append((named[at], known[which]))
    return urgent, found


def _behind(accounts: Sequence[str], skus: Sequence[str], after: Pair | None) -> int:
    """The place in the round behind a pair, which may be gone meanwhile."""
    if after is None:
        return 0
    at = bisect_left(accounts, after[0])
    if at < len(accounts) and accounts[at] == after[0]:
        return at * len(skus) + bisect_right(skus, after[1])
    return at * len(skus)


def agreed(
    answers: Sequence[CustomerPrice], listed: Callable[[Decimal], CartPrice | None]
) -> list[CustomerPrice]:
    """The answers that differ from what the account's list says at that quantity; none: it has no contract.

    From the first such answer on the list counts no more, so that later answers are reported where they differ
    from the one before. A price of 0 means that the company has none.
    """
    found: list[CustomerPrice] = []
    for answer in sorted(answers, key=lambda each: each.quantity):
        if answer.price <= 0:
            continue
        if found:
            repeated = found[-1].price == answer.price and found[-1].unit == answer.unit
        else:
            list_price = listed(answer.quantity)
            repeated = (
                list_price is not None
                and not answer.unit
                and list_price.price == answer.price
                and answer.currency in ("", list_price.currency)
            )
        if not repeated:
            found.append(answer)
    return found
