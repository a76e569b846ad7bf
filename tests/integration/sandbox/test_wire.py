"""Every wire fault, over real sockets and in-process, as a client lives through it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from integration.sandbox.wire_world import LOST, ORDER, START, World, worlds
from tidegate.simulation.world import SharedClock
from tidegate.transport import HttpClient, NoAnswer
from tidegate_sandbox.faults import WIRE_KINDS, Fault
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.unreadable import spoil


@pytest.fixture(params=["in-process", "real"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    yield from worlds(request.param)


# Without faults


def test_requests_reach_the_face_unchanged(world: World) -> None:
    answer = world.client.put(
        "/V1/echo?searchCriteria[pageSize]=2&name=caf%C3%A9&empty=",
        content="Größe".encode(),
        headers=[("Authorization", "Bearer a"), ("X-Tag", "1"), ("X-Tag", "2")],
    ).json()
    assert answer["args"] == {"searchCriteria[pageSize]": ["2"], "name": ["café"], "empty": [""]}
    assert answer["authorization"] == "Bearer a"
    assert answer["tags"].replace(" ", "") == "1,2"
    assert answer["body"] == "Größe"
    assert answer["url"].startswith(str(world.client.base_url).rstrip("/") + "/V1/echo?")


@pytest.mark.parametrize("sku", ["A/B", "ä b", "100%", "A+B"])
def test_paths_are_decoded_once(world: World, sku: str) -> None:
    path = "/V1/products/" + httpx.QueryParams({"x": sku})["x"].encode().hex("%").join(["%", ""])
    assert world.client.get(path).json() == {"sku": sku}


def test_a_body_sent_in_pieces_arrives_whole(world: World) -> None:
    assert world.client.put("/V1/echo", content=iter([b"one ", b"two"])).json()["body"] == "one two"


def test_answers_without_a_body_and_errors_come_through(world: World) -> None:
    gone = world.client.delete("/V1/orders/7")
    assert (gone.status_code, gone.content) == (204, b"")
    broken = world.client.get("/V1/broken")
    assert (broken.status_code, broken.reason_phrase, broken.text) == (410, "GONE", "gone")
    head = world.client.head("/V1/echo")
    assert (head.status_code, head.content) == (200, b"")
    assert world.client.get("/nowhere").status_code == 404


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for something that a server does by itself; fails after 20 s."""
    until = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)


# Each fault


def test_refuse(world: World) -> None:
    world.arm("refuse")
    with pytest.raises(LOST if world.real else httpx.ConnectError):
        world.post()
    assert world.count == 0
    assert world.post().json()["number"] == 1


def test_drop_before(world: World) -> None:
    world.arm("drop_before")
    with pytest.raises(LOST):
        world.post()
    assert world.count == 0


def test_drop_after(world: World) -> None:
    world.arm("drop_after")
    with pytest.raises(LOST):
        world.post()
    assert world.count == 1


def test_late_is_carried_out_later_by_the_sandbox_clock(world: World) -> None:
    world.arm("late", seconds=120)
    with pytest.raises(LOST):
        world.post()
    clock = world.wire.clock
    assert world.wire.next_due() == START + timedelta(seconds=120)
    clock.advance(119)
    assert world.client.get("/_sandbox/books").json() == {"orders": 0}
    clock.advance(1)
    assert world.client.get("/_sandbox/books").json() == {"orders": 1}
    assert world.shop.orders == [(START + timedelta(seconds=120), "late")]
    assert world.wire.pending == 0
    assert world.wire.next_due() is None


def test_late_effects_come_in_order_and_before_the_next_request(world: World) -> None:
    world.arm("late", seconds=50)
    world.arm("late", seconds=20)
    for _ in range(2):
        with pytest.raises(LOST):
            world.post()
    assert world.wire.pending == 2
    world.wire.clock.advance(30)
    assert world.wire.settle() == 1
    world.wire.clock.advance(30)
    assert world.post().json()["number"] == 3
    assert [replay for _, replay in world.shop.orders] == ["late", "late", None]


def test_late_may_look_like_a_timeout(world: World) -> None:
    world.arm("late", seconds=60, seen="timeout")
    with pytest.raises(httpx.ReadTimeout):
        world.post(timeout=0.25)
    assert world.count == 0
    world.wire.clock.advance(60)
    assert world.wire.settle() == 1


def test_cut_body(world: World) -> None:
    world.arm("cut_body")
    with pytest.raises(LOST):
        world.post()
    assert world.count == 1
    world.arm("cut_body")
    with pytest.raises(LOST):
        world.client.get("/V1/echo").read()


def test_cut_body_gives_half_under_the_whole_length(world: World) -> None:
    world.arm("cut_body")
    with world.client.stream("POST", "/V1/orders", json=ORDER) as response:
        length = int(response.headers["Content-Length"])
        got = b""
        with pytest.raises(LOST):  # noqa: PT012 the loop is what breaks
            for part in response.iter_raw():
                got += part
    assert len(got) == length // 2 > 0


def test_duplicate_request(world: World) -> None:
    world.arm("duplicate_request")
    assert world.post().json()["number"] == 2
    assert [replay for _, replay in world.shop.orders] == [None, "duplicate"]


def test_status_gives_the_faces_own_error(world: World) -> None:
    world.arm("status", status=429, retry_after=17)
    answer = world.post()
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "17"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {"code": 429}
    assert world.count == 0
    assert world.post().status_code == 200


def test_status_with_an_effect_and_another_body(world: World) -> None:
    world.arm("status", effect=True, body="<h1>Bad gateway</h1>", content_type="text/html", status=502)
    answer = world.post()
    assert (answer.status_code, answer.text) == (502, "<h1>Bad gateway</h1>")
    assert answer.headers["Content-Type"] == "text/html"
    assert world.count == 1


