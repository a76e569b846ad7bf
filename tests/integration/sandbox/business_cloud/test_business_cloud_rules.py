"""The rules of the contract that the simulated API keeps (§3 to §8)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from integration.sandbox.business_cloud.business_world import World

ID = "5f0c9a3b7e2d4a6fb1c8d9e0a2f4b6c8"


def test_lists_are_paged_by_their_total_and_the_last_page_comes_again() -> None:
    world = World()
    first = world.get("/stock_items")
    assert (first["$total"], len(first["$items"]), first["$itemsPerPage"]) == (67, 20, 20)
    ids: set[str] = set()
    for page in range(1, 5):
        answer = world.get("/stock_items", page=str(page))
        ids |= {one["id"] for one in answer["$items"]}
    assert len(ids) == 67
    assert world.get("/stock_items", page="9")["$items"] == world.get("/stock_items", page="4")["$items"]
    assert len(world.get("/stock_items", items_per_page="500")["$items"]) == 67
    nexts = [world.get("/stock_items").get("$next", "left out") for _ in range(3)]
    assert "left out" in nexts
    assert any(str(one).startswith("/stock_items?") for one in nexts)


def test_products_list_the_stock_items_too_without_their_quantities() -> None:
    world = World()
    stocked = {one["id"] for one in world.get("/stock_items", items_per_page="200")["$items"]}
    listed = world.get("/products", items_per_page="200", attributes="all")["$items"]
    assert stocked < {one["id"] for one in listed}
    assert not any("quantity_in_stock" in one for one in listed)


def test_a_posted_invoice_has_its_sums_its_stock_and_balanced_entries() -> None:
    world = World()
    before = Decimal(world.stock("HUB-0001"))
    made = world.post("/sales_invoices", "sales_invoice", **world.invoice())
    assert (made["status"]["id"], made["displayed_as"]) == ("UNPAID", "SI-1")
    assert (made["net_amount"], made["tax_amount"], made["total_amount"]) == ("64.7", "12.94", "77.64")
    assert (made["shipping_tax_amount"], made["outstanding_amount"]) == ("1.0", "77.64")
    assert Decimal(world.stock("HUB-0001")) == before - 3
    entries = world.get("/ledger_entries", transaction_id=made["transaction"]["id"], attributes="all")[
        "$items"
    ]
    assert sum(Decimal(one["debit"]) for one in entries) == Decimal("77.64")
    assert sum(Decimal(one["credit"]) for one in entries) == Decimal("77.64")
    assert world.erp.books()["violations"] == []


def test_a_draft_posts_nothing_until_it_is_released() -> None:
    world = World()
    before = world.stock("HUB-0001")
    draft = world.post("/sales_invoices", "sales_invoice", **world.invoice(status_id="DRAFT"))
    assert (draft["status"]["id"], draft["transaction"], draft["invoice_number"]) == ("DRAFT", None, None)
    assert world.stock("HUB-0001") == before
    released = world.call("POST", f"/sales_invoices/{draft['id']}/release")
    assert released.status_code == 201
    assert (released.json()["id"], released.json()["status"]["id"]) == (draft["id"], "UNPAID")
    assert world.refused(world.call("POST", f"/sales_invoices/{draft['id']}/release"))[0] == 422
    other = world.post("/sales_invoices", "sales_invoice", **world.invoice(status_id="DRAFT"))
    voided = world.call("DELETE", f"/sales_invoices/{other['id']}")
    assert (voided.status_code, voided.json()["status"]["id"]) == (200, "VOID")


@pytest.mark.parametrize("pieces", [None, 2])
def test_what_staff_have_packed_of_a_draft_leaves_with_its_invoice(pieces: int | None) -> None:
    """Seen before: it waited for an invoice for ever, and the books held pieces for it that nobody promised."""
    world = World()
    draft = world.post("/sales_invoices", "sales_invoice", **world.invoice(status_id="DRAFT"))
    [order] = world.erp.orders.table
    world.erp.despatch(order.number, None if pieces is None else {"HUB-0001": Decimal(pieces)})
    before = Decimal(world.stock("HUB-0001"))
    assert world.call("POST", f"/sales_invoices/{draft['id']}/release").status_code == 201
    assert Decimal(world.stock("HUB-0001")) == before - 3
    assert world.erp.books()["violations"] == []


def test_a_quote_is_converted_by_an_invoice_and_deleted_only_before() -> None:
    world = World()
    body = world.invoice(expiry_date="2026-04-01")
    body["quote_lines"] = body.pop("invoice_lines")
    quote = world.post("/sales_quotes", "sales_quote", **body)
    assert "invoice" not in quote
    assert world.call("DELETE", f"/sales_quotes/{quote['id']}").status_code == 204
    quote = world.post("/sales_quotes", "sales_quote", **body)
    made = world.post(
        "/sales_invoices", "sales_invoice", **world.invoice(original_quote_estimate_id=quote["id"])
    )
    assert made["original_quote_estimate"]["id"] == quote["id"]
    assert world.get(f"/sales_quotes/{quote['id']}")["invoice"]["id"] == made["id"]
    assert world.refused(world.call("DELETE", f"/sales_quotes/{quote['id']}"))[0] == 422


def test_voiding_wants_a_reason_gives_the_goods_back_and_stops_at_payments() -> None:
    world = World()
    before = world.stock("HUB-0001")
    made = world.post("/sales_invoices", "sales_invoice", **world.invoice())
    assert world.refused(world.call("DELETE", f"/sales_invoices/{made['id']}"))[2] == "void_reason"
    voided = world.call("DELETE", f"/sales_invoices/{made['id']}", void_reason="Cancelled in the shop").json()
    assert (voided["status"]["id"], voided["outstanding_amount"]) == ("VOID", "0.0")
    assert world.stock("HUB-0001") == before
    assert world.get("/sales_credit_notes")["$total"] == 0, "what voids is no credit note"
    paid = world.post("/sales_invoices", "sales_invoice", **world.invoice())
    pay(world, paid, "10.00", "10.00")
    assert world.refused(world.call("DELETE", f"/sales_invoices/{paid['id']}", void_reason="x"))[0] == 422
    assert world.erp.books()["violations"] == []


def pay(world: World, invoice: dict[str, Any], total: str, allocated: str) -> dict[str, Any]:
    """Somebody pays."""
    made: dict[str, Any] = world.post(
        "/contact_payments",
        "contact_payment",
        transaction_type_id="CUSTOMER_RECEIPT",
        contact_id=invoice["contact"]["id"],
        bank_account_id=world.id("/bank_accounts", "(1210)"),
        date="2026-03-02",
        total_amount=total,
        allocated_artefacts=[{"artefact_id": invoice["id"], "amount": allocated}],
    )
    return made


def test_payments_settle_invoices_and_the_rest_is_on_account() -> None:
    world = World()
    made = world.post("/sales_invoices", "sales_invoice", **world.invoice())
    world.clock.advance(3600)
    since = "2026-03-02T11:00:00+00:00"
    pay(world, made, "70.00", "70.00")
    changed = world.get("/sales_invoices", updated_or_created_since=since, attributes="all")["$items"]
    assert [(one["status"]["id"], one["outstanding_amount"]) for one in changed] == [("PART_PAID", "7.64")]
    rest = pay(world, made, "10.00", "7.64")
    assert rest["payment_on_account"]["outstanding_amount"] == "2.36"
    shown = world.get(f"/sales_invoices/{made['id']}", mark_as_sent="false", show_payments_allocations="true")
    assert (shown["status"]["id"], len(shown["payments_allocations"]), shown["last_paid"]) == (
        "PAID",
        2,
        "2026-03-02",
    )


def test_more_than_is_outstanding_is_refused() -> None:
    world = World()
    made = world.post("/sales_invoices", "sales_invoice", **world.invoice())
    answer = world.call(
        "POST",
        "/contact_payments",
        {
            "contact_payment": {
                "transaction_type_id": "CUSTOMER_RECEIPT",
                "contact_id": made["contact"]["id"],
                "bank_account_id": world.id("/bank_accounts", "(1210)"),
                "date": "2026-03-02",
                "total_amount": 100,
                "allocated_artefacts": [{"artefact_id": made["id"], "amount": 78}],
            }
        },
    )
    assert world.refused(answer)[0] == 422


@pytest.mark.parametrize(
    ("changes", "status", "source"),
    [
        ({"description": "Nuts &amp; bolts"}, 422, "invoice_lines.description"),
        ({"description": ""}, 422, "invoice_lines.description"),
        ({"tax_amount": None}, 422, "invoice_lines.tax_amount"),
        ({"tax_amount": "13.00"}, 422, "invoice_lines.tax_amount"),
        ({"ledger_account_id": None}, 422, "invoice_lines.ledger_account_id"),
        ({"product_id": "0" * 32}, 404, ""),
    ],
)
def test_a_line_that_breaks_a_rule_is_named(changes: dict[str, Any], status: int, source: str) -> None:
    world = World()
    answer = world.call("POST", "/sales_invoices", {"sales_invoice": world.invoice(world.line(**changes))})
    assert (answer.status_code, answer.json()[0]["$source"]) == (status, source)
    assert world.get("/sales_invoices")["$total"] == 0


def test_a_header_that_breaks_a_rule_is_named_and_several_faults_come_together() -> None:
    world = World()
    bank = world.id("/ledger_accounts", "(1210)")
    closed = world.call(
        "POST", "/sales_invoices", {"sales_invoice": world.invoice(world.line(ledger_account_id=bank))}
    )
    assert world.refused(closed) == (404, "RecordNotFound", "")
    nobody = world.call("POST", "/sales_invoices", {"sales_invoice": world.invoice(contact_id="f" * 32)})
    assert world.refused(nobody) == (404, "RecordNotFound", "")
    both = world.call(
        "POST",
        "/sales_invoices",
        {"sales_invoice": world.invoice(date=None, reference="9" * 26, currency_id="GBP")},
    ).json()
    assert [one["$source"] for one in both] == ["date", "reference"]
    euro = world.call("POST", "/sales_invoices", {"sales_invoice": world.invoice(currency_id="EUR")})
    assert world.refused(euro)[2] == "currency_id"


def test_a_contact_abroad_needs_zero_rates_and_the_kind_of_goods() -> None:
    world = World()
    contact = world.post(
        "/contacts",
        "contact",
        name="Berlin",
        contact_type_ids=["CUSTOMER"],
        main_address={"country_id": "DE"},
    )
    taxed = world.call("POST", "/sales_invoices", {"sales_invoice": world.invoice(contact_id=contact["id"])})
    assert "must be 'Zero Rated'" in taxed.text
    free = {"tax_rate_id": "GB_ZERO", "tax_amount": None, "eu_goods_services_type_id": "GOODS"}
    world.post(
        "/sales_invoices",
        "sales_invoice",
        **world.invoice(world.line(**free), contact_id=contact["id"], shipping_tax_rate_id="GB_ZERO"),
    )


def test_references_of_contacts_are_short_unique_and_stay_taken() -> None:
    world = World()
    made = world.post(
        "/contacts",
        "contact",
        name="Jane",
        reference="M17",
        contact_type_ids=["CUSTOMER"],
        email="j@example.com",
    )
    assert made["currency"]["id"] == "GBP"
    for reference in ("M17", "m17", "M1234567890"):
        answer = world.call(
            "POST",
            "/contacts",
            {"contact": {"name": "X", "reference": reference, "contact_type_ids": ["CUSTOMER"]}},
        )
        assert world.refused(answer)[2] == "reference"
    since = "2026-03-02T09:00:00Z"
    assert world.call("DELETE", f"/contacts/{made['id']}").status_code == 204
    assert [one["id"] for one in world.get("/contacts", deleted_since=since)["$items"]] == [made["id"]]
    taken = world.call(
        "POST", "/contacts", {"contact": {"name": "X", "reference": "M17", "contact_type_ids": ["CUSTOMER"]}}
    )
    assert world.refused(taken)[2] == "reference"


def test_a_repeat_is_the_first_answer_for_seven_days() -> None:
    world = World()
    body = world.invoice(idempotency_id=ID)
    first = world.call("POST", "/sales_invoices", {"sales_invoice": body})
    world.clock.advance(6 * 86400)
    second = world.call("POST", "/sales_invoices", {"sales_invoice": {**body, "notes": "other"}})
    assert (second.status_code, second.content) == (first.status_code, first.content)
    other = world.call("POST", "/contacts", {"contact": {"name": "X", "idempotency_id": ID}})
    assert world.refused(other)[1] == "IdempotencyResourceMismatch"
    world.clock.advance(86400)
    assert world.call("POST", "/sales_invoices", {"sales_invoice": body}).json()["id"] != first.json()["id"]


def test_reading_one_document_marks_it_as_sent_unless_it_is_said() -> None:
    world = World()
    made = world.post("/sales_invoices", "sales_invoice", **world.invoice())
    world.clock.advance(3600)
    kept = world.get(f"/sales_invoices/{made['id']}", mark_as_sent="false")
    assert (kept["sent"], kept["updated_at"]) == (False, made["updated_at"])
    world.get(f"/sales_invoices/{made['id']}")
    assert world.get(f"/sales_invoices/{made['id']}", mark_as_sent="false")["sent"] is True


def test_the_budget_is_shared_by_the_minute_and_by_the_day() -> None:
    world = World(per_minute=5, per_day=8)
    world.face.perform("other-app", {"calls": 3})
    assert [world.call("GET", "/contacts").status_code for _ in range(3)] == [200, 200, 429]
    assert world.call("GET", "/contacts").headers["retry-after"] == "60"
    world.clock.advance(60)
    assert [world.call("GET", "/contacts").status_code for _ in range(4)] == [200, 200, 200, 429]
    late = world.call("GET", "/contacts")
    assert int(late.headers["retry-after"]) == 14 * 3600 - 60, "until midnight"
    world.business = world.face.credentials.other_business_id
    assert world.call("GET", "/contacts").status_code == 200, "each business has its own"


def test_a_role_a_scope_and_a_subscription_may_be_missing() -> None:
    world = World(denied=frozenset({("contact_payments", "*")}))
    assert world.call("GET", "/contact_payments").status_code == 403
    world.token = world.face.sign_in_server.sign_in("sandbox-client", "readonly").access_token
    assert world.call("POST", "/contacts", {"contact": {}}).status_code == 403
    world.face.options.subscription = False
    ended = world.call("GET", "/contacts")
    assert (ended.status_code, ended.json()[0]["$message"]) == (401, "No active subscription. (MSE)")


def test_changes_are_asked_for_by_an_instant_with_its_zone() -> None:
    world = World()
    world.clock.set(datetime(2026, 3, 2, 12, 0, 0, 900_000, tzinfo=UTC))
    world.face.perform("item-change", {"item": "HUB-0007", "changes": {"weight": "2"}})
    for since in ("2026-03-02T12:00:00+00:00", "2026-03-02T12:00:00Z", "2026-03-02T13:00:00+01:00"):
        rows = world.get("/stock_items", updated_or_created_since=since, attributes="item_code")["$items"]
        assert [one["item_code"] for one in rows] == ["HUB-0007"]
    assert world.call("GET", "/stock_movements", updated_or_created_since=since).status_code == 400
    bare = world.client.get(
        "/v3.1/stock_items?updated_or_created_since=2026-03-02T12:00:00+00:00",
        headers={"Authorization": f"Bearer {world.token}"},
    )
    assert bare.status_code == 422, "a bare plus sign is a blank"
