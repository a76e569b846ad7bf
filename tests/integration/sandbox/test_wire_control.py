"""The control surface: faults armed, the clock moved and the log read over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration.sandbox.wire_world import LOST, START, World, behind, make_wire, worlds
from tidegate_sandbox.wire import LATE_EFFECT, path_template


@pytest.fixture(params=["in-process", "real"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    yield from worlds(request.param)


def test_faults_are_armed_shown_and_disarmed_over_http(world: World) -> None:
    armed = world.client.post(
        "/_sandbox/faults", json=[{"kind": "status", "times": 2}, {"kind": "lock", "times": None}]
    )
    assert armed.status_code == 201
    assert world.post().status_code == 503
    shown = world.client.get("/_sandbox/faults").json()
    assert [(one["kind"], one["times"], one["fired"]) for one in shown["armed"]] == [
        ("status", 1, 1),
        ("lock", None, 0),
    ]
    assert shown["fired"] == {"status": 1}
    left = world.client.delete("/_sandbox/faults?kind=lock").json()
    assert [one["kind"] for one in left["armed"]] == ["status"]
    assert world.client.delete("/_sandbox/faults").json() == {"armed": [], "fired": {"status": 1}}


def test_the_clock_is_moved_over_http_and_late_effects_follow(world: World) -> None:
    client = world.client
    assert client.get("/_sandbox/clock").json() == {"now": START.isoformat(), "rate": 0.0, "virtual": True}
    world.arm("late", seconds=30)
    with pytest.raises(LOST):
        world.post()
    moved = client.post("/_sandbox/clock", json={"advance": 30}).json()
    assert moved["now"] == (START + timedelta(seconds=30)).isoformat()
    assert world.count == 1
    assert client.post("/_sandbox/clock", json={"set": "2026-07-01T00:00:00+02:00"}).json()["now"] == (
        "2026-06-30T22:00:00+00:00"
    )
    assert client.post("/_sandbox/clock", json={"rate": 60}).json()["rate"] == 60


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("faults", "no json", "not JSON"),
        ("faults", '{"kind": "refuse", "tims": 1}', "unknown key 'tims'; allowed: kind, times"),
        ("faults", '[{"kind": "slow", "options": {"second": 1}}]', "unknown option 'second'"),
        ("clock", "[]", "one key is needed"),
        ("clock", '{"set": "noon"}', "'set': 'noon'"),
        ("clock", '{"set": "2026-01-01"}', "zone"),
        ("clock", '{"advance": -1}', "0 or more"),
        ("clock", '{"advance": 1e300}', "'advance'"),
        ("clock", '{"rate": "fast"}', "allowed"),
        ("clock", '{"forward": 1}', "'forward'"),
    ],
)
def test_wrong_control_bodies_are_refused_by_name(world: World, path: str, content: str, says: str) -> None:
    answer = world.client.post(f"/_sandbox/{path}", content=content)
    assert answer.status_code == 400
    assert says in answer.json()["error"]
    assert world.wire.faults.armed() == []
    assert world.wire.clock.now() == START


def test_a_wrong_method_on_the_control_surface_says_which_are_allowed(world: World) -> None:
    answer = world.client.put("/_sandbox/log")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, DELETE")


def test_where_the_face_names_its_kinds_a_misspelt_one_is_refused() -> None:
    _, wire = make_wire(kinds={"lock"})
    with behind(wire) as client:
        assert client.post("/_sandbox/faults", json={"kind": "lock"}).status_code == 201
        assert client.post("/_sandbox/faults", json={"kind": "late"}).status_code == 201
        refused = client.post("/_sandbox/faults", json={"kind": "drop_afer"})
        assert refused.status_code == 400
        assert "drop_after" in refused.json()["error"]


def test_the_log_names_every_request_and_its_fault(world: World) -> None:
    world.arm("late", seconds=1)
    with pytest.raises(LOST):
        world.post()
    world.wire.clock.advance(5)
    world.client.get("/V1/products/24-MB01?fields=sku")
    world.arm("status", status=500)
    world.client.get("/V1/products/24-MB02")
    answer = world.client.get("/_sandbox/log").json()
    assert [(seen["method"], seen["path"], seen["status"], seen["fault"]) for seen in answer["requests"]] == [
        ("POST", "/V1/orders", None, "late"),
        ("POST", "/V1/orders", 200, LATE_EFFECT),
        ("GET", "/V1/products/24-MB01", 200, None),
        ("GET", "/V1/products/24-MB02", 500, "status"),
    ]
    assert answer["requests"][2]["query"] == "fields=sku"
    assert answer["requests"][2]["at"] == (START + timedelta(seconds=5)).isoformat()
    assert answer["totals"] == {"POST /V1/orders": 1, "GET /V1/products/{}": 2}
    assert [status for _, _, _, status in world.wire.requests_seen] == [None, 200, 500]
    assert world.client.delete("/_sandbox/log").json() == {"requests": [], "totals": {}}


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("/rest/default/V1/orders/12", "/rest/default/V1/orders/{}"),
        ("/v3.1/core/items", "/v3.1/core/items"),
        ("/V1/products/24-MB01/media", "/V1/products/{}/media"),
        ("/sdata/accounts50/GCRM/-/orders('7')", "/sdata/accounts50/GCRM/-/orders({})"),
        ("/sage200/v1/sop_orders/1234", "/sage200/v1/sop_orders/{}"),
    ],
)
def test_identifiers_are_left_out_of_the_totals(path: str, template: str) -> None:
    assert path_template(path) == template
