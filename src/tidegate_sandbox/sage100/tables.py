"""The tables as readers see them: rows of the kernel's records under Sage's column names (contract data)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.sage100 import by_hand, invoice_tables
from tidegate_sandbox.sage100.company import Row, SageCompany, columns_of
from tidegate_sandbox.sage100.pricing import standard_price
from tidegate_sandbox.sage100.schema import Column, known_columns, shapes
from tidegate_sandbox.sage100.stamping import stamps

ZERO = Decimal(0)


def columns(company: SageCompany, table: str) -> dict[str, Column] | None:
    """The columns of a table by their names in lower case, with the site's own fields; None: no such table."""
    names = {name.lower(): name for name in shapes(company.options.widths)}
    name = names.get(table.lower())
    if name is None:
        return None
    options = company.options
    return known_columns(name, options.widths, tuple(options.udfs.get(name, {}).items()))


def rows(company: SageCompany, table: str) -> Iterator[Row]:
    """All rows of a table; a column that a row does not have is empty."""
    by_hand.complete(company)
    make = _TABLES.get(table.lower())
    return make(company) if make is not None else iter(())


def _headers(company: SageCompany) -> Iterator[Row]:
    for order in company.kernel.orders.table:
        if company.order(order.number) is not None:
            yield {
                **columns_of(order),
                **stamps(company, order, *order.lines),
                "OrderStatus": "H"
                if order.status == "on_hold"
                else columns_of(order).get("OrderStatus", "N"),
                "CurrentInvoiceNo": company.entry_of(order.number),
            }


def _details(company: SageCompany) -> Iterator[Row]:
    for order in company.kernel.orders.table:
        if company.order(order.number) is None:
            continue
        for line in order.lines:
            row = columns_of(line)
            if "LineKey" in row:
                yield {
                    **row,
                    "SalesOrderNo": order.number,
                    "QuantityOrdered": line.quantity if row["ItemType"] == "1" else row["QuantityOrdered"],
                    "QuantityShipped": line.invoiced if line.is_stocked else ZERO,
                }


def _history(company: SageCompany) -> Iterator[Row]:
    """Written when the order is accepted, under two options of Sales Order; never for master and repeating."""
    if not company.options.retain_history:
        return
    for order in company.kernel.orders.table:
        if columns_of(order).get("OrderType") not in ("M", "R"):
            yield _history_row(company, order, "")
    if company.options.retain_deleted:
        for one in company.kernel.orders.deleted:
            by_hand.complete_order(company, one.order)
            yield _history_row(company, one.order, "X")


def _history_row(company: SageCompany, order: Order, status: str) -> Row:
    row = columns_of(order)
    quote = row.get("OrderType") == "Q"
    letter = status or ("Q" if quote else {"complete": "C", "cancelled": "X"}.get(order.status, "A"))
    invoices = company.invoices_of(order.number)
    return {
        **row,
        **stamps(company, order, *order.lines),
        "OrderStatus": "Z" if quote and letter == "X" else letter,
        "CancelReasonCode": company.cancelled.get(order.number, ""),
        "LastInvoiceNo": invoices[-1] if invoices else "",
    }


def _items(company: SageCompany) -> Iterator[Row]:
    kernel = company.kernel
    for item in kernel.items:
        yield {
            "ProductType": "F" if item.kind == "stock" else "K",
            "ProductLine": kernel.item_groups[item.group_id].code,
            "SaleMethod": "N",
            "TaxClass": "TX",
            **columns_of(item),
            **stamps(company, item),
            "ItemCode": item.code,
            "ItemType": "1",
            "ItemCodeDesc": item.name[:30],
            "StandardUnitPrice": standard_price(company, item),
            "StandardUnitCost": item.cost,
            "AverageUnitCost": item.cost,
            "SalesUMConvFctr": Decimal(1),
            "InactiveItem": "N" if item.is_active else "Y",
            "TotalQuantityOnHand": sum((one.on_hand for one in kernel.stock.of_item(item.id)), ZERO),
        }
    for misc in company.misc.values():
        yield {
            "ItemCode": misc.code,
            "ItemType": "5",
            "ItemCodeDesc": misc.description[:30],
            "TaxClass": misc.tax_class,
            "InactiveItem": "N",
            **stamps(company, kernel.prices.standard),
        }


