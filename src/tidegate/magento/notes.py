"""Writing back: the ERP's number and a comment on the order.

Payloads are typed values and hold only the keys that shall change: an explicit null overwrites, an
unknown key is a 500 (contract points 1, 10, 11).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import is_about, status_of
from tidegate.magento.client import StoreClient
from tidegate.magento.read_ahead import TOGETHER, ReadAhead
from tidegate.magento.search import Filter, Search, fields_query, instant
from tidegate.magento.wire import WireComment, WireNow, WireNows
from tidegate.reading.shape import Shape

PATH = "/V1/orders"
Action = Literal["hold", "unhold", "cancel"]
LONGEST_NUMBER = 32
"""`ext_order_id` is a varchar(32); longer values are cut without a word (point 10)."""

NOW_FIELDS = (
    "entity_id,increment_id,state,status,ext_order_id,"
    "status_histories[comment,status,created_at,is_visible_on_front]"
)
_NOW: Shape[WireNow] = Shape(WireNow)
_NOWS: Shape[WireNows] = Shape(WireNows)


class NumberEntity(msgspec.Struct, frozen=True):
    """The only two keys that may be sent: `POST /V1/orders` saves whatever it is given."""

    entity_id: int
    ext_order_id: str


class NumberBody(msgspec.Struct, frozen=True):
    """`POST /V1/orders`."""

    entity: NumberEntity


class CommentEntry(msgspec.Struct, frozen=True):
    """A comment; `status` is copied onto the order, so it is never left out (point 1)."""

    comment: str
    status: str
    parent_id: int
    is_visible_on_front: int
    entity_name: str = "order"
    is_customer_notified: int = 0


class NoBody(msgspec.Struct, frozen=True):
    """`POST /V1/orders/{id}/hold`, `unhold`, `cancel`: an empty object."""


class CommentBody(msgspec.Struct, frozen=True, rename={"status_history": "statusHistory"}):
    """`POST /V1/orders/{id}/comments`."""

    status_history: CommentEntry


@dataclass(frozen=True, slots=True)
class Comment:
    """One entry of an order's history."""

    text: str
    status: str
    created_at: datetime | None
    visible: bool


@dataclass(frozen=True, slots=True)
class OrderNow:
    """What the store says of an order at this moment; `status` is "" when it has none."""

    entity_id: int
    increment_id: str
    state: str
    status: str
    ext_order_id: str
    comments: tuple[Comment, ...]

    def has_comment(self, marker: str) -> bool:
        """Whether a comment contains `marker`, and not only as the beginning of a longer number."""
        whole = re.compile(re.escape(marker) + r"(?![\w-])")
        return any(whole.search(comment.text) for comment in self.comments)

    def begins(self, text: str) -> bool:
        """Whether a comment begins with this text."""
        return any(comment.text.startswith(text) for comment in self.comments)

    def says(self, text: str) -> bool:
        """Whether a comment is this text, and nothing more."""
        return any(comment.text.strip() == text for comment in self.comments)


