"""Callers from outside: few at once, seldom, cut off when slow, and refused in JSON."""

from __future__ import annotations

import json
import socket

import msgspec
import pytest
from werkzeug.test import Client

from integration.flows.stage import START, Stage
from tidegate.clock import VirtualClock
from tidegate.config.api import Api, Portal
from tidegate.console.channel import Channel
from tidegate.console.gate import FORGOTTEN, MOST_AT_ONCE, MOST_FAILED, MOST_OFTEN, WINDOW, Gate
from tidegate.console.server import application, serving
from tidegate.engine.price_answers import PriceDesk

LIST = "/api/v1/portal/invoices"


def test_a_wrong_token_asks_the_shop_once(stage: Stage) -> None:
    stage.reopen(portal=Portal(enabled=True))
    client = Client(application(stage.hub, PriceDesk(stage.hub)))
    stage.listen()
    answers = [client.get(LIST, headers={"Authorization": "Bearer made-up"}) for _ in range(8)]
    assert {each.status_code for each in answers} == {401}
    assert len(stage.shop_calls()) == 1


def test_who_asks_too_often_waits(stage: Stage) -> None:
    client = Client(application(stage.hub, PriceDesk(stage.hub)))
    headers = {"Authorization": "Bearer made-up"}
    answers = [client.get(LIST, headers=headers) for _ in range(MOST_OFTEN + 1)]
    assert answers[-1].status_code == 429
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= WINDOW


@pytest.mark.parametrize(("address", "last"), [("192.0.2.7", 429), ("127.0.0.1", 401), ("", 401)])
def test_an_address_shows_few_wrong_tokens_but_a_proxy_stands_for_many(
    stage: Stage, address: str, last: int
) -> None:
    stage.reopen(portal=Portal(enabled=True))
    client = Client(application(stage.hub, PriceDesk(stage.hub)))

    def ask(number: int, origin: str) -> int:
        headers = {"Authorization": f"Bearer made-up-{number}"}
        return client.get(LIST, headers=headers, environ_base={"REMOTE_ADDR": origin}).status_code

    answers = [ask(number, address) for number in range(MOST_FAILED + 1)]
    assert answers == [401] * MOST_FAILED + [last]
    assert ask(100, "192.0.2.8") == 401  # another address does not pay for it


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("POST", LIST), ("GET", LIST), ("HEAD", "/x")])
def test_every_error_is_json(stage: Stage, method: str, path: str) -> None:
    answer = Client(application(stage.hub, PriceDesk(stage.hub))).open(path, method=method)
    assert answer.status_code >= 400
    assert answer.headers["Content-Type"] == "application/json"
    assert method == "HEAD" or set(json.loads(answer.get_data())) == {"error", "text"}


def test_a_slow_caller_is_cut_off_and_nonsense_is_refused_in_json(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Channel, "longest_arrival", 0.1)
    stage.hub.configuration = msgspec.structs.replace(stage.hub.configuration, api=Api(listen="127.0.0.1:0"))
    with serving(stage.hub) as port:
        with socket.create_connection(("127.0.0.1", port or 0), timeout=10) as slow:
            slow.sendall(b"G")
            assert slow.recv(1) == b""
        with socket.create_connection(("127.0.0.1", port or 0), timeout=10) as strange:
            strange.sendall(b"nonsense\r\n\r\n")
            answer = strange.recv(4096)
        assert b"application/json" in answer


def test_the_gate_has_room_for_few_and_nobody_waits_there() -> None:
    gate = Gate(VirtualClock(START))
    with gate.entered() as first, gate.entered() as second, gate.entered() as third:
        assert (first, second, third) == (True, True, False)
        assert MOST_AT_ONCE == 2
    with gate.entered() as again:
        assert again


def test_a_token_is_nobodys_for_a_while() -> None:
    clock = VirtualClock(START)
    gate = Gate(clock)
    gate.is_nobody("x")
    assert gate.nobody("x")
    clock.advance(FORGOTTEN)
    assert not gate.nobody("x")


def test_callers_have_a_pool_of_their_own(stage: Stage) -> None:
    store = stage.connection.store
    assert store.visitors is not store.client
    assert store.buyers._client is store.visitors
