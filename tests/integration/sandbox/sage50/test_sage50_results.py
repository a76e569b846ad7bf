"""How Sage 50 ends an upload, and its result files (contract section 9)."""

from __future__ import annotations

import pytest

from integration.sandbox.sage50.platform_world import sage50


def test_accepted_with_a_result_for_each_order() -> None:
    world = sage50()
    url = world.processed(world.order("1"), world.order("2"))
    tracking = world.track(url)
    assert (tracking["status"], tracking["progress"]) == ("accepted", 100)
    first, second = world.results(url)
    assert first == {
        "id": "1",
        "status": "created",
        "documentNumber": "26/000001",
        "documentDate": "2026-03-02",
        "orderStatus": "pending",
        "messages": [],
        "timestamp": first["timestamp"],
    }
    assert second["documentNumber"] == "26/000002"


def test_all_orders_refused_is_a_bad_request() -> None:
    world = sage50()
    world.sim("records", {"scope": "customers", "id": "WEB", "set": {"blocked": True}})
    orders = [world.order(id) for id in ("1", "2")]
    for order in orders:
        order["customer"]["id"] = "WEB"
    url = world.processed(*orders)
    assert world.track(url)["status"] == "badRequest"
    assert {one["messages"][0]["code"] for one in world.results(url)} == {"customerBlocked"}


def test_one_bad_order_may_refuse_the_whole_file_until_it_stands_alone() -> None:
    world = sage50(refusal="file", result="none")
    orders = [world.order(str(number)) for number in range(8)]
    orders[5]["lines"][0]["productId"] = "ART-9999"
    halves, bad = [orders], []
    while halves:
        part = halves.pop()
        tracking = world.track(world.processed(*part))
        assert tracking["downloadResultUrl"] is None
        if tracking["status"] == "badRequest" and len(part) == 1:
            bad.append(part[0]["id"])
        elif tracking["status"] == "badRequest":
            halves += [part[: len(part) // 2], part[len(part) // 2 :]]
    assert bad == ["5"]
    assert sorted(one["id"] for one in world.sim("orders")) == ["0", "1", "2", "3", "4", "6", "7"]


def test_a_whole_file_that_is_refused_names_the_bad_orders() -> None:
    world = sage50(refusal="file")
    good, bad = world.order("1"), world.order("2", totalGross=1)
    url = world.processed(good, bad)
    assert world.track(url)["status"] == "badRequest"
    assert [one["id"] for one in world.results(url)] == ["2"]
    assert world.sim("orders") == []


def test_processing_breaks_off_after_some_orders() -> None:
    world = sage50()
    world.arm("processing_fails", options={"after": 2})
    orders = [world.order(id) for id in "123"]
    url = world.processed(*orders)
    assert world.track(url)["status"] == "failed"
    assert [(one["id"], one["status"]) for one in world.results(url)] == [("1", "created"), ("2", "created")]
    assert [one["status"] for one in world.results(world.processed(*orders))] == [
        "unchanged",
        "unchanged",
        "created",
    ]
    assert len(world.company.orders.table) == 3


def test_processing_that_breaks_off_at_once_leaves_no_result() -> None:
    world = sage50()
    world.arm("processing_fails")
    tracking = world.track(world.processed(world.order()))
    assert (tracking["status"], tracking["downloadResultUrl"]) == ("failed", None)


@pytest.mark.parametrize(("rule", "count"), [("full", 3), ("partial", 2)])
def test_how_much_a_result_reports(rule: str, count: int) -> None:
    world = sage50(result=rule)
    url = world.processed(*[world.order(id) for id in "123"])
    assert len(world.results(url)) == count
    assert len(world.sim("orders")) == 3


def test_no_result_at_all() -> None:
    world = sage50(result="none")
    url = world.processed(world.order())
    world.wait(days=1)
    world.renew()
    tracking = world.track(url)
    assert (tracking["status"], tracking["downloadResultUrl"]) == ("accepted", None)


def test_a_late_result() -> None:
    world = sage50(result="late", late_minutes=10)
    url = world.processed(world.order())
    assert world.track(url)["downloadResultUrl"] is None
    world.wait(minutes=10)
    assert [one["status"] for one in world.results(url)] == ["created"]


def test_a_result_url_is_over_after_fifteen_minutes_and_needs_no_key() -> None:
    world = sage50()
    url = world.track(world.processed(world.order()))["downloadResultUrl"]
    assert world.http.get(url).status_code == 200
    world.wait(minutes=15)
    assert world.http.get(url).status_code == 410


def test_a_later_result_replaces_the_one_before() -> None:
    world = sage50()
    tracking = world.processed(world.order("1"), world.order("2"))
    old = world.track(tracking)["downloadResultUrl"]
    world.sim("despatch", {"order": "26/000001"})
    upload = world.sim("uploads")[0]["id"]
    world.sim("result", {"upload": upload})
    assert world.http.get(old).status_code == 410
    assert [(one["id"], one["orderStatus"]) for one in world.results(tracking)] == [
        ("1", "delivered"),
        ("2", "pending"),
    ]


def test_a_status_that_nobody_knows() -> None:
    world = sage50()
    url = world.send(world.order())
    world.arm("status_word", options={"word": "archiving"})
    assert [world.track(url)["status"] for _ in range(2)] == ["archiving", "validating"]


def test_tracking_may_say_no_more_than_is_known_of_it() -> None:
    world = sage50(tracking_details=False)
    url = world.send(world.order())
    assert world.track(url) == {"status": "validating"}
    world.process()
    assert set(world.track(url)) == {"status", "downloadResultUrl"}
