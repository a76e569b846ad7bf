"""What people key in elsewhere than through the business objects: Sage's columns for such orders and customers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.order import Order, OrderLine
from tidegate_sandbox.sage100.company import SAGE, Row, SageCompany, columns_of
from tidegate_sandbox.sage100.schema import shapes

ITEM_TYPES = {"item": "1", "comment": "4"}
MISCELLANEOUS = "5"


def complete(company: SageCompany) -> None:
    """Give every order and customer of the kernel its columns; those that have them keep them."""
    kernel = company.kernel
    for customer in kernel.customers.table:
        if "CustomerNo" not in columns_of(customer):
            customer.extra[SAGE] = {**_blank("AR_Customer"), **_customer(company, customer)}
    for order in kernel.orders.table:
        complete_order(company, order)


def complete_order(company: SageCompany, order: Order) -> None:
    """The same for one order and its lines."""
    if "SalesOrderNo" in columns_of(order):
        return
    for number, line in enumerate(order.lines, 1):
        if line.kind != "charge":
            line.extra[SAGE] = {**_blank("SO_SalesOrderDetail"), **_line(company, line, number)}
    order.extra[SAGE] = {**_blank("SO_SalesOrderHeader"), **_header(company, order)}


def _blank(table: str) -> Row:
    return {one.name: one.default or one.empty for one in shapes()[table].columns.values()}


def _customer(company: SageCompany, customer: Customer) -> Row:
    division, _, number = customer.code.partition("-")
    if not number:
        division, number = "00", customer.code
    return {
        "ARDivisionNo": division,
        "CustomerNo": number,
        "CustomerName": customer.name,
        "TermsCode": next(iter(company.terms), ""),
        "TaxSchedule": next(iter(company.schedules), ""),
        "CustomerStatus": "A",
    }


def _header(company: SageCompany, order: Order) -> Row:
    customer = company.kernel.customers.table.get(order.customer_id)
    owner: dict[str, Any] = columns_of(customer) if customer is not None else {}
    taxed = sum((line.net for line in order.lines if line.tax_rate), Decimal(0))
    freight = sum((line.net for line in order.lines if line.kind == "charge"), Decimal(0))
    return {
        "SalesOrderNo": order.number,
        "OrderDate": order.date,
        "OrderType": "Q" if order.status == "draft" else "S",
        "OrderStatus": "N",
        "ARDivisionNo": owner.get("ARDivisionNo", ""),
        "CustomerNo": owner.get("CustomerNo", ""),
        "CustomerPONo": order.customer_order_no[:30],
        "TaxSchedule": owner.get("TaxSchedule", ""),
        "TermsCode": owner.get("TermsCode", ""),
        "TaxableAmt": taxed,
        "NonTaxableAmt": order.totals.net - taxed - freight,
        "FreightAmt": freight,
        "SalesTaxAmt": order.totals.tax,
        "UDF_MAGENTO_ORDER": order.external_key,
    }


def _line(company: SageCompany, line: OrderLine, number: int) -> Row:
    kernel = company.kernel
    item = kernel.items.get(line.item_id) if line.item_id is not None else None
    place = kernel.warehouses.get(line.warehouse_id) if line.warehouse_id is not None else None
    kind = ITEM_TYPES.get(line.kind, MISCELLANEOUS)
    return {
        "LineKey": f"{number:06d}",
        "LineSeqNo": f"{number:014d}",
        "ItemCode": item.code if item is not None else {"4": "/C"}.get(kind, line.code or "/FEE"),
        "ItemType": kind,
        "ItemCodeDesc": line.description[:30],
        "WarehouseCode": place.name if place is not None else "",
        "QuantityOrdered": line.quantity if kind == "1" else Decimal(0),
        "UnitOfMeasure": "EACH",
        "UnitOfMeasureConvFactor": Decimal(1),
        "UnitPrice": line.price,
        "ExtensionAmt": line.net,
        "TaxClass": "TX" if line.tax_rate else "NT",
        "UDF_MAGENTO_ITEM": line.external_key[:60],
    }
