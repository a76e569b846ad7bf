"""What the store says of itself: its websites, codes, modules and clock, for the preflight check."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

import msgspec

from tidegate.domain.errors import Failure
from tidegate.magento.answer import PAGE_LIMIT, garbage
from tidegate.magento.client import StoreClient
from tidegate.magento.search import NO_ORDER, Search
from tidegate.reading import pauses
from tidegate.reading.shape import ANYTHING, Rows, Shape
from tidegate.transport import NoAnswer

T = TypeVar("T")


class Website(msgspec.Struct, frozen=True):
    """A website; id 0 is the administration."""

    id: int
    code: str
    name: str = ""


class StoreView(msgspec.Struct, frozen=True):
    """A store view. The `store_id` of an order is a store view's id."""

    id: int
    code: str
    website_id: int
    name: str = ""
    is_active: int | bool = 1


class StoreConfig(msgspec.Struct, frozen=True):
    """A store view's settings."""

    id: int
    code: str
    website_id: int
    base_currency_code: str = ""
    default_display_currency_code: str = ""
    timezone: str = ""
    weight_unit: str = ""  #: kgs or lbs
    base_url: str = ""
    secure_base_url: str = ""


class _Attribute(msgspec.Struct):
    scope: str


class TaxRate(msgspec.Struct, frozen=True):
    """A tax rate; `code` is what orders name, `rate` is in percent."""

    code: str
    rate: Decimal
    tax_country_id: str = ""


class CustomerGroup(msgspec.Struct, frozen=True):
    """A customer group."""

    id: int
    code: str


@dataclass(frozen=True, slots=True)
class MethodsInUse:
    """Payment and shipping methods of the newest orders; the shop has no list of those it offers."""

    payment: tuple[str, ...]
    shipping: tuple[str, ...]
    orders: int  #: so many orders were looked at


class _Method(msgspec.Struct):
    method: str | None = None


class _Assignment(msgspec.Struct):
    shipping: _Method | None = None


class _Extension(msgspec.Struct):
    shipping_assignments: list[_Assignment] | None = None


class _Used(msgspec.Struct):
    payment: _Method | None = None
    extension_attributes: _Extension | None = None


# Row by row: one that cannot be read is named, and the others count.
_WEBSITES: Rows[Website] = Rows(Website, name="code")
_VIEWS: Rows[StoreView] = Rows(StoreView, name="code")
_CONFIGS: Rows[StoreConfig] = Rows(StoreConfig, name="code")
_ATTRIBUTE: Shape[_Attribute] = Shape(_Attribute)
_RATES: Rows[TaxRate] = Rows(TaxRate, name="code")
_GROUPS: Rows[CustomerGroup] = Rows(CustomerGroup, name="code")
_USED: Rows[_Used] = Rows(_Used, name="increment_id")
_MODULES: Shape[list[str]] = Shape(list[str])
_METHODS = "items[payment[method],extension_attributes[shipping_assignments[shipping[method]]]],total_count"


