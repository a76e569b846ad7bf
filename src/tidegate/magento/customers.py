"""Customers, customer groups and customer attributes of one store.

Contract point 26: a PUT keeps every key that it does not name (addresses, too), `"addresses": []` would
delete them all, an unknown custom attribute is dropped without a word, an unknown top-level key is a 500.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from tidegate.domain.bad_row import BadRow
from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import is_about, status_of
from tidegate.magento.client import StoreClient
from tidegate.magento.paging import shrunk
from tidegate.magento.search import Filter, Search, instant
from tidegate.reading.shape import Rows, Shape

PATH = "/V1/customers"
#: A customer read by pages; the whole record, since `fields` cannot name attributes that may not be there.
FIELDS = (
    "items[id,group_id,email,firstname,lastname,website_id,store_id,taxvat,created_at,updated_at,"
    "default_billing,addresses[id,company,firstname,lastname,street,city,region[region],postcode,country_id,"
    "telephone,vat_id,default_billing],custom_attributes],total_count"
)


class Attribute(msgspec.Struct, frozen=True):
    """A custom attribute's value."""

    attribute_code: str
    value: Any = None


class WireRegion(msgspec.Struct, frozen=True):
    """A region as addresses name it."""

    region: str | None = None


class WireCustomerAddress(msgspec.Struct, frozen=True):
    """A customer's address."""

    id: int | None = None
    company: str | None = None
    firstname: str | None = None
    lastname: str | None = None
    street: list[str] | None = None
    city: str | None = None
    region: WireRegion | None = None
    postcode: str | None = None
    country_id: str | None = None
    telephone: str | None = None
    vat_id: str | None = None
    default_billing: bool | None = None


class WireCustomer(msgspec.Struct, frozen=True):
    """A customer, as far as the flows read one."""

    id: int
    email: str
    group_id: int
    firstname: str | None = None
    lastname: str | None = None
    website_id: int | None = None
    store_id: int | None = None
    taxvat: str | None = None
    created_at: str = ""
    updated_at: str = ""
    addresses: list[WireCustomerAddress] | None = None
    custom_attributes: list[Attribute] | None = None


class WireGroup(msgspec.Struct, frozen=True):
    """A customer group."""

    id: int
    code: str
    tax_class_id: int = 0
    tax_class_name: str = ""


class AttributeMetadata(msgspec.Struct, frozen=True):
    """A customer attribute that the store knows."""

    attribute_code: str
    frontend_label: str | None = None
    user_defined: bool = False


class ChangedCustomer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The keys that shall change; the id and any of the others are enough (`customers-put-missing-required`)."""

    id: int
    group_id: int | None = None
    taxvat: str | None = None
    custom_attributes: tuple[Attribute, ...] | None = None


class CustomerBody(msgspec.Struct, frozen=True):
    """`PUT /V1/customers/{id}`."""

    customer: ChangedCustomer


class NewGroup(msgspec.Struct, frozen=True):
    """A group to be made."""

    code: str
    tax_class_id: int


class GroupBody(msgspec.Struct, frozen=True):
    """`POST /V1/customerGroups`."""

    group: NewGroup


_CUSTOMERS: Rows[WireCustomer] = Rows(WireCustomer, name="email")
_GROUPS: Rows[WireGroup] = Rows(WireGroup, name="code")
_ATTRIBUTES: Shape[list[AttributeMetadata]] = Shape(list[AttributeMetadata])


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One page of customers."""

    customers: tuple[WireCustomer, ...]
    bad: tuple[BadRow, ...] = ()  #: those that cannot be read


