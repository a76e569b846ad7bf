"""Every answer of the simulated API is one that the vendor's Swagger describes."""

from __future__ import annotations

from integration.sandbox.business_cloud.business_world import World

LISTS = (
    *("contacts", "stock_items", "products", "services", "product_sales_price_types", "stock_movements"),
    *("sales_invoices", "sales_quotes", "sales_credit_notes", "contact_payments", "contact_allocations"),
    *(
        "unallocated_artefacts",
        "ledger_accounts",
        "ledger_entries",
        "transactions",
        "tax_rates",
        "bank_accounts",
    ),
    *("payment_methods", "transaction_types", "artefact_statuses", "contact_types", "address_types"),
    *("countries", "currencies", "catalog_item_types", "ledger_account_types"),
)


def test_every_list_and_every_record_is_as_the_vendor_describes_it() -> None:
    world = World(drafts_numbered=True, per_minute=1000)
    world.post("/sales_invoices", "sales_invoice", **world.invoice(status_id="DRAFT"))
    paid = world.post("/sales_invoices", "sales_invoice", **world.invoice())
    quote = world.invoice(expiry_date="2026-04-02")
    quote["quote_lines"] = quote.pop("invoice_lines")
    made = world.post("/sales_quotes", "sales_quote", **quote)
    world.face.perform("convert", {"document": made["displayed_as"]})
    credit = world.invoice(original_invoice_date="2026-03-02")
    credit["credit_note_lines"] = credit.pop("invoice_lines")
    own = world.post("/sales_credit_notes", "sales_credit_note", **credit)
    payment = world.post(
        "/contact_payments",
        "contact_payment",
        transaction_type_id="CUSTOMER_RECEIPT",
        contact_id=paid["contact"]["id"],
        bank_account_id=world.id("/bank_accounts", "(1210)"),
        date="2026-03-02",
        total_amount="10.00",
        payment_method_id="CREDIT_DEBIT",
        allocated_artefacts=[{"artefact_id": paid["id"], "amount": 4}],
    )
    world.post(
        "/contact_allocations",
        "contact_allocation",
        transaction_type_id="CUSTOMER_ALLOCATION",
        contact_id=paid["contact"]["id"],
        date="2026-03-02",
        allocated_artefacts=[
            {"artefact_id": paid["id"], "amount": "6.00"},
            {"artefact_id": payment["payment_on_account"]["id"], "amount": "-6.00"},
        ],
    )
    for path in LISTS:
        bare = world.get(f"/{path}")["$items"]
        assert bare, path
        assert all(row.keys() == {"id", "displayed_as", "$path"} for row in bare)
        rows = world.get(f"/{path}", attributes="all", items_per_page="200")["$items"]
        for row in rows[:3]:
            whole = world.get(f"/{path}/{row['id']}")
            assert row.keys() <= whole.keys()

    assert (
        world.call("DELETE", f"/sales_credit_notes/{own['id']}", void_reason="A mistake").status_code == 200
    )
    assert {("GET", f"/{path}/{{key}}") for path in LISTS} <= world.checked


def test_businesses_are_reported_without_pages_and_whichever_is_named() -> None:
    world = World()
    world.business = "no-such-business"
    rows = world.get("/businesses")

    assert [one["id"] for one in rows["$items"]] == [
        world.face.credentials.business_id,
        world.face.credentials.other_business_id,
    ]
    assert "$itemsPerPage" not in rows
    assert world.get(f"/businesses/{rows['$items'][1]['id']}")["country"]["id"] == "IE"
    assert world.call("GET", "/businesses/lead").json()["id"] == rows["$items"][0]["id"]
    assert world.get("/user")["email"]
    assert world.call("GET", "/contacts").status_code == 404
