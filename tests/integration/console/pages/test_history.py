"""A long past costs no page anything: counted in the database's own steps on SQLite, by plans on PostgreSQL.

Steps of SQLite's machine are the same on every machine; a page that walks past finished orders takes more of them
with every order that is finished.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from werkzeug.test import Client as Caller

from integration.console.pages.browsing import Browsing
from integration.console.pages.every_route import (
    EXEMPT,
    HUBS_TOKEN,
    MONTH,
    UNMAPPED,
    Ask,
    asks,
    routes,
    send,
)
from integration.flows.in_memory import MemoryStage, build_shop
from integration.ledger.conftest import postgresql as postgresql
from tidegate.bench.past import double
from tidegate.config.api import Portal
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.console.roles import Role
from tidegate.console.server import application
from tidegate.domain.books.month import Month
from tidegate.engine import figures, month_end, reports
from tidegate.engine.price_answers import PriceDesk
from tidegate.ledger import database, depths, models

#: Steps in one portion that SQLite tells of, and how much more a page may take with four times the orders.
PORTION, ALLOWED = 20, 1.25
HISTORY = ("delivery", "source", "attempt", "event", "link", "batch", "bookinvoice", "bookentry")


def at_work(browsing: Browsing) -> None:
    """Eight finished orders, and a hub in which nothing is configured for `UNMAPPED`."""
    stage = browsing.stage
    stage.shopper.place_orders(8, "guest", method="checkmo")
    stage.cycle()
    stage.cycle("order-status")
    stage.reopen(
        payments={"checkmo": stage.connection.settings.payments["*"]},
        prices=Prices(),
        portal=Portal(enabled=True),
        flows={name: Flow(every="15m") for name in ("orders", "order-status", "inventory", "prices")},
    )
    stage.cycle("inventory")
    stage.cycle("prices")
    stage.hub.api_token = HUBS_TOKEN
    browsing.__post_init__()
    browsing.sign_in("anna", Role.ADMINISTRATOR)
    month_end.run(stage.hub, "sage", Month.of(MONTH))


@contextmanager
def door(browsing: Browsing) -> Iterator[Caller]:
    """Somebody before `[api] listen`."""
    desk = PriceDesk(browsing.stage.hub)
    django = application(browsing.stage.hub, desk)

    def served(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """The connection that is looked at stays open, as with Django's own client."""
        signals = (request_started, request_finished)
        for each in signals:
            each.disconnect(close_old_connections)
        try:
            answer = django(environ, start_response)
            body = list(answer)
            answer.close() if hasattr(answer, "close") else None
        finally:
            for each in signals:
                each.connect(close_old_connections)
        return body

    try:
        yield Caller(served)
    finally:
        desk.close()


def test_every_route_is_walked(browsing: Browsing) -> None:
    """Whoever adds a page says here how it is asked for."""
    at_work(browsing)
    waiting(browsing)
    assert set(routes()) == {*asks(browsing), *EXEMPT}


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


def follow(browsing: Browsing, ask: Ask, at_the_door: Any) -> None:
    """One request, and where it leads to; what it changes is undone."""
    if not ask.changes:
        send(browsing, ask, at_the_door)
        return
    with transaction.atomic():
        send(browsing, ask, at_the_door)
        transaction.set_rollback(True)


def test_no_request_takes_longer_with_a_longer_past(browsing: Browsing) -> None:
    at_work(browsing)
    for _ in range(6):  # each flow has run more often than a page shows
        double()
    waiting(browsing)
    wanted = asks(browsing)
    with door(browsing) as at_the_door:
        before = walked(browsing, wanted, at_the_door)
        for _ in range(2):
            double()
        looked_at(browsing)
        assert models.Source.objects.count() > 1000
        after = walked(browsing, wanted, at_the_door)
    slower = {
        name: (before[name].total(), found.total(), (found - before[name]).most_common(2))
        for name, found in after.items()
        if found.total() > before[name].total() * ALLOWED + 100
    }
    assert not slower, slower
    (told,) = reports.status(browsing.stage.hub.configuration, browsing.stage.now)["connections"].values()
    assert told["flows"]["orders"]["account"]["unexplained"] == 0
    assert told["flows"]["orders"]["account"]["confirmed"] > 1000


def walked(browsing: Browsing, wanted: dict[str, list[Ask]], at_the_door: Any) -> dict[str, Counter[str]]:
    """The steps of every request, by what is asked."""
    return {
        f"{ask.address} {ask.form or ask.body or ''}": steps(browsing, ask, at_the_door)
        for each in wanted.values()
        for ask in each
    }


def steps(browsing: Browsing, ask: Ask, at_the_door: Any) -> Counter[str]:
    """Portions of steps that the database takes for a request, by statement, once everything that is remembered is."""
    follow(browsing, ask, at_the_door)
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
            follow(browsing, ask, at_the_door)
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


def test_every_question_of_a_request_has_an_index_in_postgresql(on_postgresql: Browsing) -> None:
    at_work(on_postgresql)
    for _ in range(4):
        double()
    waiting(on_postgresql)
    walks: dict[str, Any] = {}
    with door(on_postgresql) as at_the_door:
        for ask in [ask for each in asks(on_postgresql).values() for ask in each]:
            with CaptureQueriesContext(connection) as captured:
                follow(on_postgresql, ask, at_the_door)
            for query in captured.captured_queries:
                for line in plan(str(query["sql"])):
                    if re.search(rf"Seq Scan on tidegate_({'|'.join(HISTORY)})\b", line):
                        walks[ask.address] = (query["sql"], line)
    assert not walks, walks


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
