"""The control surface, the faults of the wire, and the platform as a real server (contract sections 11 and 13)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from integration.sandbox.sage50.platform_world import START, Hooks, Sage50, sage50
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.sage50 import build
from tidegate_sandbox.sage50.face import FACE_KINDS
from tidegate_sandbox.sage50.file_form import FORMS
from tidegate_sandbox.sage50.json_text import decode
from tidegate_sandbox.sage50.schema import findings

PRODUCTS = "/api/files/ecommerce/products"


def test_the_files_of_a_company_are_good_by_the_contracts_schema() -> None:
    world = sage50(items=40)
    for scope, name in (("products", "productsFile"), ("customers", "customersFile")):
        world.sim("sage-upload", {"scope": scope})
        [id] = world.face.platform.installations
        file = world.face.platform.files.latest(id, "ecommerce", scope)
        assert file is not None
        records = decode(file.content)
        assert list(findings(records, name, "ecommerce")) == []
        assert len({one["id"] for one in records}) == len(records) > 30


def test_the_clock_runs_what_is_due() -> None:
    world = sage50()
    assert world.sim("clock")["virtual"] is True
    world.sim("clock", {"advance": 60})
    assert len(world.hooks.bodies("fileUpdated")) == 2
    assert world.sim("clock", {"advance": -1}, 400)
    world.clock.advance(3600)
    world.sim("clock", {"advance": 0})
    assert len(world.hooks.bodies("fileUpdated")) == 4


def test_whoever_steers_the_clock_may_ask_when_something_is_due() -> None:
    world = sage50()
    due = world.face.platform.next_due()
    assert due == START + timedelta(seconds=60)
    world.hooks.status = 500
    world.wait(seconds=60)
    assert world.face.platform.next_due() == START + timedelta(seconds=120)  # the repetition


def test_reset_begins_anew() -> None:
    hooks = Hooks()
    clock, faults = SandboxClock.virtual(START), FaultPlan()
    face, wire = build(clock, faults, call_backs=hooks, key_minutes=7)
    world = Sage50(clock, faults, face, wire, hooks).connect()
    world.processed(world.order())
    world.sim("options", {"key_minutes": 3})
    world.sim("reset", {})
    assert world.call("GET", PRODUCTS).status_code == 401
    assert (world.sim("orders"), world.sim("mail"), world.sim("uploads")) == ([], [], [])
    assert world.sim("options")["key_minutes"] == 7
    assert world.connect().get(PRODUCTS, 404)


def test_options_are_set_by_name_or_not_at_all() -> None:
    world = sage50()
    assert world.sim("options", {"upload_mode": "refuse", "validation_seconds": 0})["upload_mode"] == "refuse"
    for body in (
        {"upload_mode": "none such"},
        {"no_option": 1},
        {"dedupe": 1},
        {"key_minutes": "5"},
        {"dedupe": False, "result": "all"},
    ):
        assert world.sim("options", body, 400)["error"]
    assert world.sim("options")["dedupe"] is True
    url = world.send(world.order())
    assert world.track(url)["status"] == "available"


def test_unknown_options_and_controls_are_refused() -> None:
    with pytest.raises(TypeError):
        sage50(no_option=1)
    world = sage50()
    assert world.sim("none-such", {}, 404)["error"]
    assert world.sim("none-such", None, 404)["error"]
    assert world.sim("consent", {"action": "perhaps"}, 400)["error"]
    answer = world.http.post("/_sim/consent", content=b"[]")
    assert answer.status_code == 400


def test_events_and_requests_are_logged() -> None:
    world = sage50()
    world.get(PRODUCTS, 404)
    events = [one["event"] for one in world.sim("events")]
    assert events == ["registered", "application", "granted", "call-back"]
    requests = world.sim("log")["requests"]
    assert requests[-1]["path"] == PRODUCTS
    assert not any(one["path"].startswith("/_sim/") for one in requests)


def test_the_kernels_actions_are_served_for_the_installation_that_is_named() -> None:
    world = sage50()
    second = world.sim("installations", {"add": "Segunda SL", "items": 3})["id"]
    world.sim("price-change", {"installation": second, "item": "HUB-0001", "price": "7.77"})
    prices = [
        next(
            one["netPrice"]
            for one in world.sim(f"records?installation={id}")
            if one["reference"] == "HUB-0001"
        )
        for id in world.face.platform.installations
    ]
    assert prices == [10.37, 7.77]
    assert world.sim("price-change", {"item": "NONE", "price": "1"}, 409)["kind"] == "unknown"


def test_records_of_customers_are_edited() -> None:
    world = sage50()
    record = {
        "firstName": "Ana",
        "lastName": "Gil",
        "email": "ana@example.com",
        "addresses": [],
        "currency": "EUR",
    }
    world.sim("records", {"scope": "customers", "action": "add", "id": "430000099", "set": record})
    world.sim(
        "records", {"scope": "customers", "id": "430000099", "set": {"surcharge": True, "active": False}}
    )
    shown = {one["id"]: one for one in world.sim("records?scope=customers")}
    assert (shown["430000099"]["surcharge"], shown["430000099"]["active"]) == (True, False)
    world.sim("records", {"scope": "customers", "action": "remove", "id": "430000099"})
    assert "430000099" not in {one["id"] for one in world.sim("records?scope=customers")}
    for body in (
        {"scope": "orders"},
        {"action": "burn"},
        {"id": "ART-0"},
        {"scope": "customers", "id": "none"},
    ):
        assert world.sim("records", body, 400)["error"]


def test_products_take_any_value_of_the_file() -> None:
    world = sage50()
    values = {
        "name": "Té verde",
        "tax": 10,
        "netPrice": 6.4,
        "stock": 3,
        "brand": "Hoja",
        "category": "Bebidas > Té",
        "active": False,
        "barCode": "8400000001001",
        "reference": "TEA",
        "discount": 5,
    }
    record = world.sim("records", {"reference": "HUB-0003", "set": values})
    assert {name: record[name] for name in values} == values
    assert record["barCodeType"] == "EAN13"


# Faults of the wire


def armed(world: Sage50, **fault: Any) -> None:
    world.sim("faults", fault, 201)


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "unauthorized"), (403, "noConsent"), (429, "tooManyRequests"), (503, "unavailable")],
)
def test_error_statuses_in_the_platforms_own_form(status: int, code: str) -> None:
    world = sage50()
    armed(world, kind="status", times=2, options={"status": status, "retry_after": 30})
    for _ in range(2):
        answer = world.call("GET", PRODUCTS)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["Retry-After"] == "30"
    assert world.call("GET", PRODUCTS).status_code == 404
    assert world.sim("faults")["fired"] == {"status": 2}


@pytest.mark.parametrize("kind", ["refuse", "drop_before", "drop_after", "late", "cut_body"])
def test_connections_that_break(kind: str) -> None:
    world = sage50()
    world.wait(minutes=1)
    armed(world, kind=kind)
    with pytest.raises(httpx.TransportError):
        world.call("GET", PRODUCTS)
    assert world.call("GET", PRODUCTS).status_code == 200


def test_a_web_page_a_slow_answer_and_a_drip() -> None:
    world = sage50()
    armed(world, kind="login_page")
    assert world.call("GET", PRODUCTS).text.startswith("<!DOCTYPE html>")
    armed(world, kind="slow", options={"seconds": 20})
    with pytest.raises(httpx.ReadTimeout):
        world.call("GET", PRODUCTS, timeout=5)
    armed(world, kind="drip", options={"seconds": 1})
    before = world.clock.now()
    assert world.call("GET", PRODUCTS, timeout=30).status_code == 404
    assert (world.clock.now() - before).total_seconds() > 50


def test_an_upload_whose_answer_comes_too_late_is_received() -> None:
    world = sage50()
    content = json.dumps([world.order()]).encode()
    links = world.announce(content)
    armed(world, kind="late", method="PUT", options={"seconds": 120})
    with pytest.raises(httpx.TransportError):
        world.http.put(links["uploadUrl"], content=content)
    assert world.track(links["trackingUrl"])["status"] == "pending"
    world.wait(seconds=120)
    assert world.track(links["trackingUrl"])["status"] == "validating"


def test_a_rotation_that_is_carried_out_twice_by_a_proxy() -> None:
    world = sage50()
    armed(world, kind="duplicate_request", method="PATCH")
    world.renew()
    assert world.call("GET", PRODUCTS).status_code == 404


def test_controls_know_no_faults_and_unknown_faults_are_refused() -> None:
    world = sage50()
    assert world.sim("faults", {"kind": "meteor"}, 400)["error"]
    armed(world, kind="refuse", times=None)
    assert world.sim("faults")["armed"][0]["kind"] == "refuse"
    world.http.delete("/_sim/faults")
    assert world.sim("faults")["armed"] == []
    assert world.http.get("/_sandbox/faults").json()["armed"] == []


def test_an_error_has_code_message_and_details() -> None:
    world = sage50()
    answer = world.call("GET", "/api/none/such")
    assert answer.status_code == 404
    assert set(answer.json()) == {"code", "message", "details"}
    assert list(findings(answer.json(), "error", "platform")) == []
    assert world.call("DELETE", PRODUCTS).status_code == 404


def test_every_control_form_fault_and_option_is_documented() -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "sage" / "sage-50.md").read_text("utf-8")
    assert [form for form in FORMS if f"`{form}`" not in page] == []
    world = sage50(connected=False)
    assert [name for name in world.face.control.names if name not in page] == []
    assert [kind for kind in FACE_KINDS if f"`{kind}`" not in page] == []
    assert [option for option in world.sim("options") if f"`{option}`" not in page] == []


def test_many_threads_rotate_and_call_at_once() -> None:
    world = sage50()
    world.wait(minutes=20)
    with ThreadPoolExecutor(8) as threads:
        rotated = list(threads.map(lambda _: world.rotate().json()["apikey"], range(24)))
        assert len(set(rotated)) == 1
        world.key = rotated[0]
        answers = list(threads.map(lambda _: world.call("GET", PRODUCTS).status_code, range(24)))
    assert set(answers) == {200}
