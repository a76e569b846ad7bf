"""Downloading the files of a scope (contract sections 5 and 7)."""

from __future__ import annotations

import gzip
import hashlib
import json
from typing import Any

import pytest

from integration.sandbox.sage50.platform_world import HOST, Sage50, sage50

PRODUCTS = "/api/files/ecommerce/products"


def uploaded(**options: Any) -> Sage50:
    """A world in which Sage 50 has uploaded its first files."""
    world = sage50(**options)
    world.wait(minutes=1)
    return world


def test_nothing_was_uploaded_yet() -> None:
    world = sage50()
    assert world.get(PRODUCTS, 404)["code"] == "fileNotFound"
    assert world.get("/api/files/ecommerce/orders", 404)["code"] == "fileNotFound"


@pytest.mark.parametrize("path", ["/api/files/payroll/employees", "/api/files/ecommerce/invoices"])
def test_what_is_outside_the_consented_domain(path: str) -> None:
    assert sage50().get(path, 403)["code"] == "noConsent"


def test_a_file_comes_with_size_and_checksum() -> None:
    world = uploaded()
    file = world.get(PRODUCTS)
    assert file["expiry"] == "2026-03-02T10:16:00Z"
    assert (file["version"], file["uploadedAt"]) == (1, "2026-03-02T10:01:00Z")
    answer = world.http.get(file["downloadUrl"])
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert (len(answer.content), hashlib.sha256(answer.content).hexdigest()) == (file["size"], file["sha256"])
    assert len(answer.json()) == len(world.company.items)


def test_only_the_url_may_be_said() -> None:
    assert set(uploaded(file_details=False).get(PRODUCTS)) == {"downloadUrl"}


def test_a_download_url_needs_no_key_and_is_good_for_fifteen_minutes_any_number_of_times() -> None:
    world = uploaded()
    world.sim("installations", {"on": False})
    url = world.get(PRODUCTS)["downloadUrl"]
    assert [world.http.get(url).status_code for _ in range(3)] == [200, 200, 200]
    world.wait(minutes=14, seconds=59)
    assert world.http.get(url).status_code == 200
    world.wait(seconds=1)
    answer = world.http.get(url)
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")
    world.renew()
    assert world.http.get(world.get(PRODUCTS)["downloadUrl"]).status_code == 200


def test_a_file_that_is_replaced_between_link_and_download() -> None:
    world = uploaded()
    url = world.get(PRODUCTS)["downloadUrl"]
    world.sim("sage-upload", {"scope": "customers"})
    assert world.http.get(url).status_code == 200
    world.sim("sage-upload", {"scope": "products"})
    assert world.http.get(url).status_code == 410
    assert world.get(PRODUCTS)["version"] == 2


def test_an_invented_url_is_404() -> None:
    assert uploaded().http.get(f"{HOST}/f/abc").status_code == 404


@pytest.mark.parametrize(
    ("rule", "accepts", "packed"),
    [
        ("never", "gzip", False),
        ("accepted", "gzip, br", True),
        ("accepted", "identity", False),
        ("always", "", True),
    ],
)
def test_a_download_may_be_compressed(rule: str, accepts: str, packed: bool) -> None:
    world = uploaded(gzip=rule)
    file = world.get(PRODUCTS)
    with world.http.stream("GET", file["downloadUrl"], headers={"Accept-Encoding": accepts}) as answer:
        raw = b"".join(answer.iter_raw())
    assert (answer.headers.get("Content-Encoding") == "gzip") == packed
    content = gzip.decompress(raw) if packed else raw
    assert hashlib.sha256(content).hexdigest() == file["sha256"]


def test_files_may_lie_on_another_host_and_a_key_that_goes_there_is_noted() -> None:
    world = uploaded(files_url="https://files.example")
    url = world.get(PRODUCTS)["downloadUrl"]
    assert url.startswith("https://files.example/f/")
    world.http.get(url)
    assert world.sim("events?event=key-sent-along") == []
    world.http.get(url, headers={"apikey": world.key})
    assert len(world.sim("events?event=key-sent-along")) == 1


