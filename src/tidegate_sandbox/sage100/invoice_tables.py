"""Shipping, invoice history, open items, payments and the general ledger as tables (contract section 7.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.invoice import Invoice
from tidegate_sandbox.erp.journal import Journal
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.sage100.company import Row, SageCompany, columns_of
from tidegate_sandbox.sage100.staff import SOURCE_JOURNAL
from tidegate_sandbox.sage100.stamping import stamps

ZERO = Decimal(0)
CASH_JOURNAL = "CR"
HEADER_SEQUENCE = "000001"  #: numbers are not reused here; readers must join by it all the same
COPIED = (
    "ARDivisionNo",
    "CustomerNo",
    "CustomerPONo",
    "TermsCode",
    "TaxSchedule",
    "WarehouseCode",
    "OrderType",
    "OrderDate",
)


def _copied(order: Order) -> Row:
    row = columns_of(order)
    address = {name: value for name, value in row.items() if name.startswith(("BillTo", "ShipTo", "UDF_"))}
    return {**address, **{name: row.get(name, "") for name in COPIED}, "SalesOrderNo": order.number}


# Data entry


def entry_headers(company: SageCompany) -> Iterator[Row]:
    """SO_InvoiceHeader: not yet posted."""
    for entry in company.all_entries():
        order = company.kernel.orders.table.first("number", entry.order)
        if order is not None:
            yield {
                **_copied(order),
                **(stamps(company, order) if entry.despatch is None else stamps(company, entry.despatch)),
                "InvoiceNo": entry.invoice,
                "InvoiceDate": entry.day,
                "InvoiceType": "IN",
                "ShipDate": entry.day,
                "ShipVia": entry.ship_via,
                "BatchNo": entry.batch,
                "ShipperID": entry.shipper,
                "ShipStatus": "S",
                "NumberofPackages": Decimal(len(entry.packages)),
            }


def entry_details(company: SageCompany) -> Iterator[Row]:
    """SO_InvoiceDetail."""
    for entry in company.all_entries():
        order = company.kernel.orders.table.first("number", entry.order)
        for line in order.lines if order is not None else ():
            row = columns_of(line)
            if line.id in entry.quantities:
                quantity = entry.quantities[line.id]
                yield {
                    **row,
                    "InvoiceNo": entry.invoice,
                    "OrderLineKey": row["LineKey"],
                    "WarehouseCode": entry.warehouses.get(line.id, row.get("WarehouseCode", "")),
                    "QuantityShipped": quantity,
                    "AppliedSalesOrderNo": entry.order,
                }


def entry_tracking(company: SageCompany) -> Iterator[Row]:
    """SO_InvoiceTracking."""
    for entry in company.all_entries():
        yield from _packages(entry.invoice, entry.packages)


def _packages(invoice: str, packages: list[str]) -> Iterator[Row]:
    for number, tracking in enumerate(packages, 1):
        yield {"InvoiceNo": invoice, "PackageNo": f"{number:04d}", "TrackingID": tracking[:30]}


def in_shipping(company: SageCompany, line: OrderLine) -> Decimal:
    """What of a line is in data entry."""
    return sum((one.quantities.get(line.id, ZERO) for one in company.all_entries()), ZERO)


# History


def invoice_headers(company: SageCompany) -> Iterator[Row]:
    """AR_InvoiceHistoryHeader. Sums as on the invoice: taxable + not taxable - discount + freight + tax."""
    kernel = company.kernel
    for invoice in kernel.invoices.table:
        order = kernel.orders.table.get(invoice.order_id)
        posted = kernel.receivables.table.get(invoice.posted_id)
        if order is None:
            continue
        yield {
            **_copied(order),
            **stamps(company, invoice, *company.despatches_of(invoice)),
            **_sums(company, invoice),
            "InvoiceNo": invoice.number,
            "HeaderSeqNo": HEADER_SEQUENCE,
            "ModuleCode": "S/O",
            "InvoiceType": "CM" if invoice.is_credit else "IN",
            "InvoiceDate": invoice.date,
            "TransactionDate": invoice.date,
            "ShipDate": invoice.date,
            "ShipVia": invoice.extra.get("ship_via")
            or company.ship_via_of(invoice)
            or columns_of(order).get("ShipVia", ""),
            "ShipperID": invoice.extra.get("shipper", ""),
            "InvoiceDueDate": posted.due_date if posted is not None else invoice.date,
            "SourceJournal": SOURCE_JOURNAL,
            "JournalNoGLBatchNo": register_of(company, invoice),
            "MultipleSalesOrdersApplied": "Y" if len(kernel.invoices.orders_of(invoice)) > 1 else "N",
            "NumberOfPackages": Decimal(len(company.packages_of(invoice))),
        }


def register_of(company: SageCompany, invoice: Invoice) -> str:
    """The register of the sales journal that it was posted in."""
    posted = company.kernel.receivables.table.get(invoice.posted_id)
    return str(invoice.extra.get("register") or (f"{posted.urn:06d}" if posted is not None else ""))


def _sums(company: SageCompany, invoice: Invoice) -> Row:
    sums = {
        "TaxableSalesAmt": ZERO,
        "NonTaxableSalesAmt": ZERO,
        "FreightAmt": ZERO,
        "DiscountAmt": ZERO,
        "SalesTaxAmt": ZERO,
    }
    for one in invoice.lines:
        line = company.kernel.orders.lines[one.order_line_id]
        sums["SalesTaxAmt"] += one.tax
        if line.kind == "charge":
            sums["FreightAmt"] += one.net
        elif "LineKey" not in columns_of(line):
            sums["DiscountAmt"] -= one.net
        else:
            sums["TaxableSalesAmt" if line.tax_rate else "NonTaxableSalesAmt"] += one.net
    return sums


def invoice_details(company: SageCompany) -> Iterator[Row]:
    """AR_InvoiceHistoryDetail."""
    for invoice in company.kernel.invoices.table:
        left_from = company.warehouses_of(invoice)
        for number, one in enumerate(invoice.lines, 1):
            line = company.kernel.orders.lines[one.order_line_id]
            order = company.kernel.orders.table.get(line.order_id)
            row = columns_of(line)
            if "LineKey" not in row or order is None:
                continue
            yield {
                **row,
                "InvoiceNo": invoice.number,
                "HeaderSeqNo": HEADER_SEQUENCE,
                "DetailSeqNo": f"{number:06d}",
                "QuantityShipped": one.quantity if line.is_stocked else ZERO,
                "QuantityOrdered": line.quantity if line.is_stocked else ZERO,
                "ExtensionAmt": one.net,
                "WarehouseCode": left_from.get(line.id, row.get("WarehouseCode", "")),
                # Goods that do not come back are credited as if they had been shipped by somebody else.
                "DropShip": "Y" if invoice.is_credit and not invoice.returned else "N",
                "AppliedSalesOrderNo": order.number,
            }


def links(company: SageCompany) -> Iterator[Row]:
    """SO_ARInvoiceHistoryLink: which line of which order stands on which invoice."""
    for row in invoice_details(company):
        yield {
            "SalesOrderNo": row["AppliedSalesOrderNo"],
            "SequenceNo": row["LineSeqNo"],
            "InvoiceNo": row["InvoiceNo"],
            "InvoiceHistoryHeaderSeqNo": row["HeaderSeqNo"],
            "InvoiceHistoryDetailSeqNo": row["DetailSeqNo"],
            "UnitOfMeasure": row.get("UnitOfMeasure", ""),
            "QuantityShipped": row["QuantityShipped"],
            "UnitPrice": row["UnitPrice"],
        }


def history_tracking(company: SageCompany) -> Iterator[Row]:
    """AR_InvoiceHistoryTracking."""
    for invoice in company.kernel.invoices.table:
        for row in _packages(invoice.number, company.packages_of(invoice)):
            yield {**row, "HeaderSeqNo": HEADER_SEQUENCE}


# Receivables


def _owner(customer: Customer) -> Row:
    row = columns_of(customer)
    return {"ARDivisionNo": row.get("ARDivisionNo", ""), "CustomerNo": row.get("CustomerNo", "")}


def _type(one: Transaction) -> str:
    return {"invoice": "IN", "credit_note": "CM", "receipt": "PP", "refund": "AD"}[one.kind]


def check_of(one: Transaction | None) -> str:
    """The number of a check has ten characters; what people typed more of is its end."""
    return one.reference.strip()[-10:].strip() if one is not None else ""


def _item_number(company: SageCompany, one: Transaction) -> str:
    """The number of an open item: of its invoice, else a prepayment's own."""
    invoice = company.kernel.invoices.table.first("posted_id", one.id)
    return invoice.number if invoice is not None else f"{one.urn:07d}"


