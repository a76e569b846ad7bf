"""`POST /api/v1/prices`: what a customer pays for the lines of a cart. For the shop's server, by `[api] token`."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from tidegate.console.answers import answer, bearer, desk_of, gate_of, hub_of, later, problem
from tidegate.console.gate import MOST_FAILED
from tidegate.domain.errors import Code
from tidegate.domain.money import plain
from tidegate.engine.hub import Hub
from tidegate.engine.price_answers import MOST_ITEMS, PriceAnswer, PriceDesk

#: Magento keeps quantities with twelve digits, four of them behind the point.
DECIMALS, LARGEST = 4, Decimal("99999999.9999")


class AskedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the cart; `sku` is the shop's."""

    sku: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    quantity: Decimal = Decimal(1)


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request."""

    lines: Annotated[list[AskedLine], msgspec.Meta(min_length=1, max_length=MOST_ITEMS)]
    connection: str = ""
    store: str = ""
    website: str = ""
    customer: Annotated[int, msgspec.Meta(ge=1)] | None = None
    account: Annotated[str, msgspec.Meta(max_length=64)] = ""


_QUESTION = msgspec.json.Decoder(Question)


def prices(request: HttpRequest) -> HttpResponse:
    """Prices for a customer or an account. Without a token in the configuration there is no such address."""
    token = hub_of(request).api_token
    if not token:
        return problem(404, "unknown-address", "prices are off: set [api] token")
    if not bearer(request).isascii() or not hmac.compare_digest(bearer(request).encode(), token.encode()):
        wait = gate_of(request).wait("prices, wrong token", MOST_FAILED)
        if wait:
            return later(429, wait, "too many wrong tokens")
        return problem(401, "not-authenticated", "send the hub's token: Authorization: Bearer ...")
    return _answered(request)


@require_POST
def _answered(request: HttpRequest) -> HttpResponse:
    try:
        question = _QUESTION.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return problem(400, "bad-request", str(error))
    wrong = next((each for each in question.lines if not countable(each.quantity)), None)
    if wrong is not None:
        return problem(
            400, "bad-request", (f"{wrong.sku}: the quantity must be above 0 and have at most 12 digits")
        )
    if (question.customer is None) == (not question.account):
        return problem(
            400, "bad-request", ("give either the customer's id in Magento or the account, not both")
        )
    hub = hub_of(request)
    connection = connection_of(hub, question)
    if connection is None:
        remedy = "name the connection, or store and website: " + "|".join(sorted(hub.connections))
        return problem(400, "bad-request", remedy)
    buyer = question.account if question.customer is None else question.customer
    return answer(
        answered(desk_of(request), connection, buyer, [(each.sku, each.quantity) for each in question.lines])
    )


def answered(
    desk: PriceDesk, connection: str, buyer: str | int, lines: Sequence[tuple[str, Decimal]]
) -> dict[str, Any]:
    """What the buyer (an account, or a customer's id) pays for these (SKU, quantity), as it is answered."""
    answered = desk.answer(connection, buyer, lines)
    return {
        "connection": connection,
        "account": answered.account,
        "breaker": answered.breaker,
        "age": None if answered.age is None else round(answered.age.total_seconds()),
        "lines": [line(each) for each in answered.prices],
    }


def connection_of(hub: Hub, question: Question) -> str | None:
    """The connection that is named, or serves the website; the only one needs no name."""
    if question.connection:
        return question.connection if question.connection in hub.connections else None
    if question.store or question.website:
        fitting = [
            name
            for name, each in hub.connections.items()
            if each.settings.store == question.store and question.website in each.settings.websites
        ]
    else:
        fitting = list(hub.connections)
    return fitting[0] if len(fitting) == 1 else None


def line(answered: PriceAnswer) -> dict[str, Any]:
    """One line of the answer."""
    shown: dict[str, Any] = {"sku": answered.sku, "quantity": plain(answered.quantity)}
    if answered.price is None:
        return shown | {"error": Code.UNKNOWN_SKU.value, "text": answered.reason}
    return shown | {
        "price": plain(answered.price),
        "currency": answered.currency,
        "tax_inclusive": answered.tax_inclusive,
        "source": "live" if answered.source == "live" else "snapshot",
        "age": None if answered.age is None else round(answered.age.total_seconds()),
    }


def countable(quantity: Decimal) -> bool:
    """Whether the shop could have such a quantity in a cart."""
    exponent = quantity.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -DECIMALS and 0 < quantity <= LARGEST
