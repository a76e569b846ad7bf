"""Orders and receipts are prepared from one reading of the names that they refer to; both report missing names in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from tidegate.domain.books.bookkeeping import NewReceipt
from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing import together
from tidegate.domain.orders.gaps import Named
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.orders.sales_order import LineKind, SalesOrder
from tidegate.sage.port.orders import Prepared

Known = TypeVar("Known")
Record = TypeVar("Record")


class InTurn:
    """Reads for one batch, one after the other: none follows one that ends the cycle (locked, throttled, halted)."""

    def __init__(self) -> None:
        self.ended: Failure | None = None  #: the failure that ends the cycle

    def read(self, ask: Callable[[], Record | Failure]) -> Record | Failure:
        """The answer; where a read before it has ended the cycle, that one's failure."""
        if self.ended is not None:
            return self.ended
        answer = ask()
        if isinstance(answer, Failure) and answer.ends_cycle:
            self.ended = answer
        return answer


def prepare_each(
    orders: Sequence[SalesOrder],
    read: Callable[[Sequence[SalesOrder]], Known | Failure],
    prepare: Callable[[SalesOrder, Known], Prepared | Failure],
) -> list[Prepared | Failure]:
    """Every order by what was read; a reading that failed is every order's failure. No orders, no reading."""
    if not orders:
        return []
    known = read(orders)
    if isinstance(known, Failure):
        return [known] * len(orders)
    return [prepare(order, known) for order in orders]


def lacking_each(
    orders: Sequence[Named],
    read: Callable[[Sequence[Named]], Known | Failure],
    missing: Callable[[Named, Known], Iterable[Failure]],
) -> list[Failure | None]:
    """What the company lacks of each; a reading that failed says nothing about a record. No orders, no reading."""
    if not orders:
        return []
    known = read(orders)
    if isinstance(known, Failure):
        return [None] * len(orders)
    found = [together(missing(order, known)) for order in orders]
    return [one if one is not None and one.missing is not None else None for one in found]


def with_payload(order: SalesOrder, payload: dict[str, Any] | Failure) -> Prepared | Failure:
    """The order ready to leave, unless its payload could not be built."""
    return payload if isinstance(payload, Failure) else Prepared(order, payload, payload_hash(payload))


def goods_of(orders: Iterable[SalesOrder | Named]) -> list[str]:
    """The codes of all goods of the batch."""
    return [line.code for order in orders for line in order.lines if line.kind is LineKind.GOODS]


def resolved(
    found: Mapping[str, Record] | Failure, code: str, missing: Code, kind: str, what: str
) -> Record | Failure:
    """What the code stands for, or that the company has no such thing: `kind` is the missing thing's, `what` its word.

    A reading that failed is the failure of whatever it was to find.
    """
    if isinstance(found, Failure):
        return found
    if code in found:
        return found[code]
    return Failure(missing, f"Sage has no {what} {code!r}", missing=f"{kind}:{code}", sent=False)


def currency_differs(currency: str, account: str, theirs: str) -> Failure | None:
    """That the account takes no order in this currency; None when it does, or when either states none."""
    if not currency or not theirs or currency.upper() == theirs.upper():
        return None
    text = (
        f"the order is in {currency}, but account {account} is in {theirs}: map the order to an account in "
        f"{currency}"
    )
    return Failure(Code.UNMAPPED_CURRENCY, text, missing=f"currency:{currency}", sent=False)


def account_unfit(
    receipt: NewReceipt, customers: Mapping[str, Record] | Failure, currency_of: Callable[[Record], str]
) -> Failure | None:
    """Why the receipt cannot be posted to its account: there is none, or it has another currency. None when it can."""
    customer = resolved(customers, receipt.account, Code.UNKNOWN_CUSTOMER, "customer", "customer")
    if isinstance(customer, Failure):
        return customer
    theirs = currency_of(customer)
    if theirs.upper() == receipt.currency.upper():
        return None
    text = f"the payment is in {receipt.currency}, but account {receipt.account} is in {theirs}"
    return Failure(Code.UNMAPPED_CURRENCY, text, missing=f"currency:{receipt.currency}", sent=False)