class Shop:
    """Reads a store's set-up. Answers are fresh, except `codes`."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client
        self._codes: Mapping[int, str] | None = None
        self._lock = threading.Lock()

    def websites(self, *, whole: bool = True) -> list[Website] | Failure:
        """All websites, the administration (id 0) included."""
        return self._listed("/V1/store/websites", _WEBSITES, whole)

    def store_views(self, *, whole: bool = True) -> list[StoreView] | Failure:
        """All store views, the administration's (id 0) included."""
        return self._listed("/V1/store/storeViews", _VIEWS, whole)

    def store_configs(self, *, whole: bool = True) -> list[StoreConfig] | Failure:
        """Currencies, time zones and addresses of all store views."""
        return self._listed("/V1/store/storeConfigs", _CONFIGS, whole)

    def _listed(self, path: str, rows: Rows[T], whole: bool) -> list[T] | Failure:
        """The rows. `whole`: whoever decides by what is *not* in the list needs all of it, or a failure."""
        page = self._client.get_as(path, rows)
        if isinstance(page, Failure):
            return page
        if whole and page.bad:
            return garbage(f"GET {path}", True, str(page.bad[0]), of_field=True)
        return page.items

    def codes(self, *, fresh: bool = False) -> Mapping[int, str] | Failure:
        """Store view id -> website code; remembered unless `fresh`."""
        with pauses.kept_out(self._lock):
            if self._codes is not None and not fresh:
                return self._codes
            websites, views = self.websites(whole=False), self.store_views(whole=False)
            if isinstance(websites, Failure):
                return websites
            if isinstance(views, Failure):
                return views
            names = {website.id: website.code for website in websites}
            self._codes = {view.id: names.get(view.website_id, "") for view in views}
            return self._codes

    def price_scope(self) -> str | Failure:
        """`global` or `website`: where a price is kept that is written for one website (point 31).

        The attribute tells it, which is what counts, and not the setting behind it.
        """
        path = "/V1/products/attributes/price"
        answer = self._client.get_as(path, _ATTRIBUTE, "fields=scope")
        return answer if isinstance(answer, Failure) else answer.scope

    def modules(self) -> list[str] | Failure:
        """Names of all modules, third-party ones included."""
        return self._client.get_as("/V1/modules", _MODULES)

    def version(self) -> str:
        """Magento's own words for its version, e.g. `Magento/2.4 (Community)`; "" where it does not tell."""
        answer = self._client.plain("/magento_version")
        if isinstance(answer, NoAnswer) or answer.status != 200:
            return ""
        text = answer.text(100).strip()
        return text if re.match(r"[A-Za-z]+/\d", text) else ""

    def tax_rates(self) -> list[TaxRate] | Failure:
        """All tax rates."""
        found: dict[str, TaxRate] = {}
        seen = 0
        for number in range(1, 1000):
            search = Search().sorted_by("code").sized(self._size(100), number)
            page = self._client.search("/V1/taxRates/search", search, _RATES)
            if isinstance(page, Failure):
                return page
            known = len(found)
            found |= {rate.code: rate for rate in page.items}
            seen += page.count
            if seen >= page.total_count or len(found) == known:
                break
        return list(found.values())

    def customer_groups(self) -> list[CustomerGroup] | Failure:
        """All customer groups; id 0 is `NOT LOGGED IN`."""
        found: dict[int, CustomerGroup] = {}
        seen = 0
        for number in range(1, 1000):
            search = Search().sorted_by("id").sized(self._size(100), number)
            page = self._client.search("/V1/customerGroups/search", search, _GROUPS)
            if isinstance(page, Failure):
                return page
            known = len(found)
            found |= {group.id: group for group in page.items}
            seen += page.count
            if seen >= page.total_count or len(found) == known:
                break
        return list(found.values())

    def methods_in_use(self, orders: int = 100) -> MethodsInUse | Failure:
        """Payment and shipping methods of the newest orders (`carrier_method`)."""
        search = Search().sorted_by("entity_id", "DESC").sized(orders).only(_METHODS)
        page = self._client.search("/V1/orders", search, _USED)
        if isinstance(page, Failure):
            return page
        payment: set[str] = set()
        shipping: set[str] = set()
        for one in page.items:
            if one.payment and one.payment.method:
                payment.add(one.payment.method)
            for assignment in (one.extension_attributes or _Extension()).shipping_assignments or []:
                if assignment.shipping and assignment.shipping.method:
                    shipping.add(assignment.shipping.method)
        return MethodsInUse(tuple(sorted(payment)), tuple(sorted(shipping)), len(page.items))

    def clock_skew(self) -> timedelta | Failure | None:
        """How far the store's clock is ahead of ours (negative: behind); None when it does not tell."""
        now = self._client.server_time()
        return now if isinstance(now, Failure) else self._client.skew

    def page_size_limit(self, wanted: int) -> int | Failure:
        """The page size that the shop grants when `wanted` is asked for (point 28); reads no order."""
        search = Search().where(NO_ORDER).sized(wanted).only("total_count")
        answer = self._client.search("/V1/orders", search, ANYTHING)
        if isinstance(answer, Failure) and PAGE_LIMIT not in answer.details:
            return answer
        return min(wanted, self._client.page_limit or wanted)

    def _size(self, wanted: int) -> int:
        return min(wanted, self._client.page_limit or wanted)
