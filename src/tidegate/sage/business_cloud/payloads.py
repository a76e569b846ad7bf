"""The body of an order: an invoice, a draft or a quote, whose total is what the store's is (contract §8.1, §8.2).

Sage takes the tax of each line as it is given, and computes that of the shipping itself, as the translation knows
(`OrderWriting.computes_shipping_tax`). An order of which Sage would make another total is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import ZERO, quotient, rounded, shown, total
from tidegate.domain.orders.calculation import line_net
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.business_cloud import trace
from tidegate.sage.business_cloud.lengths import LINE, NOTES, POSTCODE, Codes
from tidegate.sage.business_cloud.reference import Account, Contact, Item
from tidegate.sage.business_cloud.settings import BusinessCloudSettings
from tidegate.sage.business_cloud.wire_names import DRAFT, GOODS
from tidegate.sage.business_cloud.writing import ACCOUNT, KEY, PRODUCT, REFERENCE, WRITING, repeat_id
from tidegate.sage.fitting_texts import one_line, street_lines

CENT = Decimal("0.01")
DESCRIPTION = 255  #: characters of a line's text (A: none are declared)
_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")
_ENTITY = re.compile(r"&(?=#?\w+;)")


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the order's names stand for."""

    contact: Contact
    items: Mapping[str, Item]
    accounts: Mapping[str, Account]
    rates: Mapping[str, Decimal]


def order_payload(
    order: SalesOrder, known: Resolved, company: BusinessCloudSettings
) -> dict[str, Any] | Failure:
    """The body; TOO_LONG for what does not fit, TOTALS_DIFFER when Sage would compute another total."""
    codes = Codes()
    codes.check("account", order.account, max(ACCOUNT, len(known.contact.id)))
    abroad = company.zero_rate_abroad and known.contact.country != company.country
    differs = _taxed_abroad(order, known, company) if abroad else None
    other = _another_total(order, known)
    if other is not None:
        return other
    lines = [_line(line, known, company, codes, abroad=abroad) for line in order.lines]
    key = codes.check("Tidegate's key", order.key, KEY)
    name = "quote_lines" if company.orders == "quote" else "invoice_lines"
    body: dict[str, Any] = {
        "contact_id": known.contact.id,
        "date": f"{order.date:%Y-%m-%d}",
        "reference": codes.check("order number", order.reference, REFERENCE),
        "currency_id": order.currency or None,
        **({"main_address": _address(order.invoice, "billing", codes)} if order.invoice else {}),
        **({"delivery_address": _address(order.delivery, "delivery", codes)} if order.delivery else {}),
        **_shipping(order),
        name: lines,
    }
    if company.orders == "draft":
        body["status_id"] = DRAFT
    if company.orders == "quote":
        body["expiry_date"] = f"{order.date + timedelta(days=company.quote_days):%Y-%m-%d}"
    if not lines:
        codes.refuse("an order without lines cannot be sent")
    body["notes"] = notes_of(order, key, codes)
    body = {field: value for field, value in body.items() if value not in (None, "")}
    content = _encoder.encode(body).decode()
    # Another content is another request: a repeat would be answered with what the first one has made (§6, A).
    body["idempotency_id"] = repeat_id(company.identity, company.orders, order.key, content)
    return codes.failure() or differs or body


