"""Who a signed-in customer of the shop is, by the customer's own token; and which orders are theirs.

The token is handed through to the shop and kept nowhere. `GET /V1/customers/me` is the one call that
tells; an integration's token is refused there (`customers-me-with-integration-token`).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import httpx
import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.magento.access import Access
from tidegate.magento.client import StoreClient
from tidegate.magento.search import Filter, Search
from tidegate.magento.shop import Shop, Website
from tidegate.reading.shape import Shape

LONGEST_TOKEN = 4096
PAGE = 500
#: A buyer with more orders than this sees the invoices of the newest ones.
MOST_ORDERS = 5000


class StoreBuyer(msgspec.Struct, frozen=True):
    """A customer of one website."""

    id: int
    email: str
    website_id: int


class _Entity(msgspec.Struct):
    entity_id: int


class _Orders(msgspec.Struct):
    total_count: int
    items: list[_Entity] | None = None


_BUYER: Shape[StoreBuyer] = Shape(StoreBuyer)
_ORDERS: Shape[_Orders] = Shape(_Orders)


class CustomerToken(Access):
    """A customer's own token, for one call."""

    names_missing_permission = False

    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


class Buyers:
    """Asks the shop about its customers."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client

    def who_is(self, token: str) -> StoreBuyer | Failure:
        """The customer whose token this is; `not-authenticated` for every token that is nobody's."""
        buyer = self._client.get_with(CustomerToken(token), "/V1/customers/me", _BUYER)
        if isinstance(buyer, Failure) and buyer.code is Code.NOT_PERMITTED:
            # The shop answers a wrong token as it answers a missing permission (point 24).
            return replace(buyer, code=Code.NOT_AUTHENTICATED)
        return buyer

    def websites(self) -> list[Website] | Failure:
        """The shop's websites."""
        return Shop(self._client).websites()

    def orders_of(self, customer_id: int) -> list[int] | Failure:
        """Entity ids of the customer's orders, the newest first."""
        found: list[int] = []
        search = (
            Search()
            .where(Filter("customer_id", "eq", customer_id))
            .sorted_by("entity_id", "DESC")
            .only("items[entity_id],total_count")
        )
        for number in range(1, MOST_ORDERS // 20 + 2):
            page = self._client.search(
                "/V1/orders", search.sized(min(PAGE, self._client.page_limit or PAGE), number), _ORDERS
            )
            if isinstance(page, Failure):
                return page
            new = [row.entity_id for row in page.items or [] if row.entity_id not in found]
            found += new
            if not new or len(found) >= min(page.total_count, MOST_ORDERS):
                break
        return found
