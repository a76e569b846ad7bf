"""A long past costs no page anything: counted in the database's own steps on SQLite, by plans on PostgreSQL.

Steps of SQLite's machine are the same on every machine; a page that walks past finished orders takes more of them
with every order that is finished.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integration.console.pages.browsing import Browsing
from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import CONNECTION
from integration.ledger.conftest import postgresql as postgresql
from tidegate.bench.past import double
from tidegate.console.roles import Role
from tidegate.engine import figures, reports
from tidegate.ledger import database, depths, models

UNMAPPED = "banktransfer"
#: Steps in one portion that SQLite tells of, and how much more a page may take with eight times the orders.
PORTION, ALLOWED = 20, 1.25
HISTORY = ("delivery", "source", "attempt", "event", "link", "batch", "bookinvoice", "bookentry")


def at_work(browsing: Browsing) -> list[str]:
    """Eight finished orders, two that wait; the addresses of every page, and of searches for what is there."""
    stage = browsing.stage
    stage.shopper.place_orders(8, "guest", method="checkmo")
    stage.cycle()
    stage.cycle("order-status")
    stage.reopen(payments={"checkmo": stage.connection.settings.payments["*"]})
    browsing.__post_init__()
    browsing.sign_in("anna", Role.ADMINISTRATOR)
    first = stage.shop.orders.all()[0]
    item = stage.delivery(first.entity_id)
    found = (
        item.label,
        item.target_number,
        item.key,
        str(first.entity_id),
        "nothing-like-it",
        "unmapped-payment",
    )
    return [
        *("/", "/tide", "/queue", "/queue/rows", "/queue/plot", "/reviews", "/mappings", "/cycles", "/items"),
        *(
            "/drift",
            "/parcels",
            "/connections",
            f"/connections/{CONNECTION}",
            "/months",
            "/digest",
            "/alerts",
        ),
        *("/audit", "/users", f"/delivery/{item.id}", "/health"),
        *(f"/queue?{each}" for each in ("state=confirmed", "code=unmapped-payment", "age=1h", "flow=orders")),
        "/queue?flow=shipments&state=confirmed",
        "/queue?code=unmapped-payment&state=confirmed&state=held",
        "/cycles?flow=shipments",
        "/cycles?flow=order-status",
        *(f"/search?q={each}" for each in found),
    ]


def waiting(browsing: Browsing) -> None:
    """Two orders that wait for a mapping, two days behind all the finished ones; and the hub has looked."""
    browsing.stage.pass_time(timedelta(days=2))
    browsing.stage.shopper.place_orders(2, "guest", method=UNMAPPED)
    browsing.stage.cycle()
    looked_at(browsing)


def looked_at(browsing: Browsing) -> None:
    """The running hub has counted and sampled; the database knows what lies where."""
    for _ in range(2):
        figures.look(browsing.stage.hub)
        browsing.stage.pass_time(depths.EVERY)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def follow(browsing: Browsing, address: str) -> None:
    """The page, and where it leads to."""
    answer = browsing.client.get(address, follow=True)
    assert answer.status_code in (200, 401, 403, 503), (address, answer.status_code)


def test_no_page_takes_longer_with_a_longer_past(browsing: Browsing) -> None:
    addresses = at_work(browsing)
    for _ in range(4):
        double()
    waiting(browsing)
    before = {address: steps(browsing, address) for address in addresses}
    for _ in range(3):
        double()
    looked_at(browsing)
    assert models.Source.objects.count() > 1000
    after = {address: steps(browsing, address) for address in addresses}
    slower = {
        address: (
            before[address].total(),
            after[address].total(),
            (after[address] - before[address]).most_common(2),
        )
        for address in addresses
        if after[address].total() > before[address].total() * ALLOWED + 100
    }
    assert not slower, slower
    (told,) = reports.status(browsing.stage.hub.configuration, browsing.stage.now)["connections"].values()
    assert told["flows"]["orders"]["account"]["unexplained"] == 0
    assert told["flows"]["orders"]["account"]["confirmed"] > 1000


def steps(browsing: Browsing, address: str) -> Counter[str]:
    """Portions of steps that the database takes for a page, by statement, once everything that is remembered is."""
    follow(browsing, address)
    counted: Counter[str] = Counter()
    statement = ""

    def begin(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        nonlocal statement
        statement = sql
        return execute(sql, *rest)

    def count() -> int:
        counted[statement] += 1
        return 0

    connection.ensure_connection()
    connection.connection.set_progress_handler(count, PORTION)
    try:
        with connection.execute_wrapper(begin):
            follow(browsing, address)
    finally:
        connection.connection.set_progress_handler(None, 0)
    return counted


@pytest.fixture
def on_postgresql(postgresql: str) -> Iterator[Browsing]:
    """The same hub with its ledger in PostgreSQL."""
    database.open_ledger(postgresql, durability="off")
    database.ensure_ready()
    stage = MemoryStage(build_shop(postgresql))
    yield Browsing(stage, Client())
    with connection.cursor() as cursor:
        cursor.execute("RESET enable_seqscan")
        tables = [table for table in connection.introspection.table_names() if table != "django_migrations"]
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
    stage.hub.close()
    database.close()


def test_every_question_of_a_page_has_an_index_in_postgresql(on_postgresql: Browsing) -> None:
    addresses = at_work(on_postgresql)
    for _ in range(4):
        double()
    waiting(on_postgresql)
    walked: dict[str, Any] = {}
    for address in addresses:
        with CaptureQueriesContext(connection) as captured:
            follow(on_postgresql, address)
        for query in captured.captured_queries:
            for line in plan(str(query["sql"])):
                if re.search(rf"Seq Scan on tidegate_({'|'.join(HISTORY)})\b", line):
                    walked[address] = (query["sql"], line)
    assert not walked, walked


def plan(sql: str) -> list[str]:
    """How PostgreSQL answers a question when it uses indexes wherever there are any; none for what is no question."""
    if not sql.startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            cursor.execute("EXPLAIN " + sql.replace("%", "%%"), ())
            return [str(row[0]) for row in cursor.fetchall()]
        finally:
            cursor.execute("RESET enable_seqscan")
