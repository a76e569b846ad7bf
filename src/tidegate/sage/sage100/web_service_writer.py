"""The web services as the writer: number first, then a preview with Sage's own tax, and only then the order.

Source: contract §5, §9. What keeps an order from being made twice: it is looked for by its key in Sage's tables before
it is sent; its number is written down before it is created, and the same number again is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.reading.document import Unreadable
from tidegate.sage.port.customers import NewCustomer
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage100 import web_service_faults as faults
from tidegate.sage.sage100.accounts import account_of
from tidegate.sage.sage100.client import Sage100Client
from tidegate.sage.sage100.order_numbers import Numbered, OrderNumbers
from tidegate.sage.sage100.rows import figure_of, text_of, total_of
from tidegate.sage.sage100.settings import Sage100Settings
from tidegate.sage.sage100.web_service_records import customer_record, encodable, order_record, replaced
from tidegate.sage.sage100.web_services import Record, WebServices
from tidegate.sage.sage100.wire_names import TAX, TAX_UNKNOWN

TRUSTED = timedelta(hours=1)  #: how long a miss proves that an order in doubt is not there (contract §9)
KEEPS_DELETED = "orders+deleted"  #: history in which no order leaves without a trace
REPLACED = {"warnings": "characters that Sage's code page does not have were replaced"}


@dataclass(frozen=True, slots=True)
class _Computed:
    """Total and tax as Sage computes them; None: it has not computed the tax."""

    total: Decimal | None
    tax: Decimal | None


class WebServiceWriter:
    """:class:`tidegate.sage.sage100.writer.Writer` by eBusiness Web Services."""

    def __init__(
        self,
        services: WebServices,
        client: Sage100Client,
        numbers: OrderNumbers,
        company: Sage100Settings,
        clock: Clock,
    ) -> None:
        """`client`: the agent, which reads."""
        self._services = services
        self._client = client
        self._numbers = numbers
        self._company = company
        self._clock = clock

    # Orders

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """Three calls an order: its number, the preview, and the order itself."""
        yield from ((one.order.key, self._send(one)) for one in batch)

    def _send(self, one: Prepared) -> Outcome:
        key = one.order.key
        begun = self._numbers.of(key)
        if begun is not None:
            known = self._known(begun)
            if known is not None:
                return known
        number = begun.number if begun is not None else self._services.next_order_number()
        if isinstance(number, Failure):
            return number
        record = order_record(one.payload, number, self._company)
        plain = encodable(record)
        seen = self._services.preview(plain)
        if isinstance(seen, Failure):
            return self._taken(key, number) if faults.TAKEN in seen.details else seen
        computed = _computed(seen, one)
        differs = self._differs(computed, one)
        if differs is not None:
            return differs
        self._numbers.keep(key, number)
        failure = self._services.create_order(plain)
        if failure is None:
            self._numbers.settle(key)
            details = REPLACED if replaced(record) else {}
            return self._accepted(number, computed.total, details)
        if faults.TAKEN in failure.details:
            return self._taken(key, number)
        if not failure.sent and begun is None:  # refused, and never tried before: nothing of it can arrive
            self._numbers.settle(key)
        return failure

    def _known(self, begun: Numbered) -> Outcome | None:
        """What became of an order that was tried before; None: it is not there, and may be made with its number."""
        found = self._services.order(begun.number)
        if isinstance(found, Failure):
            return found
        if found is not None:
            return self._owned(found, begun.key, begun.number)
        if self._clock.now() - begun.at < TRUSTED:
            return None
        offered = self._client.capabilities()
        if isinstance(offered, Failure):
            return offered
        if text_of(offered, "history") == KEEPS_DELETED:
            return None  # it was looked for by its key before, and would have been found
        text = (
            f"order {begun.number} was being made at {begun.at:%d.%m.%Y %H:%M} UTC, and is not open: check "
            "in Sage whether it was deleted or invoiced"
        )
        return Failure(Code.DUPLICATE_FOUND, text, sent=False)

    def _taken(self, key: str, number: str) -> Outcome:
        """Sage has this number: is it this order?"""
        found = self._services.order(number)
        if isinstance(found, Failure) or found is None:
            said = found.text if isinstance(found, Failure) else "it is not open"
            return Failure(Code.UNCLEAR_ANSWER, f"Sage has order {number} already: {said}")
        return self._owned(found, key, number)

    def _owned(self, found: Record, key: str, number: str) -> Outcome:
        self._numbers.settle(key)
        if found.fields.get(self._company.order_field) != key:
            text = f"the number {number} now belongs to another order: this one gets a new number"
            return Failure(Code.TRANSIENT, text, sent=False)
        return self._accepted(number, _total(found), {})

    def _accepted(self, number: str, total: Decimal | None, details: dict[str, str]) -> Outcome:
        """The order was accepted; without a total of the preview, the stored order is read for it."""
        if total is None:
            stored = self._services.order(number)
            total = _total(stored) if isinstance(stored, Record) else None
        return Accepted(number, number, status=SalesOrderStatus.LIVE, gross=total, details=details)

    def _differs(self, computed: _Computed, one: Prepared) -> Failure | None:
        if computed.total is None or abs(computed.total - one.order.gross) <= self._company.tolerated:
            return None
        text = (
            f"nothing was saved: Sage's total is {computed.total} (tax {computed.tax}), but the order's "
            f"total is {one.order.gross} (tax {one.order.tax})"
        )
        return Failure(Code.TOTALS_DIFFER, text, sent=False)

    # Customers

    def open_account(self, new: NewCustomer, body: Mapping[str, Any]) -> Outcome:
        """Sage refuses a second customer of the same number."""
        usual, division, number = self._company.division, str(body["division"]), str(body["customer"])
        account = account_of(division, number, usual)
        failure = self._services.create_customer(encodable(customer_record(new, body, self._company)))
        if failure is None:
            return Accepted(account, account)
        if faults.TAKEN not in failure.details:
            return failure
        found = self._services.customer(division, number)
        if isinstance(found, Record) and found.fields.get(self._company.customer_field) == new.key:
            return Accepted(account, account)
        if isinstance(found, Failure):
            return found
        text = f"the account {new.account} already exists"
        return Failure(Code.REFUSED, text, sent=False, details={"taken": new.account})

    # Cancelling

    def delete(self, number: str, key: str) -> bool | Failure:
        """The order is read first: no order but ours is deleted."""
        found = self._services.order(number)
        if isinstance(found, Failure):
            return found
        if found is None:
            return False
        if found.fields.get(self._company.order_field) != key:
            return Failure(Code.OTHER_CONTENT, f"order {number} does not have the key {key}", sent=False)
        failure = self._services.delete_order(number)
        if failure is None:
            return True
        return False if faults.NOT_FOUND in failure.details else failure


def _computed(seen: Record, one: Prepared) -> _Computed:
    """Total and tax as Sage computes them; None for both where they are unknown.

    A tax of zero counts as unknown when the order has a tax and taxable lines (Additions).
    """
    try:
        tax, taxable = figure_of(seen.values, TAX), figure_of(seen.values, "TaxableAmt")
    except Unreadable:
        return _Computed(None, None)
    if seen.values.get(TAX_UNKNOWN) == "Y" or (not tax and taxable > 0 and one.order.tax > 0):
        return _Computed(None, None)
    return _Computed(_total(seen), tax)


def _total(record: Record) -> Decimal | None:
    try:
        return total_of(record.values)
    except Unreadable:
        return None
