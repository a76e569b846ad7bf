"""What the company lacks of orders that miss something already: said with it, so that a person is asked once."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.errors import Failure
from tidegate.domain.missing import together
from tidegate.domain.orders.arithmetic import Arithmetic
from tidegate.domain.orders.gaps import named
from tidegate.domain.orders.order import Order
from tidegate.domain.orders.terms import Terms
from tidegate.sage.port.orders import OrderDesk


def with_lacking(
    orders: OrderDesk, terms: Terms, arithmetic: Arithmetic, held: Sequence[tuple[Order, str, Failure]]
) -> list[Failure]:
    """Each order's failure, and all that the company lacks besides; `held` has order, account ("" = none) and failure.

    Failures that wait for nothing stay alone. The company is asked for all of them at once.
    """
    known = [
        named(order, terms, arithmetic, account=account) if failure.missing is not None else None
        for order, account, failure in held
    ]
    answers = iter(orders.lacking([each for each in known if each is not None]))
    result = []
    for (_, _, failure), each in zip(held, known, strict=True):
        lacking = next(answers) if each is not None else None
        result.append((together([failure, lacking]) or failure) if lacking is not None else failure)
    return result
