"""Passcode, approval, denial, withdrawal (contract section 3)."""

from __future__ import annotations

import re

import pytest

from integration.sandbox.sage50.platform_world import Sage50, sage50


def waiting() -> tuple[Sage50, str]:
    """A world in which a passcode was asked for."""
    world = sage50(connected=False)
    passcode: str = world.passcode(world.register())["passcode"]
    return world, passcode


def test_a_passcode_lives_fifteen_minutes() -> None:
    world, passcode = waiting()
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}", passcode)
    world.wait(minutes=15)
    answer = world.sim("consent", {"passcode": passcode}, 400)
    assert "over" in answer["error"]
    assert world.hooks.received == []
    assert world.passcode(world.register())["passcode"] != passcode


def test_the_approval_brings_the_initial_key() -> None:
    world, passcode = waiting()
    world.wait(minutes=14, seconds=59)
    world.sim("consent", {"action": "grant", "passcode": passcode.lower()})
    [approval] = world.hooks.bodies()
    assert str(world.hooks.received[0].url) == "https://hub.example/hooks/k3/approval"
    assert approval == {
        "event": "approved",
        "applicationId": world.sim("mail")[0]["applicationId"],
        "domain": "ecommerce",
        "passcode": passcode,
        "apikey": approval["apikey"],
        "expiry": "2026-03-02T10:34:59Z",
        "installation": approval["installation"],
    }
    assert approval["installation"]["name"] == "Comercial Ejemplo SL"
    world.key = approval["apikey"]
    assert world.get("/api/files/ecommerce/products", 404)["code"] == "fileNotFound"


def test_a_passcode_is_good_once() -> None:
    world, passcode = waiting()
    world.sim("consent", {"action": "grant", "passcode": passcode})
    assert "used" in world.sim("consent", {"action": "grant", "passcode": passcode}, 400)["error"]
    assert "not known" in world.sim("consent", {"passcode": "AAAA-AAAA"}, 400)["error"]


def test_a_passcode_cannot_be_typed_while_the_computer_is_off() -> None:
    world, passcode = waiting()
    world.sim("installations", {"on": False})
    assert "off" in world.sim("consent", {"passcode": passcode}, 400)["error"]
    world.sim("installations", {"on": True})
    world.sim("consent", {"passcode": passcode})
    assert len(world.hooks.bodies("approved")) == 1


@pytest.mark.parametrize(("body", "options"), [({"silently": True}, {}), ({}, {"denial_sent": False})])
def test_a_denial_may_be_silent(body: dict[str, bool], options: dict[str, bool]) -> None:
    world, passcode = waiting()
    world.sim("options", options)
    world.sim("consent", {"action": "deny", "passcode": passcode, **body})
    world.wait(hours=1)
    assert world.hooks.received == []


def test_a_denial_that_is_sent_brings_no_key() -> None:
    world, passcode = waiting()
    world.sim("consent", {"action": "deny", "passcode": passcode})
    [denial] = world.hooks.bodies()
    assert (denial["event"], denial["passcode"]) == ("denied", passcode)
    assert "apikey" not in denial
    assert "used" in world.sim("consent", {"passcode": passcode}, 400)["error"]


def test_an_approval_is_repeated_after_one_five_and_fifteen_minutes() -> None:
    world, passcode = waiting()
    world.hooks.statuses = [500, 204, None]  # only 200 is an answer
    world.sim("consent", {"action": "grant", "passcode": passcode})
    world.sim("installations", {"on": False})  # no notifications in between
    counts = []
    for seconds in (59, 1, 299, 1, 899, 1, 3600):
        world.wait(seconds=seconds)
        counts.append(len(world.hooks.bodies("approved")))
    assert counts == [1, 2, 2, 3, 3, 4, 4]
    assert len({one.content for one in world.hooks.received if b"approved" in one.content}) == 1
    [call_back] = [one for one in world.sim("call-backs") if one["kind"] == "approval"]
    assert (call_back["statuses"], call_back["state"]) == ([500, 204, None, 200], "delivered")


