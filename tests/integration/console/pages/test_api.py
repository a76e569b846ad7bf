"""`/api/v1`: tokens with scopes, rights by connection, and an OpenAPI document that the answers keep."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS

from integration.console.pages.browsing import Browsing
from tidegate.config.api import Portal
from tidegate.console import tokens
from tidegate.console.answers import DESK, GATE, HUB
from tidegate.console.gate import Gate
from tidegate.console.models import Change
from tidegate.console.roles import Role
from tidegate.console.tokens import Scope
from tidegate.domain.states import State
from tidegate.engine.price_answers import PriceDesk

EVERY = tuple(Scope)


def token(
    browsing: Browsing, *scopes: Scope, role: Role = Role.ADMINISTRATOR, connections: tuple[str, ...] = ()
) -> str:
    user = browsing.user(f"robot-{role}-{len(scopes)}", role, *connections)
    return tokens.make(user, "test", scopes or EVERY, now=browsing.stage.now, actor="test")


def ask(browsing: Browsing, address: str, shown: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {shown}"}
    if body is None:
        answer = browsing.client.get(f"/api/v1/{address}", headers=headers)
    else:
        answer = browsing.client.post(
            f"/api/v1/{address}", body, content_type="application/json", headers=headers
        )
    return answer.status_code, answer.json()


@pytest.fixture
def held(browsing: Browsing) -> Browsing:
    """An order that waits."""
    browsing.stage.shopper.place_orders(1, "guest")
    browsing.stage.reopen(payments={})
    browsing.__post_init__()
    browsing.stage.cycle()
    return browsing


def test_a_token_opens_what_its_scopes_say(held: Browsing) -> None:
    one = token(held, Scope.STATUS)
    status, document = ask(held, "status", one)
    assert (status, list(document["connections"]), document["adds_up"]) == (200, ["web"], True)
    assert ask(held, "queue", one)[0] == 403
    assert ask(held, "status", "tg_nobodys")[0] == 401
    assert held.client.get("/api/v1/status").status_code == 401


def test_the_queue_the_trace_and_what_is_done(held: Browsing) -> None:
    shown = token(held)
    _, document = ask(held, "queue?state=held", shown)
    (row,) = document["deliveries"]
    assert row["code"] == "unmapped-payment"
    assert row["customer"]
    status, found = ask(held, f"trace/{row['label']}", shown)
    assert (status, found["orders"][0]["deliveries"][0]["id"]) == (200, row["id"])
    assert ask(held, "trace/no-such-number", shown)[0] == 404
    assert ask(held, "queue?flow=order", shown) == (404, {"detail": "there is no flow order"})
    assert ask(held, "digest/web", shown)[0] == 200
    assert ask(held, "actions", shown, {"act": "skip", "ids": [row["id"]]})[0] == 400
    _, done = ask(held, "actions", shown, {"act": "skip", "ids": [row["id"]], "reason": "a test"})
    assert [each["result"] for each in done["results"]] == ["done"]
    assert held.stage.states([1]) == {State.SKIPPED}
    assert Change.objects.get(act="skip").actor == "robot-administrator-0 (token test)"


def test_a_token_has_its_users_rights_alone(held: Browsing) -> None:
    viewer, foreign = token(held, role=Role.VIEWER), token(held, *EVERY, connections=("elsewhere",))
    _, document = ask(held, "queue", viewer)
    (row,) = document["deliveries"]
    assert row["customer"] == ""
    assert ask(held, "actions", viewer, {"act": "hold", "ids": [row["id"]]})[0] == 404
    assert ask(held, "status", foreign)[1]["connections"] == {}
    assert ask(held, "queue", foreign)[1]["deliveries"] == []
    assert ask(held, f"trace/{row['label']}", foreign)[0] == 404
    assert ask(held, "digest/web", foreign)[0] == 404


def test_prices_at_the_cart_are_given_to_tokens_with_their_scope(held: Browsing) -> None:
    shown, foreign = token(held), token(held, *EVERY, connections=("elsewhere",))
    cart: dict[str, Any] = {
        "connection": "web",
        "account": "WEB",
        "lines": [{"sku": "HUB-0001", "quantity": 3}],
    }
    status, document = ask(held, "prices", shown, cart)
    assert (status, document["account"], document["lines"][0]["sku"]) == (200, "WEB", "HUB-0001")
    assert ask(held, "prices", shown, cart | {"customer": 1})[0] == 400
    assert ask(held, "prices", shown, cart | {"connection": "none"})[0] == 404
    assert ask(held, "prices", foreign, cart)[0] == 404
    assert ask(held, "prices", token(held, Scope.STATUS, role=Role.VIEWER), cart)[0] == 403
    cart["lines"] = [{"sku": "HUB-0001", "quantity": "0.00001"}]
    assert ask(held, "prices", shown, cart)[0] == 400


def test_a_customers_invoices_are_given_to_the_customers_own_token(held: Browsing) -> None:
    held.stage.reopen(portal=Portal(enabled=True))
    held.__post_init__()
    shown, foreign = token(held), token(held, *EVERY, connections=("elsewhere",))
    (customer,) = held.stage.world.register(1)
    own = held.stage.shop.access.customer_token(customer)

    def invoices(bearer: str, customers: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {bearer}", "X-Customer-Token": customers}
        answer = held.client.get("/api/v1/portal/invoices", headers=headers)
        return answer.status_code, answer.json()

    assert invoices(shown, own) == (200, {"invoices": [], "total": 0})
    assert invoices(shown, "nobody's")[0] == 401
    assert invoices(foreign, own)[0] == 404
    assert invoices("tg_nobody", own)[0] == 401


def test_every_answer_is_one_that_the_document_describes(held: Browsing) -> None:
    shown, handler, gate = token(held), WSGIHandler(), Gate(held.stage.hub.clock)
    gate.wait = lambda *_, **__: 0.0  # type: ignore[method-assign]

    def served(environ: dict[str, Any], start_response: Any) -> Any:
        environ[HUB], environ[GATE], environ[DESK] = held.stage.hub, gate, PriceDesk(held.stage.hub)
        return handler(environ, start_response)

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", served)
    kept = [
        check
        for name, check in CHECKS._items.items()
        if name in ("not_a_server_error", "status_code_conformance")
    ]
    assert len(kept) == 2
    operations = [each.ok() for each in schema.get_all_operations()]
    assert len(operations) == 7
    for operation in operations:

        @settings(
            max_examples=15,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @schema_case(operation)
        def tried(case: Any) -> None:
            answer = case.call(headers={"Authorization": f"Bearer {shown}"})
            case.validate_response(answer, checks=kept)

        tried()


def schema_case(operation: Any) -> Any:
    """Hypothesis' cases of one operation."""
    from hypothesis import given

    return given(case=operation.as_strategy())
