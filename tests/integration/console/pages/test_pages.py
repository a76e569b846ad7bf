"""What the pages show and do, without a browser: what is found, why it waits, what becomes of an action."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from integration.console.pages.browsing import Browsing
from integration.flows.stage import CONNECTION
from tidegate.console.models import Change
from tidegate.console.roles import Role
from tidegate.domain.books.month import Month
from tidegate.domain.states import State
from tidegate.engine import month_end, schedule, waiting
from tidegate.ledger import customers, mappings, models, queue
from tidegate.ledger.customers import KnownCustomer
from tidegate.ledger.database import transaction

PAGES = (
    "/",
    "/tide",
    "/queue",
    "/queue/rows",
    "/reviews",
    "/mappings",
    "/cycles",
    "/items",
    "/queue/plot",
    "/drift",
    "/parcels",
    "/connections",
    f"/connections/{CONNECTION}",
    "/months",
    "/months/sage/2026-02",
    "/digest",
    "/alerts",
    "/audit",
    "/users",
    "/account",
    "/search",
    "/search?q=nothing-like-it",
)
UNMAPPED = "banktransfer"


@pytest.fixture
def held(browsing: Browsing) -> Browsing:
    """Three orders: one in Sage, two held for a payment method that nobody has mapped."""
    stage = browsing.stage
    stage.shopper.place_orders(1, "guest", method="checkmo")
    stage.shopper.place_orders(2, "guest", method=UNMAPPED)
    stage.reopen(payments={"checkmo": stage.connection.settings.payments["*"]})
    browsing.__post_init__()
    stage.cycle()
    return browsing


def numbers(browsing: Browsing) -> list[str]:
    return [str(order.row["increment_id"]) for order in browsing.stage.shop.orders.all()]


def buyer(browsing: Browsing) -> str:
    """Whose order the first one that waits is."""
    step = browsing.stage.delivery(browsing.stage.shop.orders.all()[1].entity_id)
    item = queue.get(step.id)
    found = waiting.customer(item.document) if item else ""
    assert found
    return str(escape(found))


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_there_for_an_empty_hub(browsing: Browsing, address: str) -> None:
    browsing.sign_in()
    text = browsing.page(address)
    assert len(text) < 200_000
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    assert "style=" not in text


@pytest.mark.parametrize("role", list(Role))
def test_every_page_is_there_for_a_hub_at_work(held: Browsing, role: Role) -> None:
    held.sign_in("anna", role)
    for address in PAGES:
        text = held.page(address, 404 if address == "/users" and role is not Role.ADMINISTRATOR else 200)
        assert len(text) < 60_000


def test_an_order_is_found_by_its_number_and_shown_in_full(held: Browsing) -> None:
    held.sign_in()
    there, waits, _ = numbers(held)
    answer = held.client.get(f"/search?q={there}")
    assert answer.status_code == 302
    text = held.page(answer["Location"])
    assert "none, to the cent" in text
    assert "Sage order" in text
    assert "Retry" not in text
    text = held.page(held.client.get(f"/search?q={waits}")["Location"])
    assert f"waits for payment:{UNMAPPED}" in text
    assert "Release…" in text


def test_an_order_is_found_by_the_number_in_sage_and_by_the_stored_key(held: Browsing) -> None:
    held.sign_in()
    there = held.stage.shop.orders.all()[0]
    item = held.stage.delivery(there.entity_id)
    for name in (item.target_number, item.key, item.key.removesuffix("/order"), str(there.entity_id)):
        assert "/order/" in held.client.get(f"/search?q={name}")["Location"], name


def test_a_cycle_is_found_by_its_number(held: Browsing) -> None:
    held.sign_in()
    run = models.Batch.objects.latest("pk").pk
    for words in (f"cycle {run}", f"Batch #{run}"):
        assert held.client.get("/search", {"q": words})["Location"] == f"/cycles/{run}"


def test_a_viewer_sees_no_person_and_no_button(held: Browsing) -> None:
    held.sign_in("vera", Role.VIEWER)
    _, waits, _ = numbers(held)
    surname = buyer(held)
    for address in ("/queue", held.client.get(f"/search?q={waits}")["Location"]):
        text = held.page(address)
        assert waits in text
        assert surname not in text
        assert 'action="/act/preview"' not in text or address == "/queue"
        assert "Retry…" not in text
    held.post("/act/preview", 404, act="retry", id="1")
    held.post("/mappings/change", 404, connection=CONNECTION, kind="payments", name="x")


def test_an_operator_sees_whose_order_it_is(held: Browsing) -> None:
    held.sign_in("otto", Role.OPERATOR)
    assert buyer(held) in held.page("/queue")


def test_a_mapping_lets_its_orders_go(held: Browsing) -> None:
    held.sign_in()
    text = held.page("/reviews")
    assert "2 × unmapped payment" in text
    text = held.post(
        "/mappings/change",
        **{
            "connection": CONNECTION,
            "kind": "payments",
            "name": UNMAPPED,
            "field-account": "1200",
            "go": "yes",
        },
    )
    assert "is mapped" in text
    (due,) = [
        each for each in schedule.planned(held.stage.hub, held.stage.connection) if each.flow == "orders"
    ]
    assert due.at == held.stage.now
    held.stage.cycle(after=timedelta(0))
    assert held.stage.states(order.entity_id for order in held.stage.shop.orders.all()) == {State.CONFIRMED}
    assert "No delivery needs a person" in held.page("/reviews")
    (change,) = Change.objects.filter(act="mapping changed")
    assert (change.actor, change.after) == ("anna", "account 1200")


def test_a_mapping_is_kept_for_the_next_process(held: Browsing) -> None:
    held.sign_in()
    held.post(
        "/mappings/change",
        **{"connection": CONNECTION, "kind": "skus", "name": "HUB-1", "field-code": "HUB1"},
    )
    held.stage.hub.close()
    held.stage.hub = held.stage.world.open_hub()
    assert held.stage.connection.settings.skus["HUB-1"] == "HUB1"


def test_a_mapping_that_the_configuration_refuses_is_refused(held: Browsing) -> None:
    held.sign_in()
    form = {"connection": CONNECTION, "kind": "payments", "name": "x", "field-account": ""}
    assert "was not changed" in held.post("/mappings/change", **form)
    assert not Change.objects.filter(act="mapping changed").exists()


def test_mappings_go_out_and_come_in_as_csv(held: Browsing) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    held.sign_in()
    text = held.page(f"/mappings/{CONNECTION}/payments.csv")
    assert text.startswith("name,account,terms,prepaid")
    file = SimpleUploadedFile("p.csv", (text + f"{UNMAPPED},1250,,yes\n'=1+1,1200,,no\n").encode())
    answer = held.post(f"/mappings/{CONNECTION}/payments/upload", file=file)
    assert "2 entries were set" in answer
    assert held.stage.connection.settings.payments[UNMAPPED].prepaid
    assert "'=1+1" in held.page(f"/mappings/{CONNECTION}/payments.csv")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (f"{UNMAPPED},1250,,yes\nother,,,yes\n".encode(), "Nothing was changed: other: "),
        (
            f"{UNMAPPED},1250,,yes\n\xe4,1,,no\n".encode("latin-1"),
            "Nothing was changed: save the file as CSV in UTF-8",
        ),
        (f'{UNMAPPED},1250,,yes\n"{"x" * 200_000}",1,,no\n'.encode(), "Nothing was changed: this is no CSV"),
    ],
)
def test_of_a_table_with_a_wrong_line_nothing_is_taken(held: Browsing, more: bytes, said: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    held.sign_in()
    before = held.stage.connection.settings
    text = held.page(f"/mappings/{CONNECTION}/payments.csv").encode()
    file = SimpleUploadedFile("p.csv", text + more)
    assert said in held.post(f"/mappings/{CONNECTION}/payments/upload", file=file)
    assert held.stage.connection.settings == before
    assert not Change.objects.filter(act="mapping changed").exists()
    assert mappings.in_force(CONNECTION) == {}


def test_a_bulk_action_is_shown_confirmed_and_written_down(held: Browsing) -> None:
    held.sign_in()
    form = re.search(r'name="upto" value="(\d+)"', held.page("/reviews"))
    assert form is not None
    chosen = {
        "connection": CONNECTION,
        "flow": "orders",
        "state": "held",
        "code": "unmapped-payment",
        "upto": form[1],
    }
    held.stage.shopper.place_orders(1, "guest", method=UNMAPPED)
    held.stage.cycle()  # one more, after somebody looked
    text = held.post("/act/preview", 200, act="skip", back="/reviews", **chosen)
    assert "Skip 2 deliveries?" in text
    assert "needs a reason" in held.post("/act/do", 200, act="skip", back="/reviews", **chosen)
    text = held.post("/act/do", 200, act="skip", back="/reviews", reason="test orders", **chosen)
    assert "2 done" in text
    states = [held.stage.state(order.entity_id) for order in held.stage.shop.orders.all()]
    assert states == [State.CONFIRMED, State.SKIPPED, State.SKIPPED, State.HELD]
    assert (
        Change.objects.filter(act="skip", before="held", after="skipped", reason="test orders").count() == 2
    )
    assert "test orders" in held.page("/audit")


def test_what_cannot_be_done_is_left_with_the_reason(held: Browsing) -> None:
    held.sign_in()
    there = held.stage.delivery(held.stage.shop.orders.all()[0].entity_id)
    text = held.post("/act/do", 200, act="cancel", id=str(there.id), reason="too late")
    assert "1 refused" in text
    assert "it has arrived" in text
    assert not Change.objects.exists() or not Change.objects.filter(act="cancel").exists()


def test_a_halt_is_made_found_and_lifted(held: Browsing) -> None:
    held.sign_in()
    assert "Give the reason" in held.post(f"/connections/{CONNECTION}/halt")
    assert "nothing is sent until the halt is lifted" in held.post(
        f"/connections/{CONNECTION}/halt", reason="stock-taking"
    )
    assert "stock-taking" in held.page("/")
    assert "The halt is lifted" in held.post(f"/connections/{CONNECTION}/lift", reason="done")
    assert list(Change.objects.values_list("act", flat=True).order_by("id"))[-2:] == ["halted", "lifted"]


def test_a_filter_stands_in_the_address_and_pages_by_keys(held: Browsing) -> None:
    held.sign_in()
    text = held.page("/queue?state=held&code=unmapped-payment&age=1h")
    assert "matches this filter" in text
    assert "<option selected>held</option>" in text
    assert numbers(held)[1] in held.page("/queue?state=held&code=unmapped-payment")


def test_an_action_leads_back_to_our_pages_alone(held: Browsing) -> None:
    held.sign_in()
    text = held.post("/act/preview", 200, act="retry", id="1", back="//evil.example")
    assert "evil" not in text


def test_pages_cost_the_same_with_many_orders(held: Browsing) -> None:
    """By statements and plans: none grows with the number of rows, none walks the history."""
    held.sign_in()

    def statements(address: str) -> int:
        held.page(address)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            held.page(address)
        for query in captured.captured_queries:
            plan = [] if str(query["sql"]).endswith("DESC LIMIT 1") else explained(str(query["sql"]))
            scans = [
                line
                for line in plan
                if re.search(
                    r"SCAN (tidegate_(delivery|attempt|event|source|link|book\w*))\b(?! USING)", line
                )
            ]
            assert not scans, (address, query["sql"], scans)
        return len(captured)

    before = {address: statements(address) for address in PAGES if address != "/account"}
    held.stage.shopper.place_orders(12, "guest", method=UNMAPPED)
    held.stage.cycle()
    after = {address: statements(address) for address in before}
    assert after == before


def explained(sql: str) -> list[str]:
    """The plan of a statement, line by line; none for what is no question."""
    if not sql.startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}".replace("%", "%%"))
        return [str(row[3]) for row in cursor.fetchall()]


def test_a_month_is_run_signed_and_carried_away(held: Browsing) -> None:
    held.sign_in("fiona", Role.FINANCE)
    month_end.run(held.stage.hub, "sage", Month.of("2026-02"))
    text = held.page("/months/sage/2026-02")
    assert "Nobody has signed this month" in text
    state = month_end.shown("sage", "2026-02")
    assert state is not None
    text = held.post("/months/sage/2026-02/sign", note="a quiet month")
    assert ("Signed by <strong>fiona</strong>" in text) is (state["state"] != "not compared")
    assert held.client.get("/months/sage/2026-02.csv")["Content-Type"].startswith("text/csv")
    assert held.client.get("/months/sage/2026-02.xlsx").content[:2] == b"PK"
    held.page("/months/other/2026-02", 404)
    held.page("/months/sage/nonsense", 404)


def test_a_month_that_is_being_compared_says_so(held: Browsing, monkeypatch: pytest.MonkeyPatch) -> None:
    held.sign_in("fiona", Role.FINANCE)
    compared = threading.Event()
    monkeypatch.setattr(month_end, "run", lambda hub, company, period: compared.wait(60))
    held.post("/months/run", company="sage", period="2026-02")
    assert "The comparison is running" in held.page("/months/sage/2026-02")
    compared.set()
    for thread in threading.enumerate():
        if thread.name == "month-end":
            thread.join()
    assert "The comparison is running" not in held.page("/months/sage/2026-02")


def test_nobody_but_finance_closes_a_month(held: Browsing) -> None:
    held.sign_in("otto", Role.OPERATOR)
    held.post("/months/run", 404, company="sage", period="2026-02")
    held.post("/months/sage/2026-02/sign", 404)


def test_the_tide_table_has_the_account_of_each_flow(held: Browsing) -> None:
    held.stage.cycle("order-status")
    held.sign_in()
    table = held.page("/").partition("The tally of each flow")[2].partition("</table>")[0]
    rows = re.findall(r"(?s)<tr>(.*?)</tr>", table.partition("<tbody>")[2])
    read = {}
    for row in rows:
        flow = re.search(r"flow=([a-z-]+)", row)
        assert flow is not None
        first, *places = [int(each or 0) for each in re.findall(r'<td class="num">(\d*)</td>', row)]
        read[flow[1]] = first
        assert first == sum(places)
        assert "yes" in row
    assert read == {"orders": 3, "order-status": 2}


def test_a_customer_is_found_by_account_and_by_e_mail(browsing: Browsing) -> None:
    stage = browsing.stage
    with transaction("a customer"):
        known = KnownCustomer(CONNECTION, "base", "ann@example.com", "ANN01", "", "created")
        customers.save([known], stage.now)
    browsing.sign_in()
    for name in ("ANN01", "Ann@example.com"):
        text = browsing.page(f"/search?q={name}")
        assert "account ANN01" in text
        assert "ann@example.com" in text
    browsing.sign_in("vera", Role.VIEWER)
    assert "account ANN01" not in browsing.page("/search?q=ANN01")


def test_an_id_or_a_month_beyond_every_end_is_no_page(browsing: Browsing) -> None:
    browsing.sign_in()
    for number in ("9223372036854775808", "9" * 40):
        for page in ("order", "delivery", "cycles", "attempts"):
            browsing.page(f"/{page}/{number}", 404)
    for period in ("9999-12", "0001-01", "2026-01-01..9999-12-31"):
        browsing.page(f"/months/sage/{period}", 404)
        browsing.post("/months/run", 404, company="sage", period=period)


def test_a_connection_that_is_not_there_cannot_be_halted(browsing: Browsing) -> None:
    browsing.sign_in()
    browsing.post("/connections/nowhere/halt", 404, reason="stocktaking")
    assert not models.Halt.objects.exists()