def test_an_approval_that_nobody_answers_is_given_up() -> None:
    world, passcode = waiting()
    world.hooks.status = 503
    world.sim("consent", {"action": "grant", "passcode": passcode})
    for _ in range(5):
        world.wait(minutes=15)
    [call_back] = [one for one in world.sim("call-backs") if one["kind"] == "approval"]
    assert (call_back["statuses"], call_back["state"]) == ([503] * 4, "given up")


def test_an_approval_may_come_before_the_passcode_is_answered() -> None:
    world = sage50(connected=False)
    ids = world.register()
    world.arm("early_approval")
    passcode = world.passcode(ids)["passcode"]
    [approval] = world.hooks.bodies("approved")
    assert approval["passcode"] == passcode
    world.key = approval["apikey"]
    assert world.call("GET", "/api/files/ecommerce/products").status_code == 404


def test_an_approval_comes_twice_and_forged_ones_come_too() -> None:
    world = sage50()
    world.sim("again", {"kind": "approval"})
    first, second = world.hooks.bodies("approved")
    assert first == second
    world.sim("forge", {"kind": "approval"})
    assert world.hooks.bodies("approved")[-1]["apikey"] == "ak_forged"
    assert world.call("GET", "/api/files/ecommerce/products", key="ak_forged").status_code == 401


def test_a_withdrawn_consent_answers_403_and_only_a_new_passcode_leads_back() -> None:
    world = sage50()
    assert world.sim("consent", {"action": "withdraw"}) == {"withdrawn": 1}
    assert world.get("/api/files/ecommerce/products", 403)["code"] == "consentWithdrawn"
    assert world.rotate().json()["code"] == "consentWithdrawn"
    world.wait(minutes=20)
    assert world.call("GET", "/api/files/ecommerce/products").status_code == 401
    assert (world.rotate().status_code, world.rotate().json()["code"]) == (403, "consentWithdrawn")
    old = world.key
    world.connect()
    assert world.key != old
    assert world.get("/api/files/ecommerce/products", 404)


def test_a_second_consent_ends_the_first() -> None:
    world = sage50(connected=False)
    ids = world.register()
    keys = []
    for _ in range(2):
        world.sim("consent", {"passcode": world.passcode(ids)["passcode"]})
        keys.append(world.hooks.bodies("approved")[-1]["apikey"])
    assert world.call("GET", "/api/files/ecommerce/products", key=keys[0]).status_code == 403
    assert world.call("GET", "/api/files/ecommerce/products", key=keys[1]).status_code == 404
    assert [one["state"] for one in world.sim("keys")] == ["withdrawn", "connected"]


def test_two_installations_have_a_key_each_and_see_their_own_files() -> None:
    world = sage50(connected=False)
    ids = world.register()
    second = world.sim("installations", {"add": "Segunda SL", "items": 3})["id"]
    keys = {}
    for id in (next(iter(world.face.platform.installations)), second):
        world.sim("consent", {"installation": id, "passcode": world.passcode(ids)["passcode"]})
        keys[id] = world.hooks.bodies("approved")[-1]["apikey"]
    world.wait(minutes=1)
    sizes = []
    for key in keys.values():
        world.key = key
        sizes.append(len(world.download("products")))
    assert sizes[0] > sizes[1]
    heard = {one["installation"]["id"] for one in world.hooks.bodies("fileUpdated")}
    assert heard == set(keys)


@pytest.mark.parametrize("renewed", [True, False])
def test_what_was_sent_before_a_consent_was_given_anew_is_fetched_after_it(renewed: bool) -> None:
    world = sage50()
    world.sim("installations", {"fetchMinutes": 60})
    url = world.send(world.order())
    world.wait(seconds=5)
    world.sim("consent", {"action": "withdraw"})
    if renewed:
        ids = world.face.platform.registry.mails[0]
        passcode = world.passcode((ids.developer_id, ids.application_id))["passcode"]
        world.sim("consent", {"action": "grant", "passcode": passcode})
        world.key = world.hooks.bodies("approved")[-1]["apikey"]
    world.wait(minutes=61)
    assert len(list(world.face.platform.installations["ins-1"].book)) == renewed
    if renewed:
        world.initial = world.key
        world.renew()
        assert world.track(url)["status"] == "accepted"