def open_items(company: SageCompany) -> Iterator[Row]:
    """AR_OpenInvoice: what is not settled; a receipt without an invoice is a negative prepayment."""
    kernel = company.kernel
    for one in kernel.receivables.table:
        customer = kernel.customers.table.get(one.customer_id)
        if customer is None or one.outstanding == 0:
            continue
        invoice = kernel.invoices.table.first("posted_id", one.id)
        yield {
            **_owner(customer),
            **stamps(company, one),
            "InvoiceNo": _item_number(company, one),
            "InvoiceType": _type(one),
            "InvoiceDate": one.date,
            "InvoiceDueDate": one.due_date,
            "InvoiceHistoryHeaderSeqNo": HEADER_SEQUENCE if invoice is not None else "",
            "PostingDate": one.posted_on,
            "CheckNo": check_of(one) if one.kind == "receipt" else "",
            "TaxableAmt": one.goods,
            "SalesTaxAmt": one.tax,
            "Balance": one.outstanding,
        }


def payments(company: SageCompany) -> Iterator[Row]:
    """AR_TransactionPaymentHistory: what reduced an invoice."""
    kernel = company.kernel
    for one in kernel.receivables.table:
        customer = kernel.customers.table.get(one.customer_id)
        invoice = kernel.invoices.table.first("posted_id", one.id)
        if customer is None or invoice is None:
            continue
        for number, match in enumerate(one.matches, 1):
            other = kernel.receivables.table.get(match.other_ids[0]) if match.other_ids else None
            yield {
                **_owner(customer),
                **stamps(company, one),
                "InvoiceNo": invoice.number,
                "InvoiceType": _type(one),
                "InvoiceHistoryHeaderSeqNo": HEADER_SEQUENCE,
                "TransactionDate": match.date,
                "SequenceNo": f"{number:06d}",
                "TransactionType": "P" if other is not None and other.kind == "receipt" else "C",
                "CheckNo": check_of(other),
                "PaymentDate": match.date,
                "TransactionAmt": -match.value,
            }


