"""Bodies of the calls that write: orders and customers, in the contract's fields and lengths.

Source: contract §9.1, §9.6, §10. Prices and discounts of products are always sent with their `overridden`
flags, a discount of zero included: otherwise Sage's price book would add its own to what the buyer was
charged. The vendor allows these flags on products only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.domain.money import rounded, shown, total
from tidegate.domain.orders.calculation import Taxed, line_net, taxes
from tidegate.domain.orders.order import Address
from tidegate.domain.orders.sales_order import LineKind, SalesLine, SalesOrder
from tidegate.sage.port.customers import NewCustomer
from tidegate.sage.sage200.lengths import Codes, Fitted, address_lines, cut, one_line, text_parts, wrapped
from tidegate.sage.sage200.reference import Coded, Customer, Lists, Nominal
from tidegate.sage.sage200.writing import ACCOUNT, ARITHMETIC, PRODUCT, REFERENCE, key_length


class _Body(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A JSON object; fields with their default values are not sent, Sage then takes its own."""


class _PostalAddress(_Body, kw_only=True, omit_defaults=True):
    postal_name: str = ""
    address_1: str = ""
    address_2: str = ""
    address_3: str = ""
    address_4: str = ""
    city: str = ""
    county: str = ""
    country: str = ""
    postcode: str = ""


class _DeliveryAddress(_PostalAddress, kw_only=True, omit_defaults=True):
    contact: str = ""
    telephone_number: str = ""
    email_address: str = ""
    tax_number: str = ""
    country_code_id: int | None = None


class _MainAddress(_Body, kw_only=True, omit_defaults=True):
    address_1: str = ""
    address_2: str = ""
    address_3: str = ""
    address_4: str = ""
    city: str = ""
    county: str = ""
    postcode: str = ""
    address_country_code_id: int | None = None


class _Line(_Body, kw_only=True, omit_defaults=True):
    line_type: str
    code: str = ""
    product_id: int | None = None
    warehouse_id: int | None = None
    description: str = ""
    use_description: bool = False
    line_quantity: Decimal | None = None
    selling_unit_price: Decimal | None = None
    selling_unit_price_overridden: bool = False
    unit_discount_value: Decimal | None = None
    unit_discount_overridden: bool = False
    tax_code_id: int | None = None
    nominal_reference: str = ""
    nominal_cost_centre: str = ""
    nominal_department: str = ""
    show_on_customer_docs: bool = False


class _Memo(_Body, kw_only=True, omit_defaults=False):
    note: str
    is_active: bool = True


class _Order(_Body, kw_only=True, omit_defaults=True):
    customer_id: int
    customer_type: str = ""
    document_no: str = ""
    customer_document_no: str
    document_date: str
    document_created_by: str = ""
    document_discount_percent: Decimal | None = None
    is_to_sequence_lines: bool = False
    delivery_address: _DeliveryAddress | None = None
    cash_account_invoice_address: _PostalAddress | None = None
    lines: list[dict[str, Any]]
    memos: list[_Memo] = []


class _Email(_Body, kw_only=True, omit_defaults=False):
    email: str
    is_default: bool = True


class _Telephone(_Body, kw_only=True, omit_defaults=False):
    subscriber_number: str
    is_default: bool = True


class _Contact(_Body, kw_only=True, omit_defaults=True):
    first_name: str = ""
    last_name: str = ""
    emails: list[_Email] = []
    telephones: list[_Telephone] = []


class _Customer(_Body, kw_only=True, omit_defaults=True):
    reference: str
    name: str
    short_name: str = ""
    on_hold: bool = False
    vat_number: str = ""
    country_code_id: int | None = None
    main_address: _MainAddress | None = None
    contacts: list[_Contact] = []


@dataclass(frozen=True, slots=True)
class Resolved:
    """The ids of everything that one order names."""

    customer: Customer
    lists: Lists
    products: Mapping[str, Coded]  #: by the line's code
    nominals: Mapping[str, Nominal]  #: by the line's account
    warehouse: Coded | None  #: where a line names none


def as_document_date(day: date) -> str:
    """A full date-time: a bare date is refused on documents (§7, P)."""
    return f"{day.isoformat()}T00:00:00Z"


