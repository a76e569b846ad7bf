"""Credit memos: reading those of an order, and making one.

Source: contract, point 18, exchanges `order-refund-partial`, `creditmemo-eur-full`, `creditmemos-*`. Assumed, because it
was not recorded: `shipping_amount` is in the website's base currency, with or without tax (point 35); if it is absent,
all shipping that is left is refunded. Adjustments are in the base currency, too. If only an item with zero pieces is
named, no goods are refunded (`openapi-2.4.6.json` and Magento's published source).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from tidegate.domain.errors import Failure
from tidegate.domain.fulfilment.store_document import StoreDocument
from tidegate.domain.money import ZERO
from tidegate.magento.client import StoreClient
from tidegate.magento.made_documents import MadeDocuments
from tidegate.magento.order_documents import TOTALS, OrderDocuments, figure, made
from tidegate.magento.shipments import DocumentComment, DocumentItem, document_items

LIST, ONE = "/V1/creditmemos", "/V1/creditmemo"


class Returned(msgspec.Struct, frozen=True, omit_defaults=True):
    """Order items that came back into stock."""

    return_to_stock_items: tuple[int, ...] = ()


class CreditArguments(msgspec.Struct, frozen=True):
    """`arguments` of the refund call: without a shipping amount, all shipping that is left is refunded."""

    adjustment_positive: msgspec.Raw
    extension_attributes: Returned
    adjustment_negative: msgspec.Raw
    shipping_amount: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Credit(msgspec.Struct, frozen=True, rename={"append_comment": "appendComment"}):
    """`POST /V1/order/{id}/refund`, an offline refund: the money is paid back through Sage."""

    items: tuple[DocumentItem, ...]
    comment: DocumentComment
    arguments: CreditArguments
    notify: bool = False
    append_comment: bool = True


def credit(
    pieces: Mapping[int, Decimal],
    comment: str,
    *,
    shipping: Decimal | None,
    returned: Sequence[int],
    adjustment: Decimal = ZERO,
) -> Credit:
    """The call's body; `returned` are the order items that go back into stock.

    If `shipping` is None, all shipping that is left is refunded. A negative `adjustment` is an adjustment fee, a positive
    one an adjustment refund; amounts are in the website's base currency. If no pieces are named, Magento refunds all
    of them: to refund none, name one item with zero pieces.
    """
    arguments = CreditArguments(
        figure(max(adjustment, ZERO)),
        Returned(tuple(returned)),
        figure(max(-adjustment, ZERO)),
        msgspec.UNSET if shipping is None else figure(shipping),
    )
    return Credit(document_items(pieces), DocumentComment(comment), arguments)


class Credits:
    """One store's credit memos. One call per order at a time (point 22)."""

    def __init__(self, client: StoreClient, documents: OrderDocuments) -> None:
        self._client = client
        self._documents = documents
        self._made = MadeDocuments(client, documents, LIST, f",{TOTALS}")

    def read_ahead(self, entity_ids: Sequence[int], *, anew: bool) -> Failure | None:
        """Look at these orders and what they have, in two calls."""
        return self._documents.read_ahead(entity_ids, LIST, anew=anew, more=f",{TOTALS}", amounts=True)

    def of_order(self, entity_id: int) -> list[StoreDocument] | Failure:
        """The credit memos that an order already has."""
        return self._documents.of_order(LIST, entity_id, more=f",{TOTALS}")

    def refund(self, entity_id: int, body: Credit) -> int | Failure:
        """Make a credit memo and return its id. The call is not idempotent: look the credit memo up first."""
        call = f"/V1/order/{entity_id}/refund"
        return made(self._client.post(call, body), call)

    def one(self, credit_id: int) -> StoreDocument | Failure:
        """One credit memo with its totals."""
        return self._made.take(credit_id) or self._documents.one(ONE, credit_id)

    def read_made(self, credit_ids: Sequence[int]) -> None:
        """Look at credit memos that were just made, in one call; `one` serves them."""
        self._made.read(credit_ids)

    def whole(self, document: StoreDocument) -> StoreDocument | Failure:
        """A credit memo with the fields that extensions added."""
        return self._documents.whole(ONE, document)