def test_first_file_and_three_later_ones_new_changed_removed_and_the_same() -> None:
    world = uploaded()
    first = {one["id"]: one for one in world.download("products")}
    world.clock.advance(60)
    widget = next(one for one in first.values() if one["reference"] == "HUB-0001")
    added = world.sim(
        "records", {"action": "add", "reference": "NEW-1", "set": {"netPrice": 9.5, "stock": 4}}
    )
    world.sim("records", {"id": widget["id"], "set": {"netPrice": 11.25}})
    gone = next(one for one in first.values() if one["reference"] == "HUB-0002")
    world.sim("records", {"action": "remove", "id": gone["id"]})
    world.sim("sage-upload", {})
    second = {one["id"]: one for one in world.download("products")}
    assert set(second) - set(first) == {added["id"]}
    assert set(first) - set(second) == {gone["id"]}
    assert (second[added["id"]]["netPrice"], second[added["id"]]["stock"]) == (9.5, 4)
    assert second[widget["id"]]["netPrice"] == 11.25
    assert second[widget["id"]]["timestamp"] > widget["timestamp"]
    assert [id for id in second if id in first and second[id] != first[id]] == [widget["id"]]

    before = world.get(PRODUCTS)
    world.sim("sage-upload", {})
    after = world.get(PRODUCTS)
    assert (after["sha256"], after["version"]) == (before["sha256"], before["version"] + 1)

    world.sim("records", {"action": "restore", "id": gone["id"]})
    world.sim("sage-upload", {})
    assert {one["id"] for one in world.download("products")} == {*first, added["id"]}


def test_an_unchanged_file_may_not_be_uploaded_at_all() -> None:
    world = uploaded(upload_unchanged=False)
    world.wait(hours=5)
    world.renew()
    assert world.get(PRODUCTS)["version"] == 1
    world.sim("stock-adjust", {"item": "HUB-0001", "warehouse": "HOME", "change": 5})
    world.wait(hours=1)
    world.renew()
    assert world.get(PRODUCTS)["version"] == 2


def body(world: Sage50, form: str, scope: str = "products") -> bytes:
    world.sim("sage-upload", {"scope": scope, "form": form})
    file = world.get(f"/api/files/ecommerce/{scope}")
    content = world.http.get(file["downloadUrl"]).content
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    return content


@pytest.mark.parametrize("scope", ["products", "customers"])
def test_files_that_are_broken_in_sage_50_itself(scope: str) -> None:
    world = uploaded()
    whole = json.loads(body(world, "array", scope))
    assert json.loads(body(world, "empty", scope)) == []
    assert json.loads(body(world, "object", scope)) == {scope: whole}
    restored = json.loads(body(world, "restored", scope))
    assert {one["timestamp"] for one in restored} == {"2020-01-01T00:00:00Z"}
    assert [one["id"] for one in restored] == [one["id"] for one in whole]
    assert json.loads(body(world, "few", scope)) == whole[: len(whole) // 4]
    two = json.loads(body(world, "two_arrays", scope))
    assert [type(one) for one in two.values()] == [list, list]
    with pytest.raises(ValueError, match=r"line 1"):
        json.loads(body(world, "half", scope))
    assert body(world, "page", scope).startswith(b"<!DOCTYPE html>")
    bad, *good = json.loads(body(world, "bad_record", scope))
    assert ("id" in bad, good) == (False, whole[1:])
    assert json.loads(body(world, "bad_type", scope))[0]["timestamp"] == 20260302
    older, *rest = json.loads(body(world, "duplicate", scope))
    assert (older["id"], rest) == (whole[0]["id"], whole)
    assert world.sim("sage-upload", {"form": "none such"}, 400)


def test_sage_50_may_break_a_file_at_its_own_upload() -> None:
    world = sage50()
    world.arm("broken_file", options={"scope": "products", "form": "empty"})
    world.wait(minutes=1)
    assert (world.download("products"), len(world.download("customers")) > 30) == ([], True)
    world.wait(hours=1)
    world.renew()
    assert len(world.download("products")) == len(world.company.items)


def test_a_download_that_breaks_off_on_the_way() -> None:
    world = uploaded(gzip="never")
    file = world.get(PRODUCTS)
    world.arm("cut_body", path="^/f/")
    with pytest.raises(Exception, match="complete message body"):
        world.http.get(file["downloadUrl"])
    world.arm("garbage", path="^/f/")
    half = world.http.get(file["downloadUrl"]).content
    assert len(half) == file["size"] // 2
    assert len(world.http.get(file["downloadUrl"]).content) == file["size"]


def test_a_large_file() -> None:
    world = uploaded(items=3000)
    assert len(world.download("products")) > 3000
    assert world.get(PRODUCTS)["size"] > 1_000_000


def test_the_older_contract_knows_no_surcharge_and_every_tax_id() -> None:
    world = uploaded(customer_id_number="required")
    customers, products = world.download("customers"), world.download("products")
    assert not any("surcharge" in one for one in (*customers, *products))
    assert all(one["idNumber"] for one in customers)
