"""The lines of a document that is entered: checked, rounded before anything is added (contract §8.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from tidegate_sandbox.business_cloud.business import Business
from tidegate_sandbox.business_cloud.problem import not_found
from tidegate_sandbox.business_cloud.values import Fields, number_of
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.money import ZERO, percent_of, rounded
from tidegate_sandbox.erp.new_order import NewLine
from tidegate_sandbox.erp.nominal import NominalAccount
from tidegate_sandbox.erp.tax import TaxCode

_ENTITY = re.compile(r"&(#\d+|[A-Za-z]+);")


@dataclass(frozen=True, slots=True)
class Entered:
    """A line as it was asked for, with what it comes to."""

    description: str
    account: NominalAccount
    item: Item | None
    quantity: Decimal
    price: Decimal
    discount: Decimal
    rate: TaxCode
    net: Decimal
    tax: Decimal

    def new_line(self, warehouse_id: int) -> NewLine:
        """For the kernel."""
        if self.item is not None:
            return NewLine(
                kind="item",
                item_id=self.item.id,
                warehouse_id=warehouse_id,
                description=self.description,
                quantity=self.quantity,
                price=self.price,
                tax_code_id=self.rate.id,
                revenue=self.account.target,
                given=(self.net, self.tax),
                extra={"discount": self.discount},
            )
        return NewLine(
            kind="text",
            description=self.description,
            quantity=self.quantity,
            price=self.price,
            tax_code_id=self.rate.id,
            revenue=self.account.target,
            given=(self.net, self.tax),
            extra={"discount": self.discount},
        )


@dataclass(slots=True)
class Entry:
    """Reads the lines of one document. `abroad`: its contact is at home in another country."""

    business: Business
    abroad: bool
    quote: bool = False
    _kinds: set[str] = field(default_factory=set)

    def lines(self, fields: Fields, name: str) -> list[Entered]:
        """All of them; faults are gathered in `fields`. Problem 404 for what a line names and there is not."""
        found = []
        if not fields.body.get(name):
            fields.wrong(name, "can't be blank")
        for body in fields.list(name):
            made = self._line(fields.within(name, body))
            if made is not None:
                found.append(made)
        if len(self._kinds) > 1:
            fields.wrong(f"{name}.eu_goods_services_type_id", "must be the same")
        return found

    def _line(self, line: Fields) -> Entered | None:
        before = len(line.faults)
        description = line.text("description", needed=True)
        if _ENTITY.search(description):
            line.wrong("description", "is invalid")
        account = self._account(line)
        item = self._item(line)
        quantity = line.number("quantity", needed=self.quote)
        price = line.number("unit_price", needed=True)
        if len(line.faults) > before or account is None or price is None:
            return None
        quantity = Decimal(1) if quantity is None else quantity
        if self.business.options.cut_unit_price:
            price = rounded(price)
        rate = self._rate(line)
        whole = rounded(quantity * price)
        discount = line.number("discount_amount")
        if discount is None:
            discount = percent_of(whole, line.number("discount_percentage") or ZERO)
        net = rounded(quantity * price - discount)
        if line.body.get("unit_price_includes_tax") is True:
            net = rounded(net / (1 + rate.rate / 100))
        tax = self._tax(line, net, rate)
        if self.abroad and self.business.options.cross_border_zero:
            if rate.rate:
                line.wrong("tax_rate_id", "must be 'Zero Rated' for Customers outside the EU")
            kind = line.text("eu_goods_services_type_id", needed=True)
            self._kinds.add(kind)
        return Entered(description, account, item, quantity, price, rounded(discount), rate, net, tax)

    def _account(self, line: Fields) -> NominalAccount | None:
        asked = line.text("ledger_account_id", needed=True)
        if not asked:
            return None
        found = self.business.company.nominal_accounts.get(number_of("account", asked))
        if found is None or not self.business.sells(found):
            raise not_found()
        return found

    def _item(self, line: Fields) -> Item | None:
        product, service = line.body.get("product_id"), line.body.get("service_id")
        if product and service:
            line.wrong("service_id", "must be blank where there is a product")
        asked = product or service
        if not asked:
            return None
        found = self.business.company.items.get(number_of("item", asked))
        if found is None or (self.business.item_path(found) == "services") is not bool(service):
            raise not_found()
        if not found.is_active:
            line.wrong("product_id", "is inactive")
        return found

    def _rate(self, line: Fields) -> TaxCode:
        asked = line.body.get("tax_rate_id")
        if not asked:
            return self.business.company.tax_code(None)
        found = self.business.tax_named(asked)
        if found is None:
            raise not_found()
        return found

    def _tax(self, line: Fields, net: Decimal, rate: TaxCode) -> Decimal:
        """Given, and only looked at from afar."""
        options = self.business.options
        given = line.number("tax_amount")
        if options.needs_currency_tax:
            line.number("currency_tax_amount", needed=True)
        if given is None:
            if rate.rate and options.tax_needed:
                line.wrong("tax_amount", "can't be blank")
            return ZERO
        given = rounded(given)
        if abs(given - percent_of(net, rate.rate)) > Decimal(options.tax_tolerance):
            line.wrong("tax_amount", "is invalid")
        return given


def shipping_of(
    fields: Fields, business: Business, *, abroad: bool
) -> tuple[Decimal, Decimal, TaxCode] | None:
    """Net, tax and rate of the header's carriage; its tax is recomputed, whatever was sent."""
    net = fields.number("shipping_net_amount")
    if not net:
        return None
    asked = fields.body.get("shipping_tax_rate_id")
    rate = business.tax_named(asked) if asked else business.company.tax_code(None)
    if rate is None:
        raise not_found()
    if abroad and business.options.cross_border_zero and rate.rate:
        fields.wrong("shipping_tax_rate_id", "must be 'Zero Rated' for Customers outside the EU")
    return rounded(net), percent_of(rounded(net), rate.rate), rate


def with_shipping(
    lines: Iterable[NewLine], shipping: tuple[Decimal, Decimal, TaxCode] | None
) -> list[NewLine]:
    """The kernel's lines, with one for carriage."""
    found = list(lines)
    if shipping is not None:
        net, tax, rate = shipping
        found.append(
            NewLine(kind="charge", description="Carriage", price=net, tax_code_id=rate.id, given=(net, tax))
        )
    return found
