"""What the company's own people do in Sage 100 (contract sections 8 and 14.4). The hub does none of it.

Every function is refused while the company is locked, as the kernel's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage100.company import SageCompany, columns_of
from tidegate_sandbox.sage100.entry import InvoiceEntry
from tidegate_sandbox.sage100.installation import Installation

SOURCE_JOURNAL = "SO"


class Staff:
    """The staff of one company."""

    def __init__(self, installation: Installation, company: SageCompany) -> None:
        self._installation = installation
        self._company = company

    # The warehouse

    def ship(
        self,
        order: str,
        quantities: Mapping[str, Decimal] | None = None,
        *,
        ship_via: str = "",
        tracking: str = "",
        batch: str = "",
    ) -> InvoiceEntry:
        """Put an order into invoice data entry: all that is outstanding, or quantities by item code.

        From now on the order cannot be edited; stock has not moved. Refusal ``in_use`` when it is there already.
        """
        company = self._company
        with company.kernel.staff():
            found = self._open(order)
            if company.entry_of(order):
                raise Refusal("in_use", "The sales order is currently being invoiced.", "order")
            chosen = {
                line.id: line.outstanding if quantities is None else quantities.get(line.code, Decimal(0))
                for line in found.lines
                if line.is_stocked
            }
            chosen = {id: quantity for id, quantity in chosen.items() if quantity > 0}
            if not chosen:
                raise Refusal("invalid", "There is nothing to ship.", "quantities")
            entry = InvoiceEntry(
                company.invoice_number(),
                order,
                chosen,
                company.kernel.today(),
                ship_via or str(columns_of(found).get("ShipVia", "")),
                batch or ("00001" if company.options.batch_entry else ""),
            )
            if tracking:
                entry.packages.append(tracking)
            company.entries[entry.invoice] = entry
            company.invoicing[order] = entry.invoice
            return entry

    def track(self, invoice: str, tracking: str) -> None:
        """Another package of an invoice, in data entry or already posted."""
        company = self._company
        with company.kernel.staff():
            entry = company.entries.get(invoice)
            packages = entry.packages if entry is not None else company.packages.setdefault(invoice, [])
            packages.append(tracking)
            posted = company.kernel.invoices.table.first("number", invoice)
            if posted is not None:
                company.kernel.touch(posted)

    def unship(self, invoice: str) -> None:
        """Delete an invoice from data entry: the order may be edited again."""
        with self._company.kernel.staff():
            entry = self._company.entries.pop(invoice)
            self._company.invoicing.pop(entry.order, None)

    def _open(self, number: str) -> Order:
        order = self._company.order(number)
        if order is None:
            raise Refusal("unknown", f"There is no open order {number}.", "order")
        return order

    # The clerk

    def post_sales_journal(self) -> list[Invoice]:
        """Print and update the sales journal: stock falls, invoice history and open items appear, and orders
        that are complete leave the open file. The general ledger waits for the daily transaction register."""
        company = self._company
        kernel = company.kernel
        made = []
        with kernel.staff():
            register = company.register_number()
            for entry in list(company.entries.values()):
                order = self._open(entry.order)
                despatch = kernel.despatches.confirm(order, entry.quantities, number=entry.invoice)
                others = {
                    line.id: line.quantity - line.invoiced
                    for line in order.lines
                    if line.has_value and not line.is_stocked and line.invoiced < line.quantity
                }
                invoice = kernel.invoices.make(
                    order,
                    {**entry.quantities, **others},
                    despatch_ids=[despatch.id],
                    number=entry.invoice,
                )
                invoice.extra.update(register=register, ship_via=entry.ship_via, shipper=entry.shipper)
                company.packages[entry.invoice] = entry.packages
                del company.entries[entry.invoice]
                company.invoicing.pop(entry.order, None)
                made.append(invoice)
        return made

    def daily_transaction_register(self) -> int:
        """Update the general ledger with what the journals of the day left; how many postings."""
        with self._company.kernel.staff():
            return self._company.kernel.run_posting()

    def credit(self, order: str, quantities: Mapping[str, Decimal] | None = None) -> Invoice:
        """A credit memo of what was invoiced of an order."""
        company = self._company
        kernel = company.kernel
        with kernel.staff():
            found = kernel.orders.table.first("number", order)
            if found is None:
                raise Refusal("unknown", f"There is no order {order}.", "order")
            chosen = None
            if quantities is not None:
                by_code = {line.code: line.id for line in found.lines}
                chosen = {by_code[code]: quantity for code, quantity in quantities.items()}
            made = kernel.invoices.credit(found, chosen, returned=True, number=company.invoice_number())
            made.extra.update(register=company.register_number(), ship_via="", shipper="")
            return made

    # The clock's jobs

    def backup(self) -> str:
        """The nightly backup: ``done``, or ``blocked`` when a session is open. It needs everybody out."""
        held = self._installation.licence.held
        self._installation.backups.append("blocked: " + ", ".join(held) if held else "done")
        return "blocked" if held else "done"

    def take_seats(self, count: int) -> list[int]:
        """Staff log on; their server processes, which end when they log off. Refusal ``seats``."""
        licence = self._installation.licence
        taken = []
        for number in range(count):
            process = licence.start()
            licence.take(process, f"user{number}")
            taken.append(process.process)
        return taken

    def leave(self, processes: list[int]) -> None:
        """Staff log off."""
        for process in processes:
            self._installation.licence.end(process)

    def edit(self, order: str, who: str = "bob") -> Any:
        """A user leaves an order open all lunch; call the answer to close it."""
        key = ("SO_SalesOrderHeader", order)
        self._company.locks[key] = who
        return lambda: self._company.locks.pop(key, None)
