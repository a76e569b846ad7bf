"""Headers, keys, pages and pools: contract §1, §2, §5, §6, §8."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage200.client import Sage200Client, encode
from tidegate.sage.sage200.queries import equals
from unit.sage.scripted_api import SITE, World, application_error, gateway_error, make_world, ok, page, where


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def client(world: World) -> Sage200Client:
    return world.company._client


def test_every_call_names_site_and_company_and_carries_the_key(world: World, client: Sage200Client) -> None:
    client.read("/tax_codes")

    [request] = world.api.requests
    assert str(request.url) == "https://api.columbus.sage.com/uk/sage200/accounts/v1/tax_codes"
    assert request.headers["Authorization"] == "Bearer access-0"
    assert request.headers["X-Site"] == SITE
    assert request.headers["X-Company"] == "123"
    assert request.headers["ocp-apim-subscription-key"] == "primary-key"
    assert request.headers["Accept"] == "application/json"


def test_professional_has_its_own_address_and_no_key_is_sent_where_none_is_set() -> None:
    world = make_world(edition="professional", subscription_key="", subscription_key_secondary="")
    world.company._client.read("/tax_codes")

    [request] = world.api.requests
    assert str(request.url).startswith("https://api.columbus.sage.com/uk/sage200extra/accounts/v1/")
    assert "ocp-apim-subscription-key" not in request.headers


def test_sites_is_asked_without_site_and_company(world: World, client: Sage200Client) -> None:
    client.send("GET", "/sites", addressed=False)

    [request] = world.api.requests
    assert "X-Site" not in request.headers
    assert "X-Company" not in request.headers


# Subscription keys

BAD_KEY = gateway_error(401, "Access denied due to invalid subscription key.")


def test_the_secondary_key_replaces_a_refused_primary_without_a_refresh(
    world: World, client: Sage200Client
) -> None:
    world.api.on("GET", "/tax_codes", BAD_KEY, ok([]))

    assert client.read("/tax_codes") == []
    assert client.read("/tax_codes") == []

    keys = [one.headers["ocp-apim-subscription-key"] for one in world.api.requests]
    assert keys == ["primary-key", "secondary-key", "secondary-key"]
    assert client.secondary_key_in_use
    assert world.api.refreshed == []


def test_both_keys_refused_is_an_authentication_failure(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/tax_codes", BAD_KEY)

    failure = client.read("/tax_codes")

    assert isinstance(failure, Failure)
    assert failure.code is Code.NOT_AUTHENTICATED
    assert len(world.api.requests) == 2
    assert world.api.refreshed == []


# 401

UNAUTHORIZED = gateway_error(401, "Unauthorized")


def sites(*companies: int) -> httpx.Response:
    return ok([{"company_id": one, "company_name": "Demo", "site_id": SITE.upper()} for one in companies])


def test_a_wrong_company_is_distinguished_from_a_wrong_sign_in(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/tax_codes", UNAUTHORIZED)
    world.api.on("GET", "/sites", sites(7, 8))
    failure = client.read("/tax_codes")
    assert isinstance(failure, Failure)
    assert failure.code is Code.WRONG_COMPANY

    world.api.on("GET", "/sites", sites(123))
    world.api.on("GET", "/sop_settings", UNAUTHORIZED)
    failure = client.read("/tax_codes")
    assert isinstance(failure, Failure)
    assert failure.code is Code.NOT_AUTHENTICATED

    world.api.on("GET", "/sites", UNAUTHORIZED)
    failure = client.read("/tax_codes")
    assert isinstance(failure, Failure)
    assert failure.code is Code.NOT_AUTHENTICATED
    assert world.api.refreshed == ["refresh-0"], "a token that was fresh and refused is not renewed again"


def test_a_401_that_names_the_company_needs_no_list(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/tax_codes", gateway_error(401, "X-Company is not valid"))

    failure = client.read("/tax_codes")

    assert isinstance(failure, Failure)
    assert failure.code is Code.WRONG_COMPANY


def test_no_sites_at_all_means_that_the_tunnel_is_down(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/tax_codes", UNAUTHORIZED)
    world.api.on("GET", "/sites", ok([]))

    failure = client.read("/tax_codes")

    assert isinstance(failure, Failure)
    assert failure.code is Code.UNREACHABLE
    assert "Native API" in failure.text


def test_a_write_after_a_renewed_token_is_sent_once_more_and_checked(
    world: World, client: Sage200Client
) -> None:
    lost = httpx.ReadTimeout("timed out")
    world.api.on("POST", "/sop_orders", UNAUTHORIZED, lost)

    failure = client.write("POST", "/sop_orders", {"customer_id": 1})

    assert isinstance(failure, Failure)
    assert failure.code is Code.NO_ANSWER
    assert len(world.api.called("POST", "/sop_orders")) == 2


# Pages


def test_all_rows_come_in_pages_of_500_by_id(world: World, client: Sage200Client) -> None:
    rows = [{"id": number} for number in range(1, 1001)]

    def serve(request: httpx.Request) -> httpx.Response:
        filtered = where(request)
        last = int(filtered.rpartition(" ")[2]) if "id gt" in filtered else 0
        return ok([row for row in rows if row["id"] > last][:500])

    world.api.on("GET", "/nominal_codes", serve)

    found = client.read_all("/nominal_codes", select=("id",), where="a eq 1 or b eq 2")

    assert found == rows
    filters = [where(one) for one in world.api.requests]
    assert filters == [
        "a eq 1 or b eq 2",
        "(a eq 1 or b eq 2) and id gt 500",
        "(a eq 1 or b eq 2) and id gt 1000",
    ]
    assert all("%24" not in str(one.url) and "$top=500" in str(one.url) for one in world.api.requests)
    assert all("$orderby=id%20asc" in str(one.url) for one in world.api.requests)


def test_a_company_that_ignores_the_filter_does_not_keep_us_for_ever(
    world: World, client: Sage200Client
) -> None:
    world.api.on("GET", "/nominal_codes", ok([{"id": number} for number in range(1, 501)]))

    found = client.read_all("/nominal_codes")

    assert isinstance(found, list)
    assert len(found) == 500
    assert len(world.api.requests) <= 3


def test_a_page_that_fails_fails_the_whole_read(world: World, client: Sage200Client) -> None:
    first = ok([{"id": number} for number in range(1, 501)])
    world.api.on("GET", "/nominal_codes", first, gateway_error(504, "timeout"))

    failure = client.read_all("/nominal_codes")

    assert isinstance(failure, Failure)
    assert failure.code is Code.SERVER_TROUBLE


def test_a_page_of_html_is_no_empty_list(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/nominal_codes", page(200, "Please sign in"))

    failure = client.read_all("/nominal_codes")

    assert isinstance(failure, Failure)
    assert failure.code is Code.SERVER_TROUBLE


# Pools

TERMS = {str(number): (equals("code", f"SKU-{number}"),) for number in range(20)}


def serving(refuse: object, *, most: int = 1000) -> object:
    """Answers one row a term; 400 where the filter holds `refuse` or too many terms."""

    def serve(request: httpx.Request) -> httpx.Response:
        filtered = where(request)
        terms = filtered.split(" or ")
        if str(refuse) in filtered or len(terms) > most:
            return application_error("A problem with the request.")
        if filtered == "id eq 0":
            return ok([])
        return ok([{"id": 1000 + int(term.split("-")[1].rstrip("'"))} for term in terms])

    return serve


def test_one_odd_name_harms_only_itself(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/products", serving("SKU-7'"))  # type: ignore[arg-type]

    read = client.read_pooled("/products", TERMS, select=("id",), most=50)

    assert not isinstance(read, Failure)
    rows, bad = read
    assert sorted(row["id"] for row in rows) == [1000 + number for number in range(20) if number != 7]
    assert list(bad) == ["7"]


def test_a_pool_that_is_too_large_is_halved_and_the_size_remembered(
    world: World, client: Sage200Client
) -> None:
    world.api.on("GET", "/products", serving("never", most=6))  # type: ignore[arg-type]

    read = client.read_pooled("/products", TERMS, select=("id",), most=50)

    assert not isinstance(read, Failure)
    assert len(read[0]) == 20
    assert read[1] == {}
    world.api.requests.clear()
    again = client.read_pooled("/products", TERMS, select=("id",), most=50)
    assert not isinstance(again, Failure)
    assert len(again[0]) == 20
    assert len(world.api.requests) == 4, "five a call, without another refusal"


def test_fields_that_the_version_lacks_fail_the_whole_read_after_one_probe(
    world: World, client: Sage200Client
) -> None:
    world.api.on("GET", "/products", application_error("Could not find a property named 'spare_text_1'"))

    failure = client.read_pooled("/products", TERMS, select=("id", "spare_text_1"), most=50)

    assert isinstance(failure, Failure)
    assert failure.code is Code.UNKNOWN_ENDPOINT
    assert "key_field" in failure.text
    assert len(world.api.requests) == 2


def test_a_lock_in_the_middle_ends_the_pooled_read(world: World, client: Sage200Client) -> None:
    world.api.on("GET", "/products", application_error("The database is locked", 503))

    failure = client.read_pooled("/products", TERMS, select=("id",), most=5)

    assert isinstance(failure, Failure)
    assert failure.code is Code.LOCKED
    assert len(world.api.requests) == 1


def test_no_names_no_call(world: World, client: Sage200Client) -> None:
    assert client.read_pooled("/products", {}, select=("id",), most=5) == ([], {})
    assert world.api.requests == []


# Bodies


def test_decimals_leave_as_numbers_with_their_own_digits() -> None:
    assert encode({"price": Decimal("10.10"), "big": Decimal("12345678901234.12345")}) == (
        b'{"price":10.10,"big":12345678901234.12345}'
    )
