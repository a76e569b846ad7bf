"""Shoppers, and the merchant behind the counter: orders as they come about, all from one seed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any, Final

from tidegate_sandbox.magento import additions, buyers, lifecycle, order_actions, order_form, order_state
from tidegate_sandbox.magento.additions import Additions
from tidegate_sandbox.magento.basket import Basket, Line, line
from tidegate_sandbox.magento.buyers import Person, Place
from tidegate_sandbox.magento.figure import HUNDRED, ZERO, cents
from tidegate_sandbox.magento.kinds import KINDS, Choices, Kind, tax
from tidegate_sandbox.magento.order import Order
from tidegate_sandbox.magento.prices import Buyer
from tidegate_sandbox.magento.pricing import TaxRate, Terms
from tidegate_sandbox.magento.store import MagentoStore
from tidegate_sandbox.magento.store_view import StoreView

RATE: Final = Decimal("1.17")
_PER_PIECE: Final = Decimal(5)
_COUPONS: Final = {
    Decimal(10): "TEN",
    Decimal(5): "FIVE",
    Decimal("12.5"): "EIGHTH",
    Decimal("33.33"): "THIRD",
}
_FEES: Final = tuple(map(Decimal, ("0", "4.99", "5", "7.95", "12.5", "15", "60")))


class Shopper:
    """Places orders in ``store`` and does with them what merchants do. The same seed, the same orders.

    ``colliding_increments`` makes all store views count the same order numbers (point 9).
    """

    def __init__(self, store: MagentoStore, seed: int = 0, *, colliding_increments: bool = False) -> None:
        self.store = store
        self._random = Random(seed)
        self._baskets: dict[int, Basket] = {}
        if colliding_increments:
            store.collide_increments()

    def place_order(self, kind: str | None = None, **choices: Any) -> int:
        """Place an order of ``kind`` (one of ``KINDS``; any, if None) and return its entity id.

        ``choices`` are the fields of ``Choices``. TypeError for one that does not exist, KeyError for an
        unknown kind, SKU, store view, place or payment method.
        """
        random = self._random
        if kind is None:
            kind = random.choices(list(KINDS), [found.weight for found in KINDS.values()])[0]
        made = KINDS[kind]
        with self.store.lock:
            wish = Choices(**choices)
            basket = self._basket(made, wish)
            order = self._place(basket, wish.additions)
            self._afterwards(order, made)
            if wish.state or wish.status:
                state = wish.state or order.row["state"]
                order_state.set_state(self.store, order, state, wish.status)
        return order.entity_id

    def place_orders(self, count: int, kind: str | None = None, **choices: Any) -> list[int]:
        """``count`` orders, one after the other; their entity ids."""
        return [self.place_order(kind, **choices) for _ in range(count)]

    def placed(self, entity_id: int) -> bool:
        """Whether this shopper placed the order."""
        return entity_id in self._baskets

    def _place(self, basket: Basket, wanted: Additions | None = None) -> Order:
        order = order_form.make(self.store, basket)
        if wanted is not None:
            additions.add(order, wanted, self.store.catalogue)
        self._baskets[order.entity_id] = basket
        return self.store.keep(order)

    def _afterwards(self, order: Order, kind: Kind) -> None:
        store = self.store
        match kind.after:
            case "cancel":
                order_actions.cancel(store, order)
            case "ship" | "ship_partly":
                lifecycle.ship(store, order, partly=kind.after == "ship_partly")
            case "complete":
                lifecycle.invoice(store, order)
                lifecycle.ship(store, order)
            case "close":
                lifecycle.invoice(store, order)
                lifecycle.refund(store, order)
            case "hold":
                order_actions.hold(store, order)
            case "pending_payment":
                order_state.set_state(store, order, "pending_payment")
            case "review":
                order_state.set_state(store, order, "payment_review")

    # What is chosen

    def _basket(self, kind: Kind, wish: Choices) -> Basket:
        random = self._random
        view = self.store.views[wish.store_view or random.choice(kind.views)]
        person = self._person(kind, wish, view)
        place = random.choice(buyers.PLACES[wish.place or kind.place])
        if wish.tax_percent is not None:
            place = replace(place, rates=tax(Decimal(wish.tax_percent)))
        inclusive = view.base_currency == "GBP" if wish.tax_inclusive is None else wish.tax_inclusive
        lines = tuple(self._lines(kind, wish, view, place, person))
        terms = self._terms(kind, wish, view, place, inclusive=inclusive, pieces=sum(x.pieces for x in lines))
        method = wish.method or kind.method or random.choice(("checkmo", "banktransfer", "purchaseorder"))
        po_number = wish.po_number
        if method == "purchaseorder" and po_number is None:
            po_number = f"PO-{random.randrange(10**6):06d}"
        coupon = wish.coupon
        if coupon is None and (terms.discount_percent or terms.shipping_discount_percent):
            coupon = _COUPONS.get(terms.discount_percent, "WELCOME")
        return Basket(view, person, place, lines, terms, method, po_number, coupon, wish.note)

    def _person(self, kind: Kind, wish: Choices, view: StoreView) -> Person:
        customers = self.store.customers
        if wish.customer is not None:
            found = buyers.customer(customers.get(wish.customer))
        elif kind.account:
            here = [row for row in customers.all() if row["website_id"] == view.website_id]
            found = buyers.customer(self._random.choice(here)) if here else buyers.guest(self._random)
        else:
            found = buyers.guest(self._random)
        return found if wish.email is None else replace(found, email=wish.email)

    def _lines(
        self, kind: Kind, wish: Choices, view: StoreView, place: Place, person: Person
    ) -> Iterator[Line]:
        asked = wish.lines if wish.lines is not None else tuple(self._goods(kind, view))
        for number, (sku, quantity, *price) in enumerate((*asked, *wish.beside)):
            rates = self._line_rates(kind, wish, place, number)
            yield line(
                self.store.catalogue,
                sku,
                Buyer(view.website_id, view.id, person.group_id, self.store.now(), quantity),
                rates,
                store_percent=_at_home(rates, place),
                price=Decimal(price[0]) if price else None,
            )

    def _line_rates(self, kind: Kind, wish: Choices, place: Place, number: int) -> tuple[TaxRate, ...]:
        if wish.line_tax_percents is not None:
            return tax(Decimal(wish.line_tax_percents[number]))
        if not kind.mixed_taxes or wish.tax_percent is not None:
            return place.rates
        if place.country_id == "GB":
            return self._random.choice(((buyers.VAT,), (buyers.REDUCED_VAT,), ()))
        return self._random.choice(((buyers.MICHIGAN,), (buyers.MICHIGAN, buyers.CITY), ()))

    def _goods(self, kind: Kind, view: StoreView) -> Iterator[tuple[Any, ...]]:
        random = self._random
        if kind.goods == "configurable":
            for sku in random.sample(("SHIRT-RED", "SHIRT-BLUE"), random.randint(1, 2)):
                yield sku, random.randint(1, 4)
        elif kind.goods == "bundle":
            yield "KIT-1", random.randint(1, 4)
        most = random.choice((1, 2, 3, 4, 6, 12))
        sold = self.store.catalogue.on_sale
        for sku in random.sample(sold, min(random.randint(1, most), len(sold))):
            quantity = random.choice((1, 1, 2, 3, 3, 4, 7, 9, 25))
            if kind.special_price:
                regular = self.store.catalogue.price(sku, view.website_id)
                yield sku, quantity, cents(regular * random.randint(50, 99) / HUNDRED)
            else:
                yield sku, quantity

    def _terms(
        self, kind: Kind, wish: Choices, view: StoreView, place: Place, *, inclusive: bool, pieces: int
    ) -> Terms:
        random = self._random
        discount = wish.discount_percent
        if discount is None:
            discount = HUNDRED if kind.free else random.choice(list(_COUPONS)) if kind.discount else ZERO
        fee = wish.shipping
        if fee is None:
            fee = random.choice((*_FEES, _PER_PIECE * pieces, _PER_PIECE * pieces))
            if kind.free or kind.free_shipping:
                fee = ZERO
        less = wish.shipping_discount_percent
        if less is None:
            less = random.choice((HUNDRED, Decimal(50))) if kind.shipping_discount else ZERO
        to_order = wish.rate
        if to_order is None:
            to_order = RATE if view.currency != view.base_currency else Decimal(1)
        return Terms(
            inclusive=inclusive,
            discount_percent=Decimal(discount),
            shipping=Decimal(fee),
            shipping_rates=place.rates,
            shipping_store_percent=_at_home(place.rates, place),
            shipping_discount_percent=Decimal(less),
            to_order=Decimal(to_order),
        )

    # What happens afterwards

    def edit_order(self, entity_id: int) -> int:
        """Edit in the admin panel: the order is cancelled, and a copy placed with one piece more.

        Returns the new order's entity id. Its number is the first one's with ``-1``, ``-2``, ... ValueError
        for an order that cannot be cancelled or that another shopper placed.
        """
        store = self.store
        with store.lock:
            old = self._order(entity_id)
            if not order_actions.can_cancel(old):
                raise ValueError(f"order {entity_id} is {old.row.get('state')} and cannot be edited")
            basket = self._baskets.get(entity_id)
            if basket is None:
                raise ValueError(f"order {entity_id} was not placed by this shopper")
            first, *others = basket.lines
            changed = replace(basket, lines=(first.times(first.quantity + 1), *others))
            new = order_form.make(store, changed, number=lifecycle.edited_number(old))
            lifecycle.link_edited(store, old, new)
            self._baskets[new.entity_id] = changed
            store.keep(new)
            order_actions.cancel(store, old)
            return new.entity_id

    def cancel(self, entity_id: int) -> bool:
        """Cancel in the admin panel; False when nothing was done."""
        with self.store.lock:
            return order_actions.cancel(self.store, self._order(entity_id))

    def revive(self, entity_id: int) -> None:
        """The payment of a cancelled order arrived late, and an extension undoes the cancellation."""
        with self.store.lock:
            order_actions.revive(self.store, self._order(entity_id))

    def hold(self, entity_id: int) -> None:
        """Put on hold. Raises Refusal where Magento does not allow it."""
        with self.store.lock:
            order_actions.hold(self.store, self._order(entity_id))

    def unhold(self, entity_id: int) -> None:
        """Take off hold. Raises Refusal where Magento does not allow it."""
        with self.store.lock:
            order_actions.unhold(self.store, self._order(entity_id))

    def set_state(self, entity_id: int, state: str, status: str | None = None) -> None:
        """Bring an order into a state, with the state's own status unless another is given."""
        with self.store.lock:
            order_state.set_state(self.store, self._order(entity_id), state, status)

    def pay(self, entity_id: int) -> None:
        """The payment arrived: from ``pending_payment`` or ``payment_review`` to ``processing``, invoiced."""
        with self.store.lock:
            lifecycle.invoice(self.store, self._order(entity_id))

    def ship(self, entity_id: int, *, partly: bool = False) -> None:
        """Ship everything, or about half of the first line."""
        with self.store.lock:
            lifecycle.ship(self.store, self._order(entity_id), partly=partly)

    def readdress(self, entity_id: int, street: str) -> None:
        """Send the order elsewhere: the merchant corrects the delivery address in the admin panel."""
        with self.store.lock:
            order = self._order(entity_id)
            (order.shipping or order.billing)["street"] = [street]
            self.store.orders.touch(order, self.store.now())

    def comment(self, entity_id: int, text: str) -> None:
        """A merchant's comment with the current status: ``updated_at`` does not move (point 17)."""
        with self.store.lock:
            order = self._order(entity_id)
            order_actions.append(self.store, order, {"comment": text, "status": order.row.get("status")})

    def touch(self, entity_ids: Iterable[int]) -> None:
        """Change orders at once, all in the same second, without changing anything that an ERP would read."""
        with self.store.lock:
            for entity_id in entity_ids:
                self.store.orders.touch(self._order(entity_id), self.store.now())

    def _order(self, entity_id: int) -> Order:
        found = self.store.orders.any(entity_id)
        if found is None:
            raise KeyError(entity_id)
        return found


def _at_home(rates: tuple[TaxRate, ...], place: Place) -> Decimal:
    """The tax within a price that includes it: that of London, also for a buyer abroad."""
    abroad = place in buyers.PLACES["abroad"]
    return buyers.VAT.percent if abroad else sum((rate.percent for rate in rates), ZERO)
