"""What stands between the hub and Sage has limits of its own: contract, additions of 29 November."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage200.client import Sage200Client
from unit.sage.scripted_api import World, gateway_error, make_world, ok, page, where


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def client(world: World) -> Sage200Client:
    return world.company._client


def number(request: httpx.Request, option: str) -> int:
    return int(parse_qs(request.url.query.decode())[option][0])


TERMS = {str(n): (f"id eq {n}",) for n in range(1, 41)}


def limited(characters: int, refusal: httpx.Response) -> Any:
    """A web server that refuses longer queries with a page of its own."""

    def answer(request: httpx.Request) -> httpx.Response:
        if len(request.url.query) > characters:
            return httpx.Response(refusal.status_code, html=refusal.text)
        asked = [int(one.removeprefix("id eq ")) for one in where(request).strip("()").split(" or ")]
        return ok([{"id": each} for each in asked if each])

    return answer


@pytest.mark.parametrize("status", [400, 404, 413, 414, 431])
def test_a_query_that_hosting_refuses_is_asked_shorter_and_that_is_remembered(
    world: World, client: Sage200Client, status: int
) -> None:
    world.api.on("GET", "/products", limited(600, page(status, "URL too long")))

    read = client.read_pooled("/products", TERMS, select=("id",), most=50)

    assert isinstance(read, tuple)
    assert [len(read[0]), read[1]] == [40, {}]
    before = len(world.api.requests)
    assert isinstance(client.read_pooled("/products", TERMS, select=("id",), most=50), tuple)
    later = world.api.requests[before:]
    assert all(len(one.url.query) <= 600 for one in later)
    assert client.limits.learnt["query"] <= 600

    other = make_world()
    other.api.on("GET", "/products", limited(600, page(status)))
    other.company.take_limits(client.limits.learnt)
    assert isinstance(other.company._client.read_pooled("/products", TERMS, select=("id",), most=50), tuple)
    assert all(len(one.url.query) <= 600 for one in other.api.requests)


def test_a_page_for_every_query_is_trouble_and_halts_nothing(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/products", page(404, "no service"))

    failure = client.read_pooled("/products", TERMS, select=("id",), most=50)

    assert isinstance(failure, Failure)
    assert (failure.code, failure.sent) == (Code.SERVER_TROUBLE, False)
    assert len(world.api.requests) == 2
    assert client.limits.learnt == {}


TOO_MUCH = [httpx.ReadTimeout("timed out"), gateway_error(504, "no answer"), page(502, "bad gateway")]


def slow(most: int, rows: int, failure: httpx.Response | Exception) -> Any:
    """Pages of more than `most` rows do not come."""

    def answer(request: httpx.Request) -> httpx.Response:
        top = number(request, "$top")
        if top > most:
            if isinstance(failure, Exception):
                raise failure
            return httpx.Response(failure.status_code, headers=failure.headers, content=failure.content)
        if where(request) == "id eq 0":
            return ok([])
        after = int(where(request).removeprefix("id gt ")) if where(request) else 0
        return ok([{"id": one} for one in range(after + 1, min(after + top, rows) + 1)])

    return answer


@pytest.mark.parametrize("failure", TOO_MUCH)
def test_a_large_read_that_takes_too_long_goes_on_with_smaller_pages(
    world: World, client: Sage200Client, failure: httpx.Response | Exception
) -> None:
    world.api.on("GET", "/products", slow(130, 700, failure))

    rows = client.read_all("/products", select=("id",), large=True)

    assert isinstance(rows, list)
    assert len(rows) == 700
    sizes = [number(one, "$top") for one in world.api.requests]
    assert sizes[:5] == [5000, 1, 500, 1, 125]
    assert client.limits.learnt == {"page /products": 125}

    other = make_world()
    other.api.on("GET", "/products", slow(130, 700, failure))
    other.company.take_limits(client.limits.learnt)
    assert isinstance(other.company._client.read_all("/products", select=("id",), large=True), list)
    assert number(other.api.requests[0], "$top") == 125


def test_an_outage_is_no_reason_for_smaller_pages(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/products", gateway_error(504, "no answer"))

    failure = client.read_all("/products", select=("id",), large=True)

    assert isinstance(failure, Failure)
    assert failure.code is Code.SERVER_TROUBLE
    assert len(world.api.requests) == 2
    assert client.limits.learnt == {}


def test_a_skip_that_is_ignored_does_not_read_for_ever(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/price_views", ok([{"code": one} for one in range(500)]))

    failure = client.read_listed("/price_views", select=("code",), where="")

    assert isinstance(failure, Failure)
    assert failure.code is Code.SERVER_TROUBLE
    assert "does not end" in failure.text
    assert len(world.api.requests) == 2


def test_rows_without_end_end(world: World, client: Sage200Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidegate.sage.sage200.client.MOST_PAGES", 5)

    def more(request: httpx.Request) -> httpx.Response:
        after = int(where(request).removeprefix("id gt ")) if where(request) else 0
        return ok([{"id": one} for one in range(after + 1, after + 501)])

    world.api.on("GET", "/products", more)
    failure = client.read_all("/products", select=("id",))
    assert isinstance(failure, Failure)
    assert "does not end" in failure.text
