"""Prices at the cart over HTTP: by the hub's token, from the snapshot or live, never waiting for Sage."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from werkzeug.test import Client

from integration.flows.conftest import Build
from integration.flows.stage import ITEMS, Stage
from tidegate.config.api import Api
from tidegate.config.model import Flow
from tidegate.config.prices import Prices
from tidegate.config.reading import loads
from tidegate.console.server import application, serving
from tidegate.domain.calendar import Closed
from tidegate.engine import price_answers
from tidegate.engine.hub import here, open_hub
from tidegate.engine.live_prices import MOST_FAILED
from tidegate.engine.price_answers import PriceDesk
from tidegate.sage.rooms import SETTINGS
from tidegate.simulation.settings import render

PATH, TOKEN = "/api/v1/prices", "the-shop-shows-this-token-4711"
PAGE = Path(__file__).parents[3] / "docs" / "http-api.md"
FLOWS = {name: Flow(every="1h") for name in ("orders", "prices", "customers")}
ONE = {"account": "WANDA01", "lines": [{"sku": "HUB-0007"}]}


class Till:
    """The shop's server: asks one desk for prices."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.desk: PriceDesk | None = None

    def opened(self, **rules: Any) -> None:
        """The hub is open with these rules of `prices`."""
        self.close()
        groups: dict[str, Any] = {"groups": {"Wholesale": "Wholesale"}}
        known = self.stage.customers(accounts={"1": "WANDA01"})
        self.stage.reopen(prices=Prices(**groups | rules), flows=FLOWS, customers=known)
        self.stage.hub.api_token = TOKEN
        self.desk = PriceDesk(self.stage.hub)

    def close(self) -> None:
        """The desk of the last hub."""
        if self.desk is not None:
            self.desk.close()

    def asked_to_the_end(self) -> None:
        """The question that a cart did not wait for has ended; the next one is let through."""
        assert self.desk is not None
        self.desk._live._threads.submit(int).result(30)

    def ask(self, question: Any, token: str = TOKEN, method: str = "POST") -> tuple[int, Any]:
        """Status and document of one request."""
        assert self.desk is not None
        body = question if isinstance(question, bytes) else json.dumps(question).encode()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = Client(application(self.stage.hub, self.desk))
        response = client.open(PATH, method=method, data=body, headers=headers)
        text = response.get_data()
        return response.status_code, json.loads(text) if text else None

    def line(self) -> dict[str, Any]:
        """What Wanda pays for one HUB-0007."""
        status, document = self.ask(ONE)
        assert status == 200, document
        (line,) = document["lines"]
        return dict(line)


@pytest.fixture
def till(build: Build, request: pytest.FixtureRequest) -> Iterator[Till]:
    """Prices and customers were read; nothing is asked live. A test's parameter is how many widgets there are."""
    till = Till(build(items=getattr(request, "param", ITEMS)))
    till.opened()
    till.stage.cycle("prices")
    till.stage.cycle("customers")
    yield till
    till.close()


def test_the_example_of_the_page(till: Till) -> None:
    text = PAGE.read_text(encoding="utf-8").split("## Prices at the cart")[1].split("\n## ")[0]
    question, answer = (json.loads(each) for each in re.findall(r"```json\n(.*?)```", text, re.S))
    assert till.ask(question) == (200, answer)


def test_without_a_token_in_the_configuration_there_is_no_such_address(till: Till) -> None:
    till.stage.hub.api_token = ""
    assert till.ask(ONE)[0] == 404
    assert till.ask(ONE, token="")[0] == 404


def test_only_the_hubs_token_counts(till: Till) -> None:
    for token in ("", "wrong", TOKEN[:-1], TOKEN + "x", "\xe9"):
        assert till.ask(ONE, token)[0] == 401, token


def test_only_post(till: Till) -> None:
    assert till.ask(b"", method="GET")[0] == 405


BAD: list[Any] = [
    b"",
    b"[]",
    b'{"lines": "\xff"}',
    {"lines": []},
    {"account": "WANDA01", "lines": []},
    {"account": "WANDA01", "lines": [{"sku": "A"}] * 501},
    {"account": "WANDA01", "lines": [{"sku": ""}]},
    {"account": "WANDA01", "lines": [{"sku": "A", "price": 1}]},
    *(
        {"account": "WANDA01", "lines": [{"sku": "A", "quantity": quantity}]}
        for quantity in (0, -1, "NaN", "1e99", "0.00001", "many", None)
    ),
    {"lines": [{"sku": "A"}]},
    {"account": "WANDA01", "customer": 1, "lines": [{"sku": "A"}]},
    {"customer": 0, "lines": [{"sku": "A"}]},
    {"customer": "1", "lines": [{"sku": "A"}]},
    ONE | {"connection": "nowhere"},
    ONE | {"store": "main", "website": "nowhere"},
    ONE | {"store": "nowhere", "website": "base"},
]


def test_bad_requests(till: Till) -> None:
    for question in BAD:
        status, document = till.ask(question)
        assert (status, document["error"]) == (400, "bad-request"), question
        assert document["text"]