def _warehouses(company: SageCompany) -> Iterator[Row]:
    """On sales order is what open orders still lack; quotes, master and repeating orders are in none."""
    kernel = company.kernel
    wanted: dict[tuple[int, int], Decimal] = {}
    shipping: dict[tuple[int, int], Decimal] = {}
    for order in kernel.orders.table:
        if company.order(order.number) is None or columns_of(order).get("OrderType", "S") not in ("S", "B"):
            continue
        for line in order.lines:
            if line.is_stocked and line.item_id is not None and line.warehouse_id is not None:
                place = (line.item_id, line.warehouse_id)
                wanted[place] = wanted.get(place, ZERO) + line.quantity - line.invoiced
                shipping[place] = shipping.get(place, ZERO) + invoice_tables.in_shipping(company, line)
    _move_elsewhere(company, wanted)
    if company.options.in_shipping_extra:
        wanted = {place: pieces - shipping.get(place, ZERO) for place, pieces in wanted.items()}
    for item in kernel.items:
        for holding in kernel.stock.of_item(item.id):
            yield {
                **stamps(company, holding),
                "ItemCode": item.code,
                "WarehouseCode": (name := kernel.warehouses[holding.warehouse_id].name),
                "QuantityRequiredForWO": company.work_orders.get((item.code, name), ZERO),
                "QuantityOnHand": holding.on_hand,
                "QuantityOnSalesOrder": wanted.get((item.id, holding.warehouse_id), ZERO),
                "QuantityInShipping": shipping.get((item.id, holding.warehouse_id), ZERO),
                "AverageCost": item.cost,
            }


def _move_elsewhere(company: SageCompany, wanted: dict[tuple[int, int], Decimal]) -> None:
    """What leaves from another warehouse than the order's is on sales order there, from data entry on (A)."""
    kernel = company.kernel
    for entry in company.all_entries():
        for id, name in entry.warehouses.items():
            line, place = kernel.orders.lines[id], kernel.warehouse(name).id
            if line.item_id is not None and line.warehouse_id is not None and line.warehouse_id != place:
                pieces = entry.quantities.get(id, ZERO)
                wanted[line.item_id, line.warehouse_id] -= pieces
                wanted[line.item_id, place] = wanted.get((line.item_id, place), ZERO) + pieces


def _customers(company: SageCompany) -> Iterator[Row]:
    for customer in company.kernel.customers.table:
        row = columns_of(customer)
        if "CustomerNo" in row:
            yield {
                **row,
                **stamps(company, customer),
                "CustomerName": customer.name,
                "PriceLevel": company.level_of(customer),
                "CreditHold": "Y" if customer.on_hold else "N",
                "TaxExemptNo": customer.vat_number or row.get("TaxExemptNo", ""),
                "CreditLimit": customer.credit_limit,
                "CurrentBalance": customer.balance,
                "OpenOrderAmt": customer.open_orders,
                "CustomerStatus": "A" if customer.is_active else "I",
            }


def _price_codes(company: SageCompany) -> Iterator[Row]:
    for row in company.price_rows():
        record = row.get("record")
        yield {**row, **stamps(company, record)} if record is not None else row


def _terms(company: SageCompany) -> Iterator[Row]:
    for code, days in company.terms.items():
        yield {"TermsCode": code, "TermsCodeDesc": f"Net {days}", "DaysBeforeDue": Decimal(days)}


def _company(company: SageCompany) -> Iterator[Row]:
    yield {"CompanyCode": company.code, "CompanyName": company.kernel.name[:30]}


_TABLES: dict[str, Callable[[SageCompany], Iterator[Row]]] = {
    "so_salesorderheader": _headers,
    "so_salesorderdetail": _details,
    "so_salesorderhistoryheader": _history,
    "ci_item": _items,
    "im_itemwarehouse": _warehouses,
    "im_pricecode": _price_codes,
    "ar_customer": _customers,
    "ar_termscode": _terms,
    "so_shiptoaddress": lambda company: iter(company.ship_tos),
    "sy_company": _company,
    "so_invoiceheader": invoice_tables.entry_headers,
    "so_invoicedetail": invoice_tables.entry_details,
    "so_invoicetracking": invoice_tables.entry_tracking,
    "ar_invoicehistoryheader": invoice_tables.invoice_headers,
    "ar_invoicehistorydetail": invoice_tables.invoice_details,
    "ar_invoicehistorytracking": invoice_tables.history_tracking,
    "so_arinvoicehistorylink": invoice_tables.links,
    "ar_openinvoice": invoice_tables.open_items,
    "ar_transactionpaymenthistory": invoice_tables.payments,
    "ar_cashreceiptshistory": invoice_tables.receipts,
    "gl_account": invoice_tables.accounts,
    "gl_detailposting": invoice_tables.postings,
}