class OrderNotes:
    """Writes to one store's orders. One call per order at a time (point 22)."""

    def __init__(self, client: StoreClient) -> None:
        self._client = client
        self._ahead: ReadAhead[OrderNow] = ReadAhead(client.clock)

    def store_number(self, entity_id: int, number: str) -> Failure | None:
        """Store the ERP's order number in `ext_order_id`; doing it again changes nothing.

        Moves `updated_at` the first time (point 17). TOO_LONG beyond 32 characters: nothing is sent.
        """
        if not number.strip() or entity_id < 1:
            raise ValueError(f"order {entity_id}, number {number!r}: both are needed")
        if len(number) > LONGEST_NUMBER:
            text = (
                f"{number!r} has {len(number)} characters, but Magento allows {LONGEST_NUMBER} for an "
                "order number"
            )
            return Failure(Code.TOO_LONG, text, sent=False)
        answer = self._client.post(PATH, NumberBody(NumberEntity(entity_id, number)))
        if isinstance(answer, Failure):
            return _of_order(entity_id, answer)
        return is_about(
            answer, f"order {entity_id}, number {number}", entity_id=entity_id, ext_order_id=number
        )

    def read_ahead(self, entity_ids: Sequence[int], *, anew: bool) -> Failure | None:
        """Look at these orders in one call, unless the first one was just looked at; they are written to in this order.

        `anew` is the first time in a round. An order that does not come with the others is read alone, and so is each
        one where the search fails: the read alone says why. A failure is returned where the store takes no calls now.
        """
        if anew:
            self._ahead.forget()
        if not self._ahead.is_wanted(entity_ids):
            return None
        part = next(self._client.pools(entity_ids, self._client.page_size(PATH, TOGETHER)))
        search = Search().where(Filter("entity_id", "in", part)).sized(len(part))
        page = self._client.search(PATH, search.only(f"items[{NOW_FIELDS}]"), _NOWS)
        if isinstance(page, Failure):
            self._ahead.keep(page)
            return self._ahead.refusal
        self._ahead.keep({now.entity_id: _order_now(now) for now in page.items or []})
        return None

    def read_status(self, entity_id: int) -> OrderNow | Failure:
        """The order's state, status, stored number and comments at this moment, or a few seconds ago (`read_ahead`)."""
        ahead = self._ahead.take(entity_id)
        if ahead is not None:
            return _of_order(entity_id, ahead) if isinstance(ahead, Failure) else ahead
        now = self._client.get_as(f"{PATH}/{entity_id}", _NOW, fields_query(NOW_FIELDS))
        return _of_order(entity_id, now) if isinstance(now, Failure) else _order_now(now)

    def add_comment(self, entity_id: int, text: str, *, visible: bool, status: str) -> Failure | None:
        """Add a comment, without an e-mail. Not idempotent: look with `has_comment` when in doubt.

        `status` is the order's status read just before (`read_status`): Magento copies it onto the
        order, and without one it would take the order's status away. An order that has none gets
        no comment. Whoever changes the status between that read and this call is overruled, so
        the two are at most a few seconds apart.
        """
        if not status.strip():
            why = (
                f"order {entity_id} has no status in Magento, and Magento accepts a comment only with a "
                "status. Give the order a status in Magento, then `tidegate queue retry`"
            )
            return Failure(Code.REFUSED, why, sent=False)
        entry = CommentEntry(text, status, entity_id, int(visible))
        answer: Any = self._client.post(f"{PATH}/{entity_id}/comments", CommentBody(entry))
        if isinstance(answer, Failure):
            return _of_order(entity_id, answer)
        if answer is not True:
            return Failure(
                Code.UNCLEAR_ANSWER, f"order {entity_id}: unexpected answer to the comment: {answer!r:.80}"
            )
        return None

    def bring_about(self, entity_id: int, action: Action) -> Failure | None:
        """Put the order on hold, lift that, or cancel it. Look at its state when in doubt.

        Cancelling answers 200 `false` when nothing was done (point 12); the others refuse with a 400.
        """
        answer: Any = self._client.post(f"{PATH}/{entity_id}/{action}", NoBody())
        if isinstance(answer, Failure):
            return _of_order(entity_id, answer)
        if answer is False:
            text = f"Magento did not {action} order {entity_id}: its state does not allow it"
            return Failure(Code.REFUSED, text)
        if answer is not True:
            return Failure(
                Code.UNCLEAR_ANSWER, f"order {entity_id}: unexpected answer to {action}: {answer!r:.80}"
            )
        return None

    def has_comment(self, entity_id: int, marker: str) -> bool | Failure:
        """Whether the order has a comment that contains `marker`; for look-ups after doubtful answers."""
        now = self.read_status(entity_id)
        return now if isinstance(now, Failure) else now.has_comment(marker)


def _order_now(now: WireNow) -> OrderNow:
    return OrderNow(
        entity_id=now.entity_id,
        increment_id=str(now.increment_id or ""),
        state=str(now.state or ""),
        status=str(now.status or ""),
        ext_order_id=str(now.ext_order_id or ""),
        comments=tuple(_comment(one) for one in now.status_histories or []),
    )


def _comment(one: WireComment) -> Comment:
    try:
        created_at = instant(str(one.created_at))
    except ValueError:
        created_at = None
    return Comment(str(one.comment or ""), str(one.status or ""), created_at, bool(one.is_visible_on_front))


def _of_order(entity_id: int, failure: Failure) -> Failure:
    """A refusal that is about the order and not about the call gets the order's name."""
    if failure.code != Code.REFUSED:
        return failure
    if status_of(failure) == 404:
        text = f"the store has no order {entity_id} (any more): {failure.text}"
    elif "provide payment" in failure.text:
        # Magento's words when it saves an order that is not there, or that has lost its payment record.
        text = f"the store has no order {entity_id}, or the order has no payment record: {failure.text}"
    else:
        return failure
    return Failure(failure.code, text, sent=failure.sent, details=failure.details)
