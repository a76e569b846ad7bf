"""A 401 or 403 of Sage concerns its record while a probe with the same sign-in succeeds (issue 7, point 10)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tidegate.domain.errors import Code, Failure, Group
from tidegate.sage.sage200 import client as clients
from tidegate.sage.sage200.client import Sage200Client
from tidegate.sage.sage200.whose_fault import THIS_CALL
from unit.sage.scripted_api import SITE, World, application_error, gateway_error, make_world, ok, where

UNAUTHORIZED = gateway_error(401, "Unauthorized")
FORBIDDEN = application_error("The requested operation is forbidden for this account.", 403)
REFUSALS = pytest.mark.parametrize("refusal", [UNAUTHORIZED, FORBIDDEN])


@pytest.fixture
def world() -> World:
    world = make_world()
    world.api.on("GET", "/sites", ok([{"company_id": 123, "company_name": "Demo", "site_id": SITE}]))
    world.api.on("GET", "/sop_orders", ok([{"id": 5}]))
    return world


@pytest.fixture
def client(world: World) -> Sage200Client:
    return world.company._client


def failed(found: object) -> Failure:
    assert isinstance(found, Failure)
    return found


@REFUSALS
def test_a_record_that_is_refused_alone_is_not_read_this_time(
    world: World, client: Sage200Client, refusal: httpx.Response
) -> None:
    world.api.on("GET", "/customers/27825", refusal)
    failure = failed(client.read_one("/customers/27825"))
    assert (failure.code, failure.sent, THIS_CALL in failure.details) == (Code.TRANSIENT, False, True)
    assert not failure.ends_cycle


@REFUSALS
def test_a_write_that_is_refused_alone_concerns_that_record(
    world: World, client: Sage200Client, refusal: httpx.Response
) -> None:
    world.api.on("PUT", "/sop_orders/5", refusal)
    failure = failed(client.write("PUT", "/sop_orders/5", {}))
    assert (failure.code, failure.sent) == (Code.REFUSED, False)
    assert failure.group is Group.REVIEW


@REFUSALS
def test_where_the_probe_is_refused_too_it_is_the_sign_in_s(
    world: World, client: Sage200Client, refusal: httpx.Response
) -> None:
    for path in ("/customers/27825", "/customers", "/sop_settings"):
        world.api.on("GET", path, refusal)
    for found in (client.read_one("/customers/27825"), client.read("/customers")):
        assert failed(found).group is Group.HALT_AND_ALERT


def test_a_probe_without_an_answer_halts_nothing(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/customers/27825", UNAUTHORIZED)
    for silence in (httpx.ConnectError("no route"), gateway_error(502, "bad gateway")):
        world.api.on("GET", "/sop_settings", silence)
        failure = failed(client.read_one("/customers/27825"))
        assert (failure.code, failure.sent) == (Code.SERVER_TROUBLE, False)
        assert "could not be checked" in failure.text


def test_a_missing_feature_that_sage_names_is_nobody_s_record(world: World, client: Sage200Client) -> None:
    world.api.on("POST", "/sop_orders", FORBIDDEN)
    assert failed(client.write("POST", "/sop_orders", {})).code is Code.NOT_PERMITTED


def test_a_name_that_is_refused_alone_harms_only_itself(world: World, client: Sage200Client) -> None:
    def products(request: httpx.Request) -> Any:
        if "ODD" in where(request):
            return gateway_error(401, "Unauthorized")
        return ok([{"id": 3001, "code": "HUB-0001"}] if "HUB-0001" in where(request) else [])

    world.api.on("GET", "/products", products)
    terms = {code: (f"code eq '{code}'",) for code in ("HUB-0001", "ODD", "HUB-0002")}
    read = client.read_pooled("/products", terms, select=("id", "code"), most=50)
    assert not isinstance(read, Failure)
    rows, bad = read
    assert [row["code"] for row in rows] == ["HUB-0001"]
    assert {name: failure.code for name, failure in bad.items()} == {"ODD": Code.TRANSIENT}


def test_bug_the_first_refusal_is_trusted(
    world: World, client: Sage200Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "after_probe", lambda refused, *_: refused)
    with pytest.raises(AssertionError):
        test_a_record_that_is_refused_alone_is_not_read_this_time(world, client, UNAUTHORIZED)