def notes_of(order: SalesOrder, key: str, codes: Codes) -> str:
    """What the shopper wrote, what fits nowhere else, and our key at the end."""
    said = [f"Web order {order.reference}"]
    if order.po_number:
        said.append(f"Purchase order {order.po_number}")
    said += [text for text in (order.note, *order.memos, *dict.fromkeys(codes.over)) if text.strip()]
    ours = trace.written(key, [line.line_key for line in order.lines], NOTES // 2)
    text = "\n".join(said)[: NOTES - len(ours) - 1].rstrip()
    return f"{text}\n{ours}"


def net_of(line: SalesLine) -> Decimal:
    """What Sage makes of a line: rounded before anything is added."""
    return line_net(line.quantity, line.unit_price, line.unit_discount, WRITING.arithmetic)


def shipping_tax(order: SalesOrder, rates: Mapping[str, Decimal]) -> Decimal:
    """What Sage computes for the header's shipping, whatever is sent."""
    if order.shipping is None:
        return ZERO
    return rounded(net_of(order.shipping) * rates.get(order.shipping.tax_code, ZERO) / 100, 2)


def _another_total(order: SalesOrder, known: Resolved) -> Failure | None:
    """Sage takes the taxes of the lines and computes that of the shipping: another total than the order's is not sent."""
    lines = total(net_of(line) + line.tax for line in order.lines)
    carriage = ZERO if order.shipping is None else net_of(order.shipping) + shipping_tax(order, known.rates)
    gross = lines + carriage
    if gross == order.gross:
        return None
    text = f"Sage's total would be {shown(gross)}, but the order's total is {shown(order.gross)}"
    return Failure(Code.TOTALS_DIFFER, text, sent=False)


def _taxed_abroad(order: SalesOrder, known: Resolved, company: BusinessCloudSettings) -> Failure | None:
    """Tax that the store charged cannot be posted under the zero rate that Sage wants there; it is not dropped."""
    charged = [line for line in (*order.lines, order.shipping) if line is not None and line.tax]
    if not charged:
        return None
    text = (
        f"the contact {known.contact.account} is in {known.contact.country}, for which Sage accepts only a "
        f"zero tax rate from a business in {company.country}, but the store charged {shown(order.tax)} of "
        f"tax: map the order to a contact in {company.country}, or enter it by hand"
    )
    return Failure(Code.TOTALS_DIFFER, text, sent=False)


def _line(
    line: SalesLine,
    known: Resolved,
    company: BusinessCloudSettings,
    codes: Codes,
    *,
    abroad: bool,
) -> dict[str, Any]:
    made: dict[str, Any] = {"quantity": line.quantity, "tax_rate_id": line.tax_code, "tax_amount": line.tax}
    account = known.accounts.get(line.account or company.sales_account)
    ledger = account.id if account is not None else ""
    title = line.description
    if line.kind is LineKind.GOODS:
        item = known.items[codes.check("SKU", line.code, PRODUCT if _is_stocked(line, known) else 255)]
        made["service_id" if item.service else "product_id"] = item.id
        if not line.account and item.sales_account:
            ledger = item.sales_account
        title = line.description or line.code
    price, discount = _price(line)
    made |= {"ledger_account_id": ledger, "unit_price": price, "discount_amount": discount}
    made["description"] = _ENTITY.sub("and ", one_line(title, DESCRIPTION)) or line.code or "Web order"
    if company.currency_tax_amount:
        made["currency_tax_amount"] = line.tax
    if abroad:
        made["eu_goods_services_type_id"] = GOODS
    return made


def _price(line: SalesLine) -> tuple[Decimal, Decimal]:
    """A price with two decimals, and the line's discount: together they make the line's net."""
    net = net_of(line)
    price = rounded(line.unit_price, 2)
    discount = rounded(line.quantity * price, 2) - net
    if discount < 0:
        price = quotient(net, line.quantity).quantize(CENT, ROUND_CEILING)
        discount = rounded(line.quantity * price, 2) - net
    return price, discount


def _is_stocked(line: SalesLine, known: Resolved) -> bool:
    item = known.items.get(line.code)
    return item is not None and item.stocked


def _shipping(order: SalesOrder) -> dict[str, Any]:
    if order.shipping is None or not net_of(order.shipping):
        return {}
    return {
        "shipping_net_amount": net_of(order.shipping),
        "shipping_tax_rate_id": order.shipping.tax_code or None,
    }


def _address(address: Address, what: str, codes: Codes) -> dict[str, Any]:
    """An address with two lines of street; names, and what does not fit, go to the notes."""
    names = [name for name in (address.company, address.name) if name]
    if names:
        codes.over.append(f"{what} address: {', '.join(names)}")
    lines, rest = street_lines(address.street, LINE, 2)
    if rest:
        codes.over.append(f"{what} address: {rest}")
    if address.telephone:
        codes.over.append(f"{what} telephone: {one_line(address.telephone, LINE)}")
    made = {f"address_line_{at}": line for at, line in enumerate(lines, 1)}
    made |= {
        "city": codes.free(f"{what} city", address.city, LINE),
        "region": codes.free(f"{what} region", address.region, LINE),
        "postal_code": codes.check(f"{what} postcode", address.postcode, POSTCODE),
        "country_id": address.country,
    }
    return {field: value for field, value in made.items() if value}