def order_body(
    order: SalesOrder, resolved: Resolved, *, key_field: str, created_by: str
) -> dict[str, Any] | Failure:
    """The body of `POST sop_orders`; Decimal stays Decimal. TOO_LONG, MALFORMED or TOTALS_DIFFER."""
    codes, fitted = Codes(), Fitted()
    settings = resolved.lists.settings
    lines: list[dict[str, Any]] = []
    for line in order.lines:
        wrong = _inexact(line)
        if wrong:
            return Failure(Code.MALFORMED, wrong, sent=False)
        if line.kind is LineKind.COMMENT:
            lines += _comments(line.description)
        else:
            lines.append(_line(line, resolved, codes, fitted, key_field))
    if order.po_number.strip():
        lines += _comments(f"Your order number: {order.po_number.strip()}")
    body = _Order(
        customer_id=resolved.customer.id,
        customer_document_no=codes.check("the customer's order number", order.reference, REFERENCE),
        document_date=as_document_date(order.date),
        document_created_by=one_line(created_by, 30),
        document_discount_percent=Decimal(0),
        is_to_sequence_lines=True,
        lines=lines,
    )
    if not settings.generates_numbers:
        body.document_no = codes.check("the order number", order.reference, 20)
    if order.delivery is not None:
        body.delivery_address = _delivery(order.delivery, resolved.lists, codes, fitted)
    cash = is_cash(order, resolved)
    if cash and order.invoice is not None:
        body.customer_type = "EnumCustomerTypeCash"
        body.cash_account_invoice_address = _postal(
            _PostalAddress(), order.invoice, resolved.lists, codes, fitted, "Invoice"
        )
    notes = list(order.memos)  # the order's own note is a comment line already
    if order.invoice is not None and not cash:
        notes.append(_invoice_note(order.invoice))
    notes += fitted.notes()
    body.memos = [_Memo(note=part) for note in notes for part in text_parts(note, 1000)]
    key = codes.check("Tidegate's key", order.key, key_length(key_field))
    return codes.failure() or totals_differ(order, resolved) or {**_plain(body), key_field: key}


def is_cash(order: SalesOrder, resolved: Resolved) -> bool:
    """Whether the order is a cash order: the buyer, not the account, is on its invoice (§10)."""
    settings = resolved.lists.settings
    return (
        order.invoice is not None
        and settings.allows_cash_orders
        and settings.cash_account_id in (None, resolved.customer.id)
    )


def _plain(body: _Body) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(body, builtin_types=(Decimal,))
    return plain


def _inexact(line: SalesLine) -> str:
    for name, value, places in (
        ("quantity", line.quantity, ARITHMETIC.quantity_decimals),
        ("price", line.unit_price, ARITHMETIC.price_decimals),
        ("discount", line.unit_discount, ARITHMETIC.discount_decimals),
    ):
        if not value.is_finite() or value != rounded(value, places):
            return f"{name} {value} of {line.code or line.description!r} has more than {places} decimals"
    if line.kind is LineKind.CHARGE and line.quantity != 1:
        return (
            f"charge {line.code!r} has the quantity {line.quantity}, but a charge can have only the "
            "quantity 1"
        )
    return ""


def _amount(value: Decimal) -> Decimal:
    """An amount with at least two decimals, so that equal amounts look and hash alike in a dry run."""
    return Decimal(shown(value))


def _comments(text: str) -> list[dict[str, Any]]:
    """A text as comment lines on the customer's documents: one, or as many as it needs."""
    return [
        _plain(_Line(line_type="EnumLineTypeComment", description=part, show_on_customer_docs=True))
        for part in text_parts(text, 6000)
    ]


def _line(
    line: SalesLine, resolved: Resolved, codes: Codes, fitted: Fitted, key_field: str
) -> dict[str, Any]:
    """A line that bills something; comments are `_comments`."""
    name = f"Line {line.code}" if line.code else "Line"
    match line.kind:
        case LineKind.COMMENT:
            raise ValueError("internal error: a comment line cannot have an amount")
        case LineKind.GOODS:
            product = resolved.products[line.code]
            body = _Line(
                line_type="EnumLineTypeStandard",
                code=codes.check("SKU", product.code, PRODUCT),
                product_id=product.id,
                warehouse_id=_warehouse(line, resolved),
            )
            if line.own_text:
                body.description, body.use_description = fitted.text(name, line.description, 6000), True
        case LineKind.FREE_TEXT:
            body = _Line(
                line_type="EnumLineTypeFreeText",
                description=fitted.text(name, line.description or line.code or "-", 6000),
                use_description=True,
            )
        case LineKind.CHARGE:
            body = _Line(
                line_type="EnumLineTypeCharge",
                code=codes.check("charge", resolved.lists.charges[line.code.strip().upper()].code, 30),
                description=fitted.text(name, line.description, 6000),
            )
    if line.kind is LineKind.CHARGE:
        # No quantity and no discount on charges (§9.6): the price is what remains.
        body.selling_unit_price = _amount(line.unit_price - line.unit_discount)
    else:
        body.line_quantity = _amount(line.quantity)
        body.selling_unit_price = _amount(line.unit_price)
        body.unit_discount_value = _amount(line.unit_discount)
    if line.kind is LineKind.GOODS:
        body.unit_discount_overridden = True
        body.selling_unit_price_overridden = True
    if line.tax_code:
        body.tax_code_id = resolved.lists.taxes[line.tax_code.strip().upper()].id
    if line.account:
        nominal = resolved.nominals[line.account]
        body.nominal_reference = nominal.reference
        body.nominal_cost_centre = nominal.cost_centre
        body.nominal_department = nominal.department
    plain = _plain(body)
    if line.line_key and len(line.line_key) <= key_length(key_field):
        plain[key_field] = line.line_key
    return plain


def _warehouse(line: SalesLine, resolved: Resolved) -> int | None:
    if line.warehouse:
        return resolved.lists.warehouses[line.warehouse.strip().upper()].id
    return resolved.warehouse.id if resolved.warehouse else None


