"""Changing, closing and deleting Order Entry transactions (contract §6.3, §6.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidegate_sandbox.erp.despatch import Despatch
from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.money import rounded
from tidegate_sandbox.erp.new_order import NewLine
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.intacct.failure import invalid, unknown
from tidegate_sandbox.intacct.so_asked import AskedDocument, AskedLine
from tidegate_sandbox.intacct.so_document import Document
from tidegate_sandbox.intacct.so_entry import KEY_FIELD, DocumentEntry
from tidegate_sandbox.intacct.tenant import Tenant

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session

FIXED = ("In Progress", "Converted", "Partially Converted")


class DocumentChange:
    """Changes documents. A posted one keeps its lines: only its header can be changed (A)."""

    def __init__(self, tenant: Tenant, entry: DocumentEntry) -> None:
        self.tenant = tenant
        self.entry = entry

    def change(self, session: Session, one: Document, asked: AskedDocument) -> None:
        """Change what is sent. FunctionFailure in the states that allow no change; nothing is changed then."""
        company = self.tenant.company
        if one.part == "order" and one.state in FIXED:
            raise invalid(f"{one.docid} is {one.state} and cannot be updated.")
        if one.part == "order" and one.state == "Closed":
            raise invalid(f"{one.docid} is Closed and cannot be updated.")
        customer = company.customers.table[one.order.customer_id]
        self.entry.checks.check_header(asked, customer)
        known = self.tenant.store.custom_fields.get(f"SODOCUMENT/{one.definition}", ())
        for name in asked.custom:
            if name not in known:
                raise unknown("custom field", name)
        if asked.state == "Draft" and one.state != "Draft":
            raise invalid(f"{one.docid} is {one.state} and cannot become a draft.")
        if one.part != "order" and asked.state not in ("", one.state):
            raise invalid(f"{one.docid} is posted: its state cannot be changed.")
        if one.part != "order" and (asked.lines or asked.subtotals):
            raise invalid(f"{one.docid} is posted: its lines cannot be changed.")
        self.entry.checks.check_lines(asked.lines, updating=True)
        self.entry.checks.check_subtotals(one.part, asked.subtotals or [])
        if asked.lines:  # each line may be refused when others have been changed
            with self.tenant.undoing():
                self._carry_out(session, one, asked)
        else:
            self._carry_out(session, one, asked)

    def _carry_out(self, session: Session, one: Document, asked: AskedDocument) -> None:
        company = self.tenant.company
        pairs = [(self._line(one, line), line) for line in asked.lines if line.number is not None or line.key]
        self._header(session, one, asked)
        record = one.record
        if isinstance(record, Order):
            self._lines(record, asked, pairs)
            self._state(one, record, asked.state)
        elif isinstance(record, Despatch):
            if "TRACKINGNUMBER" in asked.values:
                record.consignment = str(asked.values["TRACKINGNUMBER"] or "")
            company.despatches.touched(record)
        else:
            self.recreate(record)
            company.touch(record)

    def _line(self, one: Document, asked: AskedLine) -> OrderLine:
        lines = one.lines
        if asked.key:
            found = next((line for line in lines if str(line.id) == asked.key), None)
        else:
            number = asked.number or 0
            found = lines[number - 1] if 0 < number <= len(lines) else None
        if found is None:
            raise unknown("line", asked.key or str(asked.number))
        if asked.item and asked.item.lower() != found.ordered.code.lower():
            raise invalid("The item of a line cannot be changed.", field="itemid")
        self.entry.checks.check_values(asked, self.entry.checks.item(found.ordered.code))
        return found.ordered

    def _header(self, session: Session, one: Document, asked: AskedDocument) -> None:
        record, extra = one.record, one.extra
        extra["values"] = {**extra.get("values", {}), **asked.values}
        extra["custom"] = {**extra.get("custom", {}), **asked.custom}
        extra["changed_by"] = session.user
        if asked.day is not None and isinstance(record, Order):
            self.tenant.company.calendar.require_open(asked.day)
            record.date = asked.day
        if isinstance(record, Order):
            if "PONUMBER" in asked.values:
                record.customer_order_no = str(asked.values["PONUMBER"] or "")
            if KEY_FIELD in asked.custom:
                record.external_key = asked.custom[KEY_FIELD]

    def _lines(self, order: Order, asked: AskedDocument, pairs: list[tuple[OrderLine, AskedLine]]) -> None:
        company = self.tenant.company
        customer = company.customers.table[order.customer_id]
        for line, wish in pairs:
            if wish.removed:
                company.orders.remove_line(order, line)
                continue
            warehouse = company.warehouses.first("name", wish.warehouse) if wish.warehouse else None
            company.orders.change_line(
                order,
                line,
                NewLine(
                    kind="item",
                    quantity=wish.quantity,
                    price=wish.price,
                    discount_percent=wish.discount,
                    description=wish.description or None,
                    warehouse_id=warehouse.id if warehouse is not None else None,
                ),
            )
            line.extra["values"] = {**line.extra.get("values", {}), **wish.values}
            line.extra["custom"] = {**line.extra.get("custom", {}), **wish.custom}
        for wish in asked.lines:
            if wish.number is None and not wish.key:
                company.orders.add_line(order, self.entry.new_line(wish, customer, order.date))
        for one in asked.subtotals or []:
            found = next(
                (
                    line
                    for line in order.lines
                    if line.description == one.name and line.kind in ("text", "tax")
                ),
                None,
            )
            if found is None:
                company.orders.add_line(order, self.entry.new_subtotal(one))
            else:
                found.price = rounded(one.total)
        company.orders.changed(order)

    def _state(self, one: Document, order: Order, state: str) -> None:
        if state == "Closed":
            self.close(one)
        elif state == "Pending" and order.status == "draft":
            self.tenant.company.orders.confirm(order)

    def close(self, one: Document) -> None:
        """Close an order: what is left of it will not be delivered; its lines keep their quantities."""
        order = one.order
        for line in order.lines:
            line.extra["ordered"] = line.quantity
        if order.status == "draft":
            order.status = "cancelled"
            self.tenant.company.touch(order)
        else:
            self.tenant.company.orders.cancel(order)
        order.extra["closed"] = True

    def delete(self, _session: Session, one: Document) -> None:
        """Delete an order of which nothing was converted; other documents stay (A)."""
        if not isinstance(one.record, Order):
            raise invalid(f"{one.docid} is posted and cannot be deleted.")
        if any(line.converted > 0 for line in one.lines):
            raise invalid(f"{one.docid} was converted and cannot be deleted.")
        self.tenant.company.orders.delete(one.record)

    def recreate(self, invoice: Invoice) -> None:
        """An invoice that is updated is posted anew: its AR invoice gets another RECORDNO (§6.4)."""
        if invoice.posted_id is not None:
            company = self.tenant.company
            self.tenant.store.invoice_keys[invoice.posted_id] = company.ids.next()
            company.touch(company.receivables.table[invoice.posted_id])
