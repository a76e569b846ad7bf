"""Orders by the SOAP gateway: previewed with Sage's own tax, then inserted. Source: contract §14, §16.

Fields are set in the given sequence. Names of the detail views are assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import shown
from tidegate.domain.orders.sales_order import LineKind
from tidegate.reading.document import Unreadable
from tidegate.sage.port.orders import Prepared
from tidegate.sage.port.outcomes import Accepted, Outcome
from tidegate.sage.sage300.client import Sage300Client
from tidegate.sage.sage300.csv_orders import STEP, Body, detail_of, header_of, note_of, option_of
from tidegate.sage.sage300.gateway import INSERT, PREVIEW, Columns, Detail, Gateway
from tidegate.sage.sage300.orders import Orders
from tidegate.sage.sage300.reference import Reference
from tidegate.sage.sage300.rows import money_of, name_of, text_of
from tidegate.sage.sage300.settings import Sage300Settings
from tidegate.sage.sage300.wire_names import LINE_OPTIONS, ORDER_LINES

VIEW = "OE0520"
LINES, LINE_FIELDS, FIELDS, NOTES = "OE0500", "OE0501", "OE0526", "OE0180"  # C, A, A, A
TOTAL = "INVNETWTX"  # P


class GatewayOrders(Orders):
    """The order desk of the gateway."""

    def __init__(
        self, gateway: Gateway, client: Sage300Client, reference: Reference, company: Sage300Settings
    ) -> None:
        super().__init__(client, reference, company)
        self._gateway = gateway

    def send(self, batch: Sequence[Prepared]) -> Iterator[tuple[str, Outcome]]:
        """Send one order: its total in Sage is compared before anything is stored. ValueError for more."""
        if len(batch) > self.about.orders_per_call:
            raise ValueError(f"a call takes one order, got {len(batch)}")
        for one in batch:
            outcome = self._send(one)
            yield one.order.key, outcome
            if isinstance(outcome, Failure) and outcome.code is Code.REFUSED:
                goods = (line.code for line in one.order.lines if line.kind is LineKind.GOODS)
                self._reference.doubt(items=goods, account=one.order.account)

    def _send(self, one: Prepared) -> Outcome:
        fields, details = document_of(one.payload)
        seen = self._gateway.write(VIEW, PREVIEW, one.order.key, fields, details)
        if isinstance(seen, Failure):
            return seen
        try:
            would_be = money_of(seen, TOTAL)
        except Unreadable as error:
            return Failure(Code.SERVER_TROUBLE, f"the preview cannot be read: {error}", sent=False)
        if would_be != one.order.gross:
            text = f"Sage would come to {shown(would_be)}, the order to {shown(one.order.gross)}"
            return Failure(Code.TOTALS_DIFFER, text, sent=False)
        made = self._gateway.write(VIEW, INSERT, one.order.key, fields, details)
        return made if isinstance(made, Failure) else self._inserted(one, made)

    def _inserted(self, sent: Prepared, row: Columns) -> Outcome:
        if text_of(row, "REFERENCE") != sent.order.key:
            return Failure(Code.UNCLEAR_ANSWER, "the gateway answered with another order, or with none")
        try:
            return Accepted(name_of(row, "ORDUNIQ"), name_of(row, "ORDNUMBER"), gross=money_of(row, TOTAL))
        except Unreadable as error:
            return Failure(Code.UNCLEAR_ANSWER, f"the gateway's answer cannot be read: {error}")


def document_of(body: Body) -> tuple[Columns, list[Detail]]:
    """Header and details of the body that the Web API would get; what is empty is not set."""
    details = [
        Detail(
            LINES,
            _set(detail_of(STEP * at, line)),
            tuple(Detail(LINE_FIELDS, option_of(one)) for one in line.get(LINE_OPTIONS, ())),
        )
        for at, line in enumerate(body[ORDER_LINES], 1)
    ]
    details += [Detail(FIELDS, option_of(one)) for one in body.get("OrderOptionalFields", ())]
    details += [Detail(NOTES, note_of(one)) for one in body.get("OrderCommentsInstructions", ())]
    return _set(header_of(body)), details


def _set(values: Columns) -> Columns:
    return {name: value for name, value in values.items() if value}
