"""What the company's own people do in a simulated week: warehouse, accounts, buying, the counter.

Every deed is picked by numbers between 0 and 1 among what is there at that moment. What the company
refuses (nothing in stock, a closed period, the nightly backup) does not happen.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, TypeVar

from tidegate.simulation.houses.house import Codes
from tidegate.simulation.odd_skus import Names, sku_of
from tidegate.simulation.products import USUAL
from tidegate_sandbox.erp import events
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.refusal import Refusal

T = TypeVar("T")
CENT = Decimal("0.01")


class Staff:
    """The people of one company. `items` is how many of its items are ever touched, `skus` their odd names."""

    def __init__(
        self, company: Company, codes: Codes = USUAL.codes, *, items: int, skus: Names | None = None
    ) -> None:
        self._company = company
        self._codes = codes
        self._items = items
        self._skus = skus or {}
        self._parcels = 0
        self._new = 0

    def carry_out(self, what: str, options: dict[str, Any]) -> bool:
        """Carry out a deed; false when it is none of theirs."""
        deed = getattr(self, "do_" + what.replace("-", "_"), None)
        if deed is None:
            return False
        with suppress(Refusal):
            deed(**options)
        return True

    # --- the warehouse ---------------------------------------------------------------------------

    def do_despatch(self, pick: float, share: float, elsewhere: float, tracked: float) -> None:
        """Goods of one order leave: all that is there, or a part; now and then from another warehouse."""
        order = picked(pick, [each for each in self.web_orders() if each.status == "live"])
        if order is None:
            return
        whole = share > 0.5
        quantities = None
        if not whole or elsewhere > 0.9:
            part = Decimal(str(round(max(share, 0.2), 2)))
            quantities = {
                line.code: pieces(line.outstanding * part)
                for line in order.lines
                if line.is_stocked and line.outstanding > 0
            }
        warehouse = self._codes.elsewhere if elsewhere > 0.9 else ""
        self._company.despatch(order.number, quantities, warehouse=warehouse, **self.parcel(tracked))

    def do_despatch_and_invoice(self, pick: float, tracked: float) -> None:
        """Goods of one order leave and are billed in one breath: the order is complete."""
        order = picked(pick, [each for each in self.web_orders() if each.status == "live"])
        if order is not None:
            self._company.despatch(order.number, None, **self.parcel(tracked))
            self.bill([order.number])

    def do_despatch_all(self, tracked: float) -> None:
        """The van leaves with everything that is there."""
        for order in self.web_orders():
            if order.status == "live":
                with suppress(Refusal):
                    self._company.despatch(order.number, **self.parcel(tracked))

    def do_track(self, pick: float) -> None:
        """A tracking number comes later than the goods left."""
        without = [each for each in self._company.despatches.table if not each.consignment]
        despatch = picked(pick, without)
        if despatch is not None:
            events.track(self._company, despatch.number, self.consignment(), courier=self._codes.couriers[1])

    def do_stock_adjust(self, pick: float, place: float, change: float) -> None:
        """A delivery, or a count that finds less."""
        warehouse = self._codes.counted[int(place * len(self._codes.counted))]
        self._company.stock_adjust(self.code(pick), warehouse, change=Decimal(round(change * 80) - 40))

    def parcel(self, tracked: float) -> dict[str, Any]:
        """With a tracking number, or without one yet."""
        if tracked >= 0.6:
            return {}
        return {"courier": self._codes.couriers[0], "consignment": self.consignment()}

    def consignment(self) -> str:
        """The next tracking number."""
        self._parcels += 1
        return f"TRK{self._parcels:06d}"

    # --- the office ------------------------------------------------------------------------------

    def do_invoice_run(self, together: float) -> None:
        """What has left is invoiced; now and then one invoice for all orders of an account."""
        self.bill(together=together > 0.85)

    def do_posting_run(self) -> None:
        """The postings of the day are booked."""
        self._company.run_posting()

    def do_payment(self, pick: float, share: float) -> None:
        """Somebody pays an invoice, whole or in part."""
        company = self._company
        owed = [one for one in company.receivables.table if one.kind == "invoice" and one.outstanding > 0]
        if share < 0.9:  # who has paid at checkout pays again only now and then
            received = {one.reference for one in company.receivables.table if one.kind == "receipt"}
            prepaid = {each.number for each in company.orders.table if each.customer_order_no in received}
            owed = [one for one in owed if one.second_reference not in prepaid]
        entry = picked(pick, owed)
        if entry is None:
            return
        value = entry.outstanding
        if share > 0.7:
            value = max(CENT, (value * Decimal(str(round(share - 0.5, 2)))).quantize(CENT))
        customer = company.customers.table[entry.customer_id].code
        company.receipt(customer, value, reference=f"BACS {entry.reference}"[:20], invoice=entry.reference)

    def do_credit(self, pick: float, share: float, returned: float) -> None:
        """A credit note, for all of an order or for a piece of one line, with the goods back or without."""
        invoiced = [each for each in self.web_orders() if any(line.invoiced > 0 for line in each.lines)]
        order = picked(pick, invoiced)
        if order is None:
            return
        quantities = None
        if share > 0.4 and self._codes.bills_parts:
            line = next((one for one in order.lines if one.is_stocked and one.invoiced > 0), None)
            if line is None:
                return
            quantities = {line.code: Decimal(1)}
        events.credit(self._company, order.number, quantities, returned=returned < 0.5)

    def do_credit_with_carriage(self, pick: float, share: float, returned: float) -> None:
        """A credit note of one piece and of a part of the carriage, or of carriage alone."""
        company = self._company
        billed = [order for order in self.web_orders() if any(line.invoiced > 0 for line in charges(order))]
        order = picked(pick, billed)
        if order is None or not self._codes.bills_parts:
            return
        (charge, *_) = [line for line in charges(order) if line.invoiced > 0]
        quantities = {charge.id: Decimal("0.5") if share < 0.6 else Decimal(1)}
        goods = next((line for line in order.lines if line.is_stocked and line.invoiced > 0), None)
        if goods is not None and share > 0.2:
            quantities[goods.id] = Decimal(1)
        with company.staff():
            company.invoices.credit(order, quantities, returned=returned < 0.5)

    def do_one_invoice(self) -> None:
        """The van leaves with everything, and one invoice bills an account for all its orders."""
        self.do_despatch_all(tracked=0.5)
        self.bill(together=True)

    def bill(self, numbers: list[str] | None = None, *, together: bool = False) -> None:
        """Invoice what has left, of these orders or of all; `together`: one invoice for all of an account."""
        if self._codes.bills_parts:
            self._company.invoice_run(numbers, consolidate=together and self._codes.bills_together)
            return
        whole = [order.number for order in self.web_orders() if order.despatch == "fully"]
        self._company.invoice_run([number for number in whole if numbers is None or number in numbers])

    def do_credit_control(self) -> None:
        """The office looks at the orders that are on hold and lets them go."""
        with self._company.staff():
            for order in self.web_orders():
                if order.status == "on_hold":
                    self._company.orders.hold(order, False)

    def do_cancel_in_company(self, pick: float) -> None:
        """The office cancels an order that has not left, and tells nobody."""
        live = [each for each in self.web_orders() if each.status == "live"]
        untouched = [each for each in live if each.despatch == "none" and each.invoicing == "none"]
        order = picked(pick, untouched)
        if order is not None:
            with self._company.staff():
                self._company.orders.cancel(order)

    def do_price(self, pick: float, which: float, change: float) -> None:
        """A price changes, on the standard list or on the one of a band."""
        code = self.code(pick)
        price_list = ("", "", "Wholesale")[int(which * 3)]
        standard = self._company.prices.amount(self._company.item(code).id, None)
        factor = Decimal(str(round(0.8 + change * 0.4, 2)))
        self._company.price_change(code, (standard * factor).quantize(CENT), price_list=price_list)

    def do_account(self, pick: float, which: float, change: float) -> None:
        """An account changes: its hold, credit limit, VAT number or price list."""
        customer = picked(
            pick, [one for one in self._company.customers.table if one.code != self._codes.web_account]
        )
        if customer is None:
            return
        bands = [one.id for one in self._company.prices.lists]
        changes: dict[str, Any] = (
            {"on_hold": not customer.on_hold},
            {"credit_limit": Decimal(int(change * 50) * 100)},
            {"vat_number": f"GB{int(change * 10**9):09d}"},
            {"price_list_id": picked(change, bands)},
        )[int(which * 4)]
        self._company.customer_change(customer.code, **changes)

    def do_weight(self, pick: float, change: float) -> None:
        """An item was weighed again."""
        weight = Decimal(str(round(0.1 + change * 5, 3)))
        events.item_change(self._company, self.code(pick), weight=weight)

    def do_product_ends(self, pick: float) -> None:
        """An item is no longer sold."""
        events.item_change(self._company, self.code(pick), is_active=False)

    def do_product_new(self, pick: float) -> None:
        """An item that the shop does not know yet."""
        self._new += 1
        code = f"NEW-{self._new:04d}"
        events.new_item(self._company, code, like=self.code(pick), price=Decimal("12.50"))
        self._company.stock_adjust(code, self._codes.warehouse, change=Decimal(25))

    def do_period_closes(self) -> None:
        """The month before the present one is closed."""
        first = self._company.today().replace(day=1)
        self._company.set_period(first - timedelta(days=1), is_open=False)

    # --- who and what is there -------------------------------------------------------------------

    def web_orders(self) -> list[Order]:
        """Orders that came from a shop, oldest first."""
        return [each for each in self._company.orders.table if each.external_key]

    def code(self, pick: float) -> str:
        """One of the items."""
        return sku_of(1 + int(pick * self._items), self._skus)


def charges(order: Order) -> list[OrderLine]:
    """The carriage lines of an order."""
    return [line for line in order.lines if line.kind == "charge"]


def picked(pick: float, among: list[T]) -> T | None:
    """One of them, by a number from 0 up to 1."""
    return among[int(pick * len(among))] if among else None


def pieces(count: Decimal) -> Decimal:
    """Whole pieces, at least one."""
    return max(Decimal(1), count.to_integral_value(ROUND_CEILING))
