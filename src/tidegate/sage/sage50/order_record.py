"""An order as one record of the orders file.

Source: contract §10 and its additions. Everything in it follows from the order alone, so that a file that is built
again is the same byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tidegate.domain.errors import Code, Failure
from tidegate.domain.missing import together
from tidegate.domain.money import total
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.sage50.buyers import BuyerRules, Person, address_record, customer_record, lacking
from tidegate.sage.sage50.lengths import clean, one_line, too_long
from tidegate.sage.sage50.order_totals import Priced, fitted, sums_of

#: The vendor's words for an order that is not delivered yet.
PENDING = "pending"


@dataclass(frozen=True, slots=True)
class OrderRules:
    """What the company's settings say of orders."""

    buyers: BuyerRules
    currency: str
    payment_methods: Mapping[str, str]  #: Magento's code -> Sage 50's text
    gross_shipping: bool = False  #: `totalShipping` with tax


def order_record(
    order: SalesOrder, products: Mapping[str, str], rules: OrderRules
) -> dict[str, Any] | Failure:
    """The record, or all that is missing. `products`: reference -> id."""
    wrong = too_long(order) or together(_missing(order, products, rules))
    if wrong is not None:
        return wrong
    goods = [line for line in order.lines if line.kind is LineKind.GOODS]
    shipping = order.shipping
    if not goods:
        return Failure(
            Code.MALFORMED,
            "the order has no line with an article of Sage 50, which Sage 50 requires",
            sent=False,
        )
    lines = [_priced(line) for line in (*goods, *([shipping] if shipping is not None else []))]
    fitting = fitted(lines, order.gross)
    sums, timestamp = sums_of(fitting), f"{order.date:%Y-%m-%d}T12:00:00Z"
    buyer = _buyer(order, rules, timestamp)
    if isinstance(buyer, Failure):
        return buyer
    carriage = fitting[len(goods)] if shipping is not None else None
    return {
        "id": order.key,
        "orderDate": timestamp,
        "orderStatus": PENDING,
        **buyer,
        "discount": 0,
        "currency": order.currency,
        "currencyRate": 1,
        "paymentMethod": rules.payment_methods[order.payment_method],
        **_shipping(carriage, rules),
        "lines": [
            _line(line, priced, products, number)
            for number, (line, priced) in enumerate(zip(goods, fitting, strict=False), 1)
        ],
        "totalNet": sums.net,
        "totalTax": sums.tax,
        "totalSurcharge": 0,
        "totalGross": sums.gross,
        "comments": _comments(order),
        "timestamp": timestamp,
    }


def rate_of(tax_code: str) -> Decimal | None:
    """Tax codes of this product are the rates themselves, in percent; None for what is none."""
    try:
        rate = Decimal(tax_code)
    except InvalidOperation:
        return None
    return rate if rate.is_finite() and 0 <= rate <= 100 else None


def unknown_article(sku: str) -> Failure:
    """No article of the last products file has this reference."""
    return _hold(Code.UNKNOWN_SKU, f"Sage 50's products file has no article {sku!r}", f"sku:{sku}")


def _missing(order: SalesOrder, products: Mapping[str, str], rules: OrderRules) -> list[Failure]:
    found = []
    if order.currency != rules.currency:
        text = (
            f"the order is in {order.currency}: enter orders in another currency by hand, since it is not "
            "known how Sage 50 reads an exchange rate"
        )
        found.append(_hold(Code.UNMAPPED_CURRENCY, text, f"currency:{order.currency}"))
    if order.payment_method not in rules.payment_methods:
        text = f"Sage 50 has no text for the payment method {order.payment_method}: add it to payment_methods"
        found.append(_hold(Code.UNMAPPED_PAYMENT, text, f"payment:{order.payment_method}"))
    for line in (*order.lines, *([order.shipping] if order.shipping is not None else [])):
        if line.kind is LineKind.GOODS and line.code not in products:
            found.append(unknown_article(line.code))
        if rate_of(line.tax_code) is None:
            text = f"the tax code {line.tax_code!r} is not a rate in percent, which Sage 50 needs"
            found.append(_hold(Code.UNMAPPED_TAX, text, f"tax:{line.tax_code}"))
    return found


def _hold(code: Code, text: str, missing: str) -> Failure:
    return Failure(code, text, missing=missing, sent=False)


def _priced(line: SalesLine) -> Priced:
    price = line.unit_price - line.unit_discount
    return Priced(line.quantity, price, line.net, rate_of(line.tax_code) or Decimal(0))


def _line(line: SalesLine, priced: Priced, products: Mapping[str, str], number: int) -> dict[str, Any]:
    return {
        "id": str(line.item_id or f"n{number}"),
        "productId": products[line.code],
        "reference": line.code,
        "description": one_line(line.description),
        "quantity": _plain(priced.quantity),
        "netPrice": _plain(priced.price),
        "discount": 0,
        "discountByUnit": True,
        "tax": _plain(priced.rate),
        "surcharge": 0,
        "totalNet": priced.net,
    }


def _shipping(carriage: Priced | None, rules: OrderRules) -> dict[str, Any]:
    if carriage is None:
        return {"totalShipping": 0}
    costs = carriage.net
    if rules.gross_shipping:
        costs = sums_of([carriage]).gross
    return {"totalShipping": costs, "shippingTax": _plain(carriage.rate)}


def _buyer(order: SalesOrder, rules: OrderRules, timestamp: str) -> dict[str, Any] | Failure:
    invoice = order.invoice or order.delivery
    if invoice is None:
        return Failure(Code.MALFORMED, "the order has no address, and Sage 50 requires one", sent=False)
    of_order = order.buyer
    person = Person(order.account)
    if of_order is not None:
        person = Person(
            order.account,
            of_order.key,
            of_order.website,
            of_order.email,
            of_order.company,
            of_order.vat_number,
        )
    addresses = [_address(each, rules, timestamp) for each in (order.delivery or invoice, invoice)]
    for each in addresses:
        if gaps := lacking(each):
            text = f"an address of the order has no {', '.join(gaps)}, which Sage 50 requires"
            return Failure(Code.MALFORMED, text, sent=False)
    customer = customer_record(person, invoice, addresses, rules.buyers, order.currency, timestamp)
    if isinstance(customer, Failure):
        return customer
    return {"deliveryAddress": addresses[0], "invoiceAddress": addresses[1], "customer": customer}


def _address(address: Address, rules: OrderRules, timestamp: str) -> dict[str, Any]:
    return address_record(address, rules.buyers, timestamp)


def _comments(order: SalesOrder) -> str:
    texts = [f"Order number: {order.reference}"] if order.reference != order.key else []
    texts += [f"Your order number: {order.po_number}"] if order.po_number else []
    texts += [order.note, *order.memos]
    if order.prepaid:
        paid = total(each.amount for each in order.prepaid)
        names = ", ".join(each.text for each in order.prepaid)
        texts.append(f"Paid by other means ({names}): {paid:f} {order.currency}")
    return "\n".join(dict.fromkeys(clean(each) for each in texts if each.strip()))


def _plain(value: Decimal) -> Decimal:
    """Without zeros at its end: 6.40000 is 6.4."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