class StoreCustomers:
    """Reads and writes the customers of one store."""

    def __init__(self, client: StoreClient, page_size: int = 100) -> None:
        self._client = client
        self._page_size = page_size

    def customers(
        self, *, since: datetime | None = None, created: datetime | None = None
    ) -> Iterator[CustomerPage | Failure]:
        """Customers by ascending id: all, changed from `since` on, or created from `created` on.

        Pages go on behind the last id, so that a customer who comes or goes meanwhile hides nobody.
        """
        search, path = Search().sorted_by("entity_id").only(FIELDS), f"{PATH}/search"
        if since is not None:
            search = search.where(Filter("updated_at", "gteq", since))
        if created is not None:
            search = search.where(Filter("created_at", "gteq", created))
        last = 0
        while True:
            size = self._client.page_size(path, self._page_size)
            behind = search.where(Filter("entity_id", "gt", last))
            answer = self._client.search(path, behind.sized(size), _CUSTOMERS)
            if isinstance(answer, Failure):
                if shrunk(self._client, path, size, answer):
                    continue
                yield answer
                return
            yield CustomerPage(tuple(sorted(answer.items, key=lambda each: each.id)), tuple(answer.bad))
            newest = max(
                (*(each.id for each in answer.items), *(row.key or 0 for row in answer.bad)), default=0
            )
            if newest <= last or answer.count >= answer.total_count:
                return
            last = newest

    def by_ids(self, ids: Sequence[int]) -> dict[int, WireCustomer] | Failure:
        """These customers; who is gone, or cannot be read, is left out."""
        page = self.page_of(ids)
        return page if isinstance(page, Failure) else {each.id: each for each in page.customers}

    def page_of(self, ids: Sequence[int]) -> CustomerPage | Failure:
        """These customers, and those of them that cannot be read; who is gone is left out."""
        found: dict[int, WireCustomer] = {}
        bad: list[BadRow] = []
        for part in self._client.pools(sorted(ids), self._page_size):
            search = Search().where(Filter("entity_id", "in", part)).sized(len(part)).only(FIELDS)
            answer = self._client.search(f"{PATH}/search", search, _CUSTOMERS)
            if isinstance(answer, Failure):
                return answer
            found |= {each.id: each for each in answer.items}
            bad += answer.bad
        return CustomerPage(tuple(found.values()), tuple(bad))

    def change(self, customer: ChangedCustomer) -> Failure | None:
        """Write the keys that `customer` has; the others stay."""
        answer = self._client.put(f"{PATH}/{customer.id}", CustomerBody(customer))
        if isinstance(answer, Failure) and status_of(answer) == 404:
            return Failure(Code.REFUSED, f"the store no longer has the customer {customer.id}", sent=False)
        if isinstance(answer, Failure):
            return answer
        return is_about(answer, f"customer {customer.id}", id=customer.id)

    def groups(self) -> dict[str, WireGroup] | Failure:
        """Customer groups by code, in small letters."""
        found: dict[int, WireGroup] = {}
        for number in range(1, 1000):
            search = Search().sorted_by("id").sized(self._page_size, number)
            page = self._client.search("/V1/customerGroups/search", search, _GROUPS)
            if isinstance(page, Failure):
                return page
            known = len(found)
            found |= {group.id: group for group in page.items}
            if len(found) >= page.total_count or len(found) == known:
                break
        return {group.code.casefold(): group for group in found.values()}

    def ensure_groups(self, codes: Mapping[str, str]) -> Failure | None:
        """Make the groups that are missing; `codes` is group -> the group whose tax class it shall have.

        Without such a group it is the tax class of the store's first group of signed-in people. Magento
        refuses a second group of one code, so that a lost answer harms nothing: the next look finds it.
        """
        there = self.groups()
        if isinstance(there, Failure):
            return there
        first = min((group for group in there.values() if group.id), key=lambda group: group.id, default=None)
        for code, like in codes.items():
            if code.casefold() in there:
                continue
            model = there.get(like.casefold(), first)
            body = GroupBody(NewGroup(code, model.tax_class_id if model else 3))
            answer = self._client.post("/V1/customerGroups", body)
            if not isinstance(answer, Failure):
                unclear = is_about(answer, f"customer group {code}", code=code)
                if unclear is not None:
                    return unclear
            elif "already exists" not in answer.text:
                return answer
        return None

    def attributes(self) -> dict[str, AttributeMetadata] | Failure:
        """The customer attributes that the store knows, by code."""
        answer = self._client.get_as("/V1/attributeMetadata/customer", _ATTRIBUTES)
        return answer if isinstance(answer, Failure) else {each.attribute_code: each for each in answer}


def created_at(customer: WireCustomer) -> datetime | None:
    """When the customer registered, UTC; None when the store tells no date."""
    try:
        return instant(customer.created_at)
    except ValueError:
        return None
