"""Entering Order Entry transactions: new ones, and conversions of existing ones (contract §6.1, §6.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.despatch import DespatchLine
from tidegate_sandbox.erp.invoice import Invoice, InvoiceLine
from tidegate_sandbox.erp.money import ZERO, rounded
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.intacct.failure import duplicate, invalid, unknown
from tidegate_sandbox.intacct.price_types import PriceBook
from tidegate_sandbox.intacct.so_asked import AskedDocument, AskedLine, AskedSubtotal
from tidegate_sandbox.intacct.so_checks import DocumentChecks
from tidegate_sandbox.intacct.so_document import Document, Line, document, document_by_docid
from tidegate_sandbox.intacct.tenant import Tenant

if TYPE_CHECKING:
    from tidegate_sandbox.intacct.sign_in import Session

CHAIN = {("order", "despatch"), ("order", "invoice"), ("despatch", "invoice"), ("invoice", "credit")}
"""Which kind of document may be converted to which."""
KEY_FIELD = "MAGENTO_ORDER_ID"
"""The custom field whose value becomes the `external_key` of the kernel's order."""


class DocumentEntry:
    """Makes Order Entry documents, each from an order, despatch, invoice or credit note of the kernel."""

    def __init__(self, tenant: Tenant, prices: PriceBook) -> None:
        self.tenant = tenant
        self.prices = prices
        self.checks = DocumentChecks(tenant)

    def enter(self, session: Session, asked: AskedDocument) -> Document:
        """Make the whole document or nothing. Raises FunctionFailure, or the kernel's Refusal."""
        part, entity = self._definition(session, asked)
        customer = self._customer(session, asked)
        self.checks.check_header(asked, customer)
        self.checks.check_lines(asked.lines, converted=bool(asked.source))
        self.checks.check_subtotals(part, asked.subtotals or [])
        self.checks.check_custom(asked)
        day = asked.day if asked.day is not None else self.tenant.company.today()
        self.tenant.company.calendar.require_open(day)
        if asked.number and document_by_docid(self.tenant, f"{asked.definition}-{asked.number}") is not None:
            raise duplicate("document", asked.number)
        extra = {"entity": entity, "by": session.user, "values": asked.values, "custom": asked.custom}
        if asked.source:
            made = self._converted(session, asked, part, customer, day)
        elif part == "order":
            self.checks.check_credit(customer, asked)
            made = document(self.tenant, self._order(asked, customer, day, extra))
        elif part == "credit":
            raise invalid("A return is made from the invoice that it takes back.", errorno="BL03002129")
        else:
            self.checks.check_free(asked)
            order = self._order(asked, customer, day, {**extra, "hidden": True}, live=True)
            made = self._follow(
                order,
                part,
                [(line, line.quantity) for line in order.lines if line.kind == "item"],
                asked,
                day,
            )
        made.extra.update(extra)
        return made

    def _definition(self, session: Session, asked: AskedDocument) -> tuple[str, str]:
        found = self.tenant.store.definitions.first("name", asked.definition)
        if found is None or found.name != asked.definition or found.entity not in ("", session.entity):
            raise unknown("transaction definition", asked.definition)
        return str(found.values["PART"]), session.entity

    def _customer(self, session: Session, asked: AskedDocument) -> Customer:
        customers = self.tenant.type("CUSTOMER")
        customer: Customer | None = customers.named(session, asked.customer)
        if customer is None:
            raise unknown("Customer", asked.customer)
        if not customer.is_active:
            raise invalid(f"Customer {customer.code} is inactive.")
        if customer.on_hold and self.tenant.options.refuse_held:
            raise invalid(f"Customer {customer.code} is on hold", errorno="BL03001974")
        return customer

    def new_line(self, line: AskedLine, customer: Customer, day: date, listed: str = "") -> NewLine:
        """A line for the kernel; without a price, it takes the price book's. `listed` names the price list."""
        company, item = self.tenant.company, self.checks.item(line.item)
        warehouse = company.warehouse(line.warehouse) if line.warehouse else next(iter(company.warehouses))
        price = line.price
        if price is None:
            price = self.prices.price(customer, item, line.quantity or Decimal(1), day, listed)
        return NewLine(
            kind="item",
            item_id=item.id,
            warehouse_id=warehouse.id,
            description=line.description or None,
            quantity=line.quantity,
            price=price,
            discount_percent=line.discount,
            tax_code_id=self._no_tax(),
            extra={"values": line.values, "custom": line.custom},
        )

    def _no_tax(self) -> int:
        found = self.tenant.company.tax_codes.first("code", 0)
        return found.id if found is not None else self.tenant.company.tax_code(None).id

    def new_subtotal(self, one: AskedSubtotal, **extra: Any) -> NewLine:
        """A subtotal for the kernel: an amount on its account, or tax that the sender has computed."""
        account = self.tenant.store.more["subtotals"][one.name]
        is_tax = account == "tax"
        return NewLine(
            kind="tax" if is_tax else "text",
            description=one.name,
            quantity=Decimal(1),
            price=rounded(one.total),
            revenue=None if is_tax else Target(account),
            tax_code_id=None if is_tax else self._no_tax(),
            extra=extra,
        )

    def _order(
        self,
        asked: AskedDocument,
        customer: Customer,
        day: date,
        extra: dict[str, Any],
        *,
        live: bool = False,
    ) -> Order:
        company = self.tenant.company
        price_list = str(asked.values.get("VSOEPRICELIST") or "")
        lines = [self.new_line(line, customer, day, price_list) for line in asked.lines]
        lines += [self.new_subtotal(subtotal) for subtotal in asked.subtotals or []]
        number = f"-{company.ids.next()}" if extra.get("hidden") else asked.number
        company.rules.order_numbers_generated = not number
        try:
            order = company.orders.enter(
                NewOrder(
                    customer_id=customer.id,
                    lines=lines,
                    number=number,
                    customer_order_no=str(asked.values.get("PONUMBER") or ""),
                    external_key="" if extra.get("hidden") else asked.custom.get(KEY_FIELD, ""),
                    date=day,
                    draft=asked.state == "Draft" and not live,
                    exchange_rate=1 / asked.rate if asked.rate else None,
                    override_hold=not self.tenant.options.refuse_held,
                    created_by=str(extra["by"]),
                    extra=extra,
                )
            )
        finally:
            company.rules.order_numbers_generated = True
        if asked.state == "Closed" and not live:
            company.orders.cancel(order)
            order.extra["closed"] = True
        return order

    def _converted(
        self, session: Session, asked: AskedDocument, part: str, customer: Customer, day: date
    ) -> Document:
        source = document_by_docid(self.tenant, asked.source)
        if source is None or not self.tenant.type("SODOCUMENT").sees(session, source, private=True):
            raise unknown("source document", asked.source)
        if (source.part, part) not in CHAIN:
            raise invalid(
                f"{source.definition} cannot be converted to {asked.definition}.", errorno="BL03002129"
            )
        if source.state in ("Closed", "Draft"):
            raise invalid(f"{source.docid} is {source.state} and cannot be converted.")
        if source.order.customer_id != customer.id:
            raise invalid(f"{source.docid} belongs to another customer.")
        chosen = self._chosen(source, asked.lines)
        if source.part == "invoice":
            made = self._return(source, chosen, asked, day)
        else:
            made = self._follow(
                source.order,
                part,
                [(line.ordered, quantity) for line, quantity in chosen],
                asked,
                day,
                source=source if source.part == "despatch" else None,
            )
        self._note(source, chosen, made)
        return made

    def _chosen(self, source: Document, lines: list[AskedLine]) -> list[tuple[Line, Decimal]]:
        """The source lines that are taken, each with a quantity.

        A line is found by its key, else it is the first line of the item with enough left.
        """
        left = {line.id: line.left for line in source.lines}
        by_id = {str(line.id): line for line in source.lines}
        chosen: list[tuple[Line, Decimal]] = []
        for asked in lines:
            quantity = asked.quantity or ZERO
            if asked.source:
                line = by_id.get(asked.source)
                if line is None or line.ordered.code.lower() != asked.item.lower():
                    raise unknown("source line", asked.source)
            else:
                line = next(
                    (
                        each
                        for each in source.lines
                        if each.ordered.code.lower() == asked.item.lower() and left[each.id] >= quantity
                    ),
                    None,
                )
            if line is None or left[line.id] < quantity:
                raise invalid(f"The quantity of item {asked.item} exceeds what is left of {source.docid}.")
            left[line.id] -= quantity
            chosen.append((line, quantity))
        return chosen

    def _follow(
        self,
        order: Order,
        part: str,
        pairs: list[tuple[OrderLine, Decimal]],
        asked: AskedDocument,
        day: date,
        *,
        source: Document | None = None,
    ) -> Document:
        """A despatch or an invoice of the order. An invoice without `source` makes a hidden despatch first."""
        company = self.tenant.company
        quantities: dict[int, Decimal] = {}
        for line, quantity in pairs:
            quantities[line.id] = quantities.get(line.id, ZERO) + quantity
        if part == "despatch":
            despatch = company.despatches.confirm(
                order,
                quantities,
                day=day,
                number=asked.number,
                consignment=str(asked.values.get("TRACKINGNUMBER") or ""),
            )
            return document(self.tenant, despatch)
        despatch_ids: list[int] = []
        if source is None:
            despatch = company.despatches.confirm(order, quantities, day=day, number=f"-{company.ids.next()}")
            despatch.extra["hidden"] = True
            despatch_ids = [despatch.id]
        amounts = self._amounts(order, asked.subtotals)
        made = company.invoices.make(
            order, {**quantities, **amounts}, despatch_ids=despatch_ids, day=day, number=asked.number
        )
        if source is not None:
            made.despatch_ids.append(source.id)
        return document(self.tenant, made)

    def _amounts(self, order: Order, asked: list[AskedSubtotal] | None) -> dict[int, Decimal]:
        """The share of each of the order's subtotals that an invoice takes (0 to 1), by line id.

        Without subtotals in the request, all that is left of them (A). A subtotal that the order does not have, or
        that exceeds what is left, becomes a hidden line of the order.
        """
        company = self.tenant.company
        lines = [line for line in order.lines if line.kind in ("text", "tax")]
        if asked is None:
            return {line.id: 1 - line.invoiced for line in lines if line.invoiced < 1}
        shares: dict[int, Decimal] = {}
        for subtotal in asked:
            if not subtotal.total:
                continue
            line = next(
                (each for each in lines if each.description == subtotal.name and each.id not in shares), None
            )
            value = (line.tax if line.kind == "tax" else line.net) if line is not None else ZERO
            share = subtotal.total / value if value else Decimal(0)
            if line is None or not 0 < share <= 1 - line.invoiced:
                line = company.orders.add_line(order, self.new_subtotal(subtotal, hidden=True))
                share = Decimal(1)
            shares[line.id] = share
        return shares

    def _return(
        self, source: Document, chosen: list[tuple[Line, Decimal]], asked: AskedDocument, day: date
    ) -> Document:
        quantities: dict[int, Decimal] = {}
        for line, quantity in chosen:
            quantities[line.ordered.id] = quantities.get(line.ordered.id, ZERO) + quantity
        for subtotal in asked.subtotals or []:
            billed = next(
                (each for each in source.subtotals if each.name == subtotal.name and each.total), None
            )
            if billed is None or not 0 < subtotal.total / billed.total <= 1:
                raise invalid(
                    f"The subtotal {subtotal.name} exceeds that of {source.docid}.", field="subtotals"
                )
            if isinstance(billed.record, InvoiceLine):
                quantities[billed.ordered.id] = billed.record.quantity * subtotal.total / billed.total
        made = self.tenant.company.invoices.credit(
            source.order, quantities, returned=True, day=day, number=asked.number
        )
        made.extra["source"] = source.id
        return document(self.tenant, made)

    def _note(self, source: Document, chosen: list[tuple[Line, Decimal]], made: Document) -> None:
        """Record on the source's lines how much was converted, and on an invoice's lines their source lines."""
        company, stamp = self.tenant.company, self.tenant.company.stamp()
        for line, quantity in chosen:
            if source.part == "order":
                continue
            record = line.record
            converted = record.extra["converted"] = record.extra.get("converted", ZERO) + quantity
            if isinstance(record, DespatchLine) and converted >= record.quantity:
                record.is_invoiced = True
            record.updated_at = stamp
        sources: dict[int, int] = {line.ordered.id: line.id for line, _ in chosen}
        if isinstance(made.record, Invoice):
            for billed in made.record.lines:
                if billed.order_line_id in sources:
                    billed.extra["source"] = sources[billed.order_line_id]
        company.touch(source.record)
