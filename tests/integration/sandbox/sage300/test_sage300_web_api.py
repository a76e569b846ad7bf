"""The simulated Web API, called as the contract's pages describe it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.sage300 import build, demo_company

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ROOT = "https://sage.example/Sage300WebApi/v1.0/-/SAMLTD"


class World:
    """A company, and a client that knows the contract and nothing else."""

    def __init__(self, **options: Any) -> None:
        self.clock = SandboxClock.virtual(START)
        self.erp = demo_company(self.clock, items=12, timezone="UTC")
        self.face, wire = build(self.clock, FaultPlan(), self.erp, **options)
        known = self.face.credentials
        self.client = httpx.Client(
            transport=InProcessTransport(wire),
            auth=(known.user, known.password),
            headers={"Content-Type": "application/json"},
        )

    def get(self, path: str, **query: str) -> httpx.Response:
        return self.client.get(f"{ROOT}/{path}", params={f"${name}": value for name, value in query.items()})

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.client.post(f"{ROOT}/{path}", content=json.dumps(body))

    def order(self, *lines: dict[str, Any], **header: Any) -> httpx.Response:
        chosen = list(lines) or [{"LineType": "Item", "Item": "HUB-0001", "QuantityOrdered": 2}]
        body = {
            "CustomerNumber": "1200",
            "OrderReference": "magento:main:1",
            **header,
            "OrderDetails": chosen,
        }
        return self.post("OE/OEOrders", body)


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_who_may_come_in() -> None:
    world = World(denied=frozenset({("IC", "*")}))
    bare = world.client.get(f"{ROOT}/AR/ARCustomers", headers={"Content-Type": ""})
    admin = world.client.get(f"{ROOT}/AR/ARCustomers", auth=("ADMIN", "admin"))
    stranger = world.client.get(f"{ROOT}/AR/ARCustomers", auth=("WEBAPI", "wrong"))

    assert bare.status_code == 500, "Content-Type is wanted on reads, too (C)"
    assert code_of(admin) == (403, "Forbidden")
    assert code_of(stranger) == (401, "Unauthorized")
    assert code_of(world.get("IC/ICItems")) == (403, "Forbidden"), "a right for each module"
    assert code_of(world.get("AR/Nothing")) == (404, "ResourceNotFound")
    assert code_of(world.get("AR/ARCustomers('NOBODY')")) == (404, "RecordNotFound")
    assert world.get("AR/ARCustomers('1200')").json()["CustomerName"] == "Ronald Black"


def test_verbs_are_those_of_the_vendors_list() -> None:
    world = World()
    made = world.order().json()
    there = f"{ROOT}/OE/OEOrders({made['OrderUniquifier']})"

    assert code_of(world.client.patch(there, content="{}")) == (405, "MethodNotAllowed")
    assert code_of(world.client.delete(there)) == (405, "MethodNotAllowed")
    assert code_of(world.post("OE/OEInvoices", {})) == (405, "MethodNotAllowed")
    assert code_of(world.post("OE/OEOrders(1)", {})) == (400, "InvalidAction")
    assert world.post("IC/ICDayEndProcessing('$process')", {"ClearHistory": False}).status_code == 204
    assert world.face.database.asked_for_day_end == ["the Web API"]


def test_the_sequence_of_properties_changes_the_result() -> None:
    world = World()
    item = {"LineType": "Item", "Item": "HUB-0001", "QuantityOrdered": 1}
    after = world.order({**item, "PriceOverride": True, "PricingUnitPrice": 5}).json()
    before = world.order({**item, "PricingUnitPrice": 5, "PriceOverride": True}).json()
    middle = world.order({**item, "OrderUnitPrice": 9, "PriceOverride": True, "PricingUnitPrice": 5}).json()

    prices = [one["OrderDetails"][0]["PricingUnitPrice"] for one in (after, before, middle)]
    assert prices == [5, 10.37, 5], "a price before its override is overwritten by the list's"
    terms = world.post(
        "OE/OEOrders", {"TermsCode": "COD", "CustomerNumber": "1200", "OrderDetails": [item]}
    ).json()
    assert terms["TermsCode"] == "N30", "the customer fills it in"


def test_what_is_refused_and_how() -> None:
    world = World()
    unknown = world.order({"LineType": "Item", "Item": "NOTHING", "QuantityOrdered": 1})
    assert code_of(unknown) == (409, "FieldInvalid"), "409 never means that the order exists"
    assert "does not exist" in unknown.json()["error"]["message"]["value"]
    assert code_of(world.order(Colour="red")) == (400, "InvalidPayload")
    assert code_of(world.order(CustomerNumber="NOBODY")) == (409, "FieldInvalid")
    assert world.order(OrderNumber="WEB1").status_code == 201
    assert code_of(world.order(OrderNumber="WEB1")) == (409, "RecordDuplicate")
    world.erp.set_period(START.date(), is_open=False)
    late = world.order()
    assert code_of(late) == (409, "FieldInvalid")
    assert "fiscal period" in late.json()["error"]["message"]["value"]
    world.erp.window.lock("backup")
    assert code_of(world.order()) == (503, "DBLinkError")


def test_a_zone_of_the_server_moves_midnight_and_leaves_noon() -> None:
    world = World(server_zone="America/Los_Angeles")
    days = [
        world.order(OrderDate=text).json()["OrderDate"][:10]
        for text in ("2026-03-02T00:00:00Z", "2026-03-02T12:00:00Z", "2026-03-02")
    ]

    assert days == ["2026-03-01", "2026-03-02", "2026-03-02"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("OrderReference eq 'it''s'", ""),
        ("startswith(OrderReference,'magento:') and OrderUniquifier gt 5 or OrderNumber eq 'X'", ""),
        ("substringof('gent',OrderReference)", ""),
        ("OrderTotal gt 99.99m", ""),
        ("OrderDate gt 2026-03-01T00:00:00Z", ""),
        ("OrderDate gt datetime'2026-03-01T00:00'", ""),
        ("(OrderNumber eq 'X')", "InvalidParameters"),
        ("not OrderNumber eq 'X'", "InvalidParameters"),
        ("contains(OrderNumber,'X')", "InvalidParameters"),
        ("Colour eq 'red'", "InvalidParameters"),
        ("OrderDetails eq 'x'", "InvalidParameters"),
        ("OrderNumber eq", "InvalidParameters"),
        ("OrderTotal gt 'many'", "InvalidParameters"),
    ],
)
def test_filters_as_the_vendor_lists_them(text: str, code: str) -> None:
    world = World()
    world.order()
    answer = world.get("OE/OEOrders", filter=text)

    assert (code_of(answer)[1] if answer.status_code != 200 else "") == code


def test_pages_and_their_links() -> None:
    world = World(page_size=5)
    first = world.get("IC/ICItems", count="true").json()
    second = world.client.get(first["@odata.nextLink"]).json()
    third = world.client.get(second["@odata.nextLink"]).json()
    numbers = [row["ItemNumber"] for page in (first, second, third) for row in page["value"]]

    assert first["@odata.count"] == len(numbers) == 14
    assert "@odata.nextLink" not in third
    assert code_of(world.get("IC/ICItems", top="0")) == (400, "InvalidParameters")
    assert code_of(world.get("IC/ICItems", expand="x")) == (400, "InvalidParameters")


def test_stock_on_hand_does_not_fall_before_the_day_end() -> None:
    world = World(day_end="by_people")
    item = {"LineType": "Item", "Item": "HUB-0001", "QuantityOrdered": 3}
    number = world.order(item).json()["OrderNumber"]

    def row() -> dict[str, Any]:
        found = world.get("IC/ICItemLocations", filter="ItemNumber eq 'HUB0001' and Location eq '1'")
        return dict(found.json()["value"][0])

    before = row()
    world.face.perform("despatch", {"order": number})
    world.face.perform("invoice-run", {})
    shipped = row()
    assert world.get("AR/ARPostedDocuments").json()["value"] == [], "an invoice is in A/R after day end"
    world.face.perform("day-end", {})
    costed = row()

    assert before["QuantityCommitted"] == 3
    assert shipped["QuantityonHand"] == before["QuantityonHand"], "as costed: it falls at night"
    assert (shipped["QuantityShippedNotCosted"], shipped["QuantityCommitted"]) == (3, 0)
    assert costed["QuantityonHand"] == before["QuantityonHand"] - 3
    assert costed["QuantityShippedNotCosted"] == 0
    assert [one["DocumentType"] for one in world.get("AR/ARPostedDocuments").json()["value"]] == ["Invoice"]


def test_a_repeated_patch_of_a_batch_adds_its_line_twice() -> None:
    world = World(posts_receipts=False)
    entry = {
        "CustomerNumber": "1200",
        "CheckReceiptNumber": "PAY-1",
        "CustomerReceiptAmount": 10,
        "ReceiptTransactionType": "Prepayment",
    }
    made = world.post(
        "AR/ARReceiptAndAdjustmentBatches",
        {"BatchRecordType": "CA", "BankCode": "CARD", "ReceiptsAdjustments": [entry]},
    ).json()
    there = f"{ROOT}/AR/ARReceiptAndAdjustmentBatches(BatchNumber={made['BatchNumber']},BatchRecordType='CA')"
    for _ in range(2):
        body = json.dumps({"ReceiptsAdjustments": [{**entry, "CheckReceiptNumber": "PAY-2"}]})
        assert world.client.patch(there, content=body).status_code == 204

    numbers = [one["CheckReceiptNumber"] for one in world.client.get(there).json()["ReceiptsAdjustments"]]
    assert numbers == ["PAY-1", "PAY-2", "PAY-2"], "no operation and no key: a new line (C)"


def test_seats_are_counted_with_other_peoples() -> None:
    world = World(lanpaks=3, others=3)
    assert code_of(world.get("OE/OEOrders")) == (503, "SessionError")
    world.face.options.others = 2
    assert world.get("OE/OEOrders").status_code == 200
    other = world.client.get(f"{ROOT.replace('SAMLTD', 'SAMINC')}/OE/OEOrders")
    assert code_of(other) == (503, "SessionError"), "a user takes a seat in each company"
    world.clock.advance(301)
    assert world.client.get(other.request.url).status_code == 200, "it is free after five minutes"
    assert world.face.api.seats.peak == 1


def test_the_first_call_after_idle_minutes_is_slow() -> None:
    world = World(cold_seconds=8.0)
    before = world.clock.now()
    world.get("OE/OEOrders")
    world.get("OE/OEOrders")
    assert (world.clock.now() - before).total_seconds() == 8
    world.clock.advance(21 * 60)
    world.get("OE/OEOrders")
    assert (world.clock.now() - before).total_seconds() == 21 * 60 + 16


def test_quantities_have_four_decimals_and_amounts_are_numbers() -> None:
    world = World()
    line = {"LineType": "Item", "Item": "HUB-0001", "QuantityOrdered": 1.2345}
    text = world.order(line).text

    assert '"OriginalQuantityOrdered":1.2345' in text
    assert Decimal(json.loads(text, parse_float=Decimal)["OrderTotal"]) == Decimal("15.36")
