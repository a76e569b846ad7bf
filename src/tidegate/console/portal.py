"""`GET /api/v1/portal/invoices` and `/api/v1/portal/invoices/NUMBER`: a customer's own invoices.

The customer's own Magento token is the key; `store` names the shop where the hub serves several.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from tidegate.console.answers import answer, bearer, gate_of, hub_of, later, problem, refusal
from tidegate.domain.errors import Code, Failure
from tidegate.engine import portal
from tidegate.ledger.statement import Stated
from tidegate.magento.buyer import LONGEST_TOKEN

MOST = 500
NOBODY = Failure(Code.NOT_AUTHENTICATED, "the store refused this token a moment ago", sent=False)


@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    """The list, the newest first; `limit` (500 at most) and `offset` page through it."""
    limit, offset = whole(request, "limit", 50), whole(request, "offset", 0)
    if limit is None or offset is None or limit > MOST:
        return problem(400, "bad-request", f"limit (at most {MOST}) and offset are whole numbers")
    found = visible(request, bearer(request))
    if isinstance(found, HttpResponse):
        return found
    page = [portal.summary(each) for each in found[offset : offset + limit]]
    return answer({"invoices": page, "total": len(found)})


@require_GET
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """One invoice with its lines. Another customer's is as unknown as one that does not exist."""
    found = visible(request, bearer(request))
    if isinstance(found, HttpResponse):
        return found
    for each in found:
        if each.invoice.number == number:
            return answer(portal.detail(each))
    return problem(404, "unknown-invoice", f"no invoice {number} of this customer")


def visible(request: HttpRequest, token: str) -> list[Stated] | HttpResponse:
    """What the customer with this token of the shop may see."""
    hub = hub_of(request)
    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        return problem(401, "not-authenticated", "send the customer's own token: Authorization: Bearer ...")
    store = request.GET.get("store", "")
    if not store and len(hub.stores) == 1:
        (store,) = hub.stores
    if store not in hub.stores:
        return problem(400, "bad-request", "name the store: ?store=" + "|".join(sorted(hub.stores)))
    gate = gate_of(request)
    wait = gate.wait(f"{store} {token}")
    if wait:
        return later(429, wait, "too many requests with this token")
    address = str(request.META.get("REMOTE_ADDR", ""))
    wait = gate.wait_of(address)
    if wait:
        return later(429, wait, "too many wrong tokens from this address")
    if gate.nobody(f"{store} {token}"):
        gate.failed(address)
        return refusal(NOBODY)
    with gate.entered() as room:
        if not room:
            return later(503, 1, "too many requests at this moment")
        customer = portal.identify(hub, store, token)
        if isinstance(customer, Failure):
            if customer.code is Code.NOT_AUTHENTICATED:
                gate.is_nobody(f"{store} {token}")
                gate.failed(address)
            return refusal(customer)
        found = portal.invoices(customer)
    return refusal(found) if isinstance(found, Failure) else found


def whole(request: HttpRequest, name: str, default: int) -> int | None:
    """A whole number of the query that is not negative; None when it is something else."""
    text = request.GET.get(name, str(default))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