@pytest.mark.parametrize("effect", [False, True])
def test_login_page(world: World, effect: bool) -> None:
    world.arm("login_page", effect=effect)
    answer = world.post()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "<form" in answer.text
    assert world.count == int(effect)


@pytest.mark.parametrize("effect", [True, False])
def test_garbage_is_whole_by_its_length_but_half_a_document(world: World, effect: bool) -> None:
    world.arm("garbage", effect=effect)
    answer = world.post()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert world.count == int(effect)


@pytest.mark.parametrize("effect", ["now", "late", "never"])
def test_slow_but_in_time(world: World, effect: str) -> None:
    world.arm("slow", seconds=0.03, effect=effect)
    assert world.post().json()["number"] == 1
    if not world.real:
        assert world.wire.clock.now() == START + timedelta(seconds=0.03)


@pytest.mark.parametrize("effect", ["now", "late", "never"])
def test_slow_beyond_the_clients_patience(world: World, effect: str) -> None:
    world.arm("slow", seconds=1.5, effect=effect)
    with pytest.raises(httpx.ReadTimeout):
        world.post(timeout=0.25)
    assert world.count == (1 if effect == "now" else 0)
    if world.real:  # the server works on by itself, in real time, and then notes that nobody was answered
        wait_until(lambda: len(world.wire.requests_seen) == 1)
    else:
        assert world.wire.clock.now() == START + timedelta(seconds=0.25)
        world.wire.clock.advance(1.25)
        world.wire.settle()
    assert world.count == (0 if effect == "never" else 1)
    assert [status for _, _, _, status in world.wire.requests_seen] == [None]


@pytest.mark.parametrize("figure", ["null", "missing", "text", "nan", "huge", "deep", "list", "false"])
def test_unreadable(world: World, figure: str) -> None:
    sound = world.client.get("/V1/echo").json()
    world.arm("unreadable", field="args", figure=figure)
    assert world.post().json()["number"] == 1, "another call has no such field"
    spoilt = world.client.get("/V1/echo")
    assert int(spoilt.headers["content-length"]) == len(spoilt.content)
    written = {
        "null": "null",
        "text": '"n/a"',
        "nan": "NaN",
        "huge": "1e60",
        "list": "[]",
        "false": "false",
    }.get(figure, "[[[[")
    assert (f'"args": {written}' in spoilt.text) == (figure != "missing")
    assert ('"args"' in spoilt.text) == (figure != "missing")
    assert f'"url": "{sound["url"]}"' in spoilt.text, "the rest is as it was"
    assert world.client.get("/V1/echo").json() == sound
    assert world.wire.faults.fired() == {"unreadable": 1}


def test_unreadable_affects_the_record_that_it_names_and_no_other() -> None:
    body = b'{"items": [{"sku": "A", "lines": [{"qty": 1}]}, {"sku": "B", "lines": [{"qty": 2}]}], "total_count": 2}'
    options = {"record": "B", "field": "lines.0.qty", "figure": "text"}
    assert spoil(body, options) == body.replace(b'"qty": 2', b'"qty": "n/a"')
    assert spoil(body, options | {"record": "C"}) is None
    assert spoil(body, options | {"field": "lines.1.qty"}) is None
    assert spoil(b'[{"id": 4, "n": 1}]', {"record": 4, "field": "n"}) == b'[{"id": 4, "n": null}]'


@pytest.mark.parametrize("wrong", [{}, {"field": "a", "figure": "odd"}, {"field": "a", "record": True}])
def test_unreadable_says_which_option_is_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"option '(field|figure|record)'"):
        Fault("unreadable", options=wrong)


def test_drip_is_whole_for_whoever_waits(world: World) -> None:
    world.arm("drip", seconds=0.002)
    assert world.post().json()["number"] == 1
    assert world.count == 1
    if not world.real:
        assert world.wire.clock.now() > START + timedelta(seconds=0.01)


def test_drip_is_cut_off_by_the_deadline_of_the_whole_call(world: World) -> None:
    clock = None if world.real else SharedClock(world.wire.clock)
    transport = None if world.real else InProcessTransport(world.wire)
    client = HttpClient(
        str(world.client.base_url), timeout=0.2, max_bytes=10_000, transport=transport, clock=clock
    )
    world.arm("drip", seconds=0.15)
    found = client.request("POST", "/V1/orders", content=json.dumps(ORDER).encode())
    assert isinstance(found, NoAnswer)
    assert (found.sent, found.too_much) == (True, True)
    client.close()


def test_every_wire_kind_is_tested_here() -> None:
    for kind in WIRE_KINDS:
        assert any(name.startswith(f"test_{kind}") for name in globals()), kind


def test_face_kinds_are_left_to_the_face(world: World) -> None:
    world.arm("lock", times=None)
    assert world.post().status_code == 200
    assert world.wire.faults.fired() == {}


def test_faults_affect_only_what_they_match(world: World) -> None:
    world.wire.faults.add(
        Fault("status", times=None, method="GET", path="/echo$", options={"query": "[currentPage]=2"})
    )
    assert world.post().status_code == 200
    assert world.client.get("/V1/echo?s%5BcurrentPage%5D=1").status_code == 200
    assert world.client.get("/V1/echo?s%5BcurrentPage%5D=2").status_code == 503


def test_the_control_surface_and_the_books_know_no_faults(world: World) -> None:
    world.arm("refuse", times=None)
    assert world.client.get("/_sandbox/books").status_code == 200
    assert world.client.get("/_sandbox/faults").json()["fired"] == {}
    assert world.client.delete("/_sandbox/faults").json() == {"armed": [], "fired": {}}
    assert world.post().status_code == 200
