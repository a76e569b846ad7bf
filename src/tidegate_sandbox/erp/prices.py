"""The price book: what a customer pays for an item."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.item import Item
from tidegate_sandbox.erp.money import ZERO, percent_of, rounded
from tidegate_sandbox.erp.price import Discount, Price, PriceList
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.erp.table import Table


@dataclass(frozen=True, slots=True)
class Quote:
    """What one unit costs: before and after discount."""

    price: Decimal
    discount_percent: Decimal
    discount: Decimal


class Prices:
    """Price lists, prices and discounts of one company."""

    def __init__(self, company: CompanySetup) -> None:
        self._company = company
        self.lists: Table[PriceList] = Table(name=lambda one: one.name)
        self.prices: Table[Price] = Table(item_id=lambda price: price.item_id)
        self.discounts: Table[Discount] = Table()
        self._by_place: dict[tuple[int, int], Price] = {}
        self._standard: PriceList | None = None

    @property
    def standard(self) -> PriceList:
        """The standard price list."""
        if self._standard is None:
            self._standard = next(one for one in self.lists if one.is_standard)
        return self._standard

    def price(self, item_id: int, list_id: int) -> Price | None:
        """The entry of an item on a list."""
        return self._by_place.get((item_id, list_id))

    def set(self, item_id: int, list_id: int, amount: Decimal, *, uses_standard: bool = False) -> Price:
        """Put an item on a list, or change its price there."""
        company = self._company
        amount = rounded(amount, 5)
        price = self._by_place.get((item_id, list_id))
        stamp = company.stamp()
        if price is None:
            price = Price(
                id=company.ids.next(),
                created_at=stamp,
                updated_at=stamp,
                item_id=item_id,
                price_list_id=list_id,
                amount=amount,
                uses_standard=uses_standard,
            )
            self._by_place[item_id, list_id] = price
            return self.prices.add(price)
        price.amount, price.uses_standard, price.updated_at = amount, uses_standard, stamp
        return price

    def drop(self, price: Price) -> None:
        """Take an entry off its list."""
        self.prices.remove(price)
        if self._by_place.get((price.item_id, price.price_list_id)) is price:
            del self._by_place[price.item_id, price.price_list_id]

    def amount(self, item_id: int, list_id: int | None) -> Decimal:
        """The price of an item on a list, or on the standard list where it refers there or is missing.

        A list that is not active, or outside its time, counts as missing.
        """
        if list_id is not None and list_id != self.standard.id and self._in_use(self.lists[list_id]):
            price = self._by_place.get((item_id, list_id))
            if price is not None and not price.uses_standard:
                return price.amount
        price = self._by_place.get((item_id, self.standard.id))
        return price.amount if price is not None else Decimal("0.00000")

    def _in_use(self, one: PriceList) -> bool:
        if not one.is_active:
            return False
        now = self._company.clock.now()
        if one.active_from is not None and now < one.active_from:
            return False
        return one.active_to is None or now < one.active_to

    def quote(self, customer: Customer, item: Item, quantity: Decimal) -> Quote:
        """What the customer pays for one unit of this quantity: list price and the best discount."""
        price = self.amount(item.id, customer.price_list_id)
        percent = max(
            [customer.line_discount_percent]
            + [one.percent for one in self.discounts if _applies(one, customer, item, quantity)]
        )
        return Quote(price, percent, percent_of(price, percent, 5) if percent else ZERO)

    def allow(
        self,
        percent: Decimal,
        *,
        minimum: Decimal = Decimal(0),
        customer_id: int | None = None,
        price_list_id: int | None = None,
        item_id: int | None = None,
        group_id: int | None = None,
    ) -> Discount:
        """Make a discount. Refusal ``invalid`` outside 0 to 100 per cent."""
        if not 0 <= percent <= 100:
            raise Refusal("invalid", "A discount lies between 0 and 100 per cent.", "percent")
        company = self._company
        stamp = company.stamp()
        return self.discounts.add(
            Discount(
                id=company.ids.next(),
                created_at=stamp,
                updated_at=stamp,
                percent=percent,
                minimum=minimum,
                customer_id=customer_id,
                price_list_id=price_list_id,
                item_id=item_id,
                group_id=group_id,
            )
        )


def _applies(one: Discount, customer: Customer, item: Item, quantity: Decimal) -> bool:
    return (
        quantity >= one.minimum
        and one.customer_id in (None, customer.id)
        and one.price_list_id in (None, customer.price_list_id)
        and one.item_id in (None, item.id)
        and one.group_id in (None, item.group_id)
    )