@pytest.mark.parametrize("till", [500], indirect=True)
def test_five_hundred_lines_are_answered_in_order(till: Till) -> None:
    lines = [{"sku": f"HUB-{number:04}", "quantity": 2} for number in range(1, 501)]
    status, document = till.ask({"account": "WANDA01", "connection": "web", "lines": lines})
    assert status == 200
    assert [each["sku"] for each in document["lines"]] == [each["sku"] for each in lines]
    assert all(Decimal(each["price"]) > 0 for each in document["lines"])


def test_a_customer_nobody_knows_pays_everybodys_price(till: Till) -> None:
    status, document = till.ask({"customer": 999, "lines": [{"sku": "HUB-0007"}]})
    assert (status, document["account"]) == (200, "")
    assert document["lines"][0]["price"] == "12.59"


def test_an_e_mail_alone_pays_everybodys_price(till: Till) -> None:
    mapped = till.stage.customers(accounts={"wanda@example.com": "WANDA01"}, trust_emails=("base",))
    till.stage.reopen(customers=mapped)
    till.stage.order("customer", customer=1)
    till.stage.cycle()  # books on the account, and proves nothing
    till.stage.cycle("customers")
    assert price_answers.account_of(till.stage.connection, 1) == ""


def test_a_contract_is_reported_with_the_age_of_its_own_answer(till: Till) -> None:
    till.stage.company.agree("WANDA01", "HUB-0007", "10")
    till.opened(customer_prices="groups", contract_accounts=("WANDA01",), enquiries=2100)
    till.stage.cycle("prices")
    till.opened(customer_prices="groups", contract_accounts=("WANDA01",), enquiries=1)
    till.stage.cycle("prices", after=timedelta(hours=1))
    status, document = till.ask({"account": "WANDA01", "lines": [{"sku": "HUB-0007"}, {"sku": "HUB-0003"}]})
    contract, listed = document["lines"]
    assert (status, contract["price"], contract["source"]) == (200, "10.2", "snapshot")
    assert (contract["age"], listed["age"]) == (3600, 0)
    assert document["age"] == 3600


def test_live(till: Till) -> None:
    till.opened(customer_prices="api")
    line = till.line()
    assert (line["source"], line["price"], line["age"]) == ("live", "11.33", 0)


def test_a_slow_answer_is_not_waited_for_and_opens_the_breaker(till: Till) -> None:
    """By the clock that was handed in, each answer takes ten seconds."""
    till.opened(customer_prices="api")
    till.stage.break_sage("lingers", times=None, on="ask price", seconds=10)
    for _ in range(MOST_FAILED):
        assert till.line()["source"] == "snapshot"
        till.asked_to_the_end()
    assert till.ask(ONE)[1]["breaker"] == "open"
    till.stage.listen()
    assert till.line()["source"] == "snapshot"
    assert till.stage.sage_calls() == []
    till.stage.mend()
    till.stage.pass_time(timedelta(minutes=2))
    assert till.line()["source"] == "live"
    assert till.ask(ONE)[1]["breaker"] == "closed"


def test_a_company_that_hangs_holds_nobody_up(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.opened(customer_prices="api")
    asked, released, over = threading.Event(), threading.Event(), threading.Event()

    @contextmanager
    def hanging(_purpose: Any) -> Iterator[Any]:
        asked.set()
        released.wait(30)
        over.set()
        yield None

    monkeypatch.setattr(till.stage.connection.company, "session", hanging)
    assert till.line()["source"] == "snapshot"
    assert asked.wait(30)
    assert till.line()["source"] == "snapshot"  # the first question is still out: no second one
    assert not over.is_set(), "both were answered while the company said nothing"
    released.set()


def test_a_closed_window_is_kept(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    till.opened(customer_prices="api")
    closed = Closed(till.stage.now + timedelta(hours=1), "backup")
    monkeypatch.setattr(till.stage.connection, "closed", lambda: closed)
    till.stage.listen()
    assert till.line()["source"] == "snapshot"
    assert till.stage.sage_calls() == []


def test_it_is_served_beside_the_cycles(till: Till) -> None:
    hub = till.stage.hub
    hub.configuration = msgspec.structs.replace(hub.configuration, api=Api(listen="127.0.0.1:0"))
    with serving(hub) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("POST", PATH, body=json.dumps(ONE), headers={"Authorization": f"Bearer {TOKEN}"})
        response = connection.getresponse()
        assert response.status == 200
        assert json.loads(response.read())["lines"][0]["price"] == "11.33"
        connection.close()


def test_the_token_is_a_secret_of_the_configuration(build: Build) -> None:
    world = build().world
    known = {**world.environment(), "THE_TOKEN": TOKEN}
    text = render(world.settings) + '\n[api]\nlisten = "127.0.0.1:0"\ntoken = "env:THE_TOKEN"\n'
    loaded = loads(text, path=Path("simulated.toml"), environment=known, settings=SETTINGS)
    with open_hub(loaded.configuration, replace(here(), environment=known, durability="off")) as hub:
        assert hub.api_token == TOKEN
        assert TOKEN not in repr(hub)