def _postal(
    body: _PostalAddress, address: Address, lists: Lists, codes: Codes, fitted: Fitted, whose: str
) -> _PostalAddress:
    country = lists.countries.get(address.country.upper())
    body.postal_name = fitted.one_line(f"{whose} name", address.company or address.name, 60)
    body.address_1, body.address_2, body.address_3, body.address_4 = fitted.street(
        f"{whose} street", address.street
    )
    body.city = fitted.one_line(f"{whose} city", address.city, 60)
    body.county = fitted.one_line(f"{whose} county", address.region, 60)
    body.country = fitted.one_line(f"{whose} country", country.name if country else address.country, 60)
    body.postcode = codes.check("postcode", address.postcode, 10)
    return body


def _delivery(address: Address, lists: Lists, codes: Codes, fitted: Fitted) -> _DeliveryAddress:
    body = _DeliveryAddress()
    _postal(body, address, lists, codes, fitted, "Delivery")
    country = lists.countries.get(address.country.upper())
    body.contact = fitted.one_line("Delivery contact", address.name, 235)
    body.telephone_number = fitted.one_line("Delivery telephone", address.telephone, 30)
    body.email_address = codes.check("e-mail", address.email, 255)
    body.tax_number = codes.check("VAT number", address.vat_id, 30)
    body.country_code_id = country.id if country else None
    return body


def _invoice_note(address: Address) -> str:
    """Who is invoiced, where the account is not a cash account: at least on a memo."""
    parts = (address.company, address.name, *address.street, address.city, address.region, address.postcode)
    return "Invoice to: " + ", ".join(part.strip() for part in (*parts, address.country) if part.strip())


def totals_differ(order: SalesOrder, resolved: Resolved) -> Failure | None:
    """TOTALS_DIFFER when Sage, with its own tax rates, would not arrive at the order's total.

    Seen before anything is sent: a rate mapped to the wrong tax code would make a wrong order. Says
    nothing where a rate is not known.
    """
    lines: list[Taxed] = []
    for line in order.lines:
        if line.kind is LineKind.COMMENT:
            continue
        tax = resolved.lists.taxes.get(line.tax_code.strip().upper())
        if tax is None or tax.rate is None:
            return None
        net = line_net(line.quantity, line.unit_price, line.unit_discount, ARITHMETIC)
        lines.append(Taxed(net, tax.code, tax.rate))
    tax_sum = total(taxes(lines, ARITHMETIC))
    net_sum = total(line.net for line in lines)
    if net_sum + tax_sum == order.gross:
        return None
    rates = ", ".join(sorted({f"{line.code} = {line.rate} %" for line in lines}))
    return Failure(
        Code.TOTALS_DIFFER,
        f"Sage's total would be {net_sum} + {tax_sum} tax = {net_sum + tax_sum}, but the order's total is "
        f"{order.net} + {order.tax} = {order.gross} (Sage's tax codes: {rates})",
        sent=False,
        details={"sage": str(net_sum + tax_sum), "order": str(order.gross)},
    )


def customer_body(customer: NewCustomer, lists: Lists, *, key_field: str) -> dict[str, Any] | Failure:
    """The body of `POST customers`: minimal, with one address and one contact (§9.1). TOO_LONG."""
    codes = Codes()
    address = customer.address
    country = lists.countries.get(address.country.upper())
    first, _, last = " ".join((address.name or customer.name).split()).rpartition(" ")
    contact = _Contact(
        first_name=codes.check("first name", first, 60), last_name=codes.check("last name", last, 60)
    )
    if customer.email.strip():
        contact.emails = [_Email(email=codes.check("e-mail", customer.email, 227))]
    if address.telephone.strip():
        contact.telephones = [_Telephone(subscriber_number=codes.check("telephone", address.telephone, 200))]
    # A name that is too long goes on in the address, as on an envelope; an account has no memo for the rest.
    name, *more = wrapped(customer.name, 60) or [""]
    (line_1, line_2, line_3, line_4), rest = address_lines([" ".join(more), *address.street])
    if rest:
        codes.refuse(
            f"name and street do not fit into the account's five lines of 60 characters: {rest!r} does not "
            "fit"
        )
    body = _Customer(
        reference=codes.check("account reference", customer.account, ACCOUNT).upper(),
        name=name,
        short_name=cut(name, 8),
        on_hold=customer.on_hold,
        vat_number=codes.check("VAT number", customer.vat_number, 30),
        country_code_id=country.id if country else None,
        main_address=_MainAddress(
            address_1=line_1,
            address_2=line_2,
            address_3=line_3,
            address_4=line_4,
            city=codes.check("city", address.city, 60),
            county=codes.check("county", address.region, 60),
            postcode=codes.check("postcode", address.postcode, 10),
            address_country_code_id=country.id if country else None,
        ),
        contacts=[contact],
    )
    key = codes.check("Tidegate's key", customer.key, key_length(key_field))
    return codes.failure() or {**_plain(body), key_field: key}
