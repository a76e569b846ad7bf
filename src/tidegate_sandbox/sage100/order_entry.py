"""From Sage's rows to an order of the kernel."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.erp.nominal import Target
from tidegate_sandbox.erp.order import Order
from tidegate_sandbox.erp.tax import TaxCode
from tidegate_sandbox.sage100.company import SAGE, SageCompany

Values = dict[str, Any]


def entered(
    company: SageCompany, customer: Customer, header: Values, lines: list[Values], day: date
) -> Order:
    """Enter the order in the kernel. Refusals as the kernel's."""
    schedule = str(header["TaxSchedule"])
    order = company.kernel.orders.enter(
        NewOrder(
            customer_id=customer.id,
            number=str(header["SalesOrderNo"]),
            date=day,
            customer_order_no=str(header["CustomerPONo"]),
            external_key=str(header.get("UDF_MAGENTO_ORDER", "")),
            draft=header["OrderType"] in ("Q", "P"),
            override_hold=True,
            delivery={key: value for key, value in header.items() if key.startswith("ShipTo")},
            lines=[*(_line(company, schedule, one) for one in lines), *_sums(company, header)],
            extra={SAGE: dict(header)},
            created_by=company.kernel.user,
        )
    )
    _stamp(company, order)
    return order


def _line(company: SageCompany, schedule: str, line: Values) -> NewLine:
    extra = {SAGE: dict(line)}
    key = str(line.get("UDF_MAGENTO_ITEM", ""))
    tax_code = _tax_code(company, schedule, str(line["TaxClass"])).id
    if line["ItemType"] == "4":
        text = str(line["CommentText"]) or str(line["ItemCodeDesc"])
        return NewLine(kind="comment", description=text, extra=extra)
    if line["ItemType"] == "1":
        item = company.item(str(line["ItemCode"]))
        place = company.kernel.warehouse(str(line["WarehouseCode"]))
        return NewLine(
            kind="item",
            item_id=item.id if item is not None else None,
            warehouse_id=place.id,
            quantity=line["QuantityOrdered"],
            price=line["UnitPrice"],
            discount_percent=line["LineDiscountPercent"] or None,
            tax_code_id=tax_code,
            external_key=key,
            extra=extra,
        )
    misc = company.misc.get(str(line["ItemCode"]))
    return NewLine(
        kind="text",
        code=str(line["ItemCode"]),
        description=str(line["ItemCodeDesc"]),
        quantity=Decimal(1),
        price=line["ExtensionAmt"],
        tax_code_id=tax_code,
        revenue=Target(misc.account) if misc is not None else None,
        external_key=key,
        extra=extra,
    )


def _sums(company: SageCompany, header: Values) -> list[NewLine]:
    """Freight and discount of the header, which are no lines in Sage 100 but count in the kernel's total."""
    untaxed = _tax_code(company, "", "NT").id
    found = []
    if header["FreightAmt"]:
        found.append(
            NewLine(kind="charge", description="Freight", price=header["FreightAmt"], tax_code_id=untaxed)
        )
    if header["DiscountAmt"]:
        taxed = untaxed
        if header["TaxableAmt"]:
            taxed = _tax_code(company, str(header["TaxSchedule"]), "TX").id
        found.append(
            NewLine(
                kind="text",
                description="Discount",
                quantity=Decimal(1),
                price=-Decimal(header["DiscountAmt"]),
                tax_code_id=taxed,
            )
        )
    return found


def _tax_code(company: SageCompany, schedule: str, tax_class: str) -> TaxCode:
    """The kernel's tax code of a rate."""
    rate = company.rate(schedule, tax_class)
    kernel = company.kernel
    found = next((one for one in kernel.tax_codes if one.rate == rate), None)
    if found is not None:
        return found
    number = max(one.code for one in kernel.tax_codes) + 1
    return kernel.tax_codes.add(
        kernel.new(TaxCode, code=number, name=f"{schedule} {tax_class}", rate=rate, account="2300")
    )


def _stamp(company: SageCompany, order: Order) -> None:
    """Which columns only the kernel knows."""
    order.extra[SAGE]["UserCreatedKey"] = company.kernel.user[:10]