def receipts(company: SageCompany) -> Iterator[Row]:
    """AR_CashReceiptsHistory: one line for each receipt, entered as a prepayment and applied from there."""
    kernel = company.kernel
    for one in kernel.receivables.table:
        customer = kernel.customers.table.get(one.customer_id)
        if customer is None or one.kind != "receipt":
            continue
        yield {
            **_owner(customer),
            **stamps(company, one),
            "BankCode": "A",
            "DepositDate": one.date,
            "DepositNo": f"{one.urn:05d}"[-5:],
            "DepositType": "C",
            "CheckNo": check_of(one),
            "SequenceNo": "000001",
            "InvoiceNo": _item_number(company, one),
            "InvoiceType": _type(one),
            "PostingDate": one.posted_on,
            "CustomerName": customer.name,
            "CashAmountApplied": -one.gross,
        }


# The general ledger


def accounts(company: SageCompany) -> Iterator[Row]:
    """GL_Account."""
    for one in company.kernel.nominal_accounts:
        yield {"AccountKey": f"{one.id:09d}", "Account": one.target.account, "AccountDesc": one.name}


def postings(company: SageCompany) -> Iterator[Row]:
    """GL_DetailPosting: only what the daily transaction register has updated."""
    kernel = company.kernel
    registers = {one.number: register_of(company, one) for one in kernel.invoices.table}
    checks = {one.urn: check_of(one) for one in kernel.receivables.table if one.kind == "receipt"}
    for number, (journal, row) in enumerate(kernel.ledger.rows, 1):
        yield {
            **stamps(company, row),
            "AccountKey": f"{row.account_id:09d}",
            "PostingDate": journal.date,
            "SourceJournal": _journal(journal, registers, checks),
            "JournalRegisterNo": registers.get(journal.reference) or f"{journal.urn:06d}",
            "SequenceNo": f"{number:010d}",
            "SourceModule": "S/O",
            "DocumentNo": checks.get(journal.urn, journal.reference[:10]),
            "PostingComment": row.narrative[:50],
            "DebitAmount": row.debit,
            "CreditAmount": row.credit,
        }


def _journal(journal: Journal, registers: Mapping[str, str], checks: Mapping[int, str]) -> str:
    if journal.urn in checks:
        return CASH_JOURNAL
    return SOURCE_JOURNAL if journal.reference in registers else "GJ"
