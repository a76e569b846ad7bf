"""What stands around the API: hosting limits, gateways, tokens (contract, additions)."""

from __future__ import annotations

from base64 import b64decode

from integration.sandbox.sage200_world import PROFESSIONAL, STANDARD, sage
from tidegate_sandbox.faults import Fault


def test_a_post_may_answer_201() -> None:
    assert sage(created=True).enter(status=201)["id"]


def test_professional_s_hosting_refuses_long_queries_and_many_nodes() -> None:
    world = sage()
    long = " or ".join(f"reference eq '{number:08}'" for number in range(80))
    for status in (400, 404, 414):
        world.face.options.long_query_status = status
        answer = world.call("GET", "customers", params={"$filter": long})
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    many = " or ".join(f"id eq {number}" for number in range(51))
    answer = world.call("GET", "customers", params={"$filter": many})
    assert (answer.status_code, "node count limit" in answer.json()["Message"]) == (400, True)
    assert world.call("GET", "customers", params={"$filter": many[: many.rindex(" or")]}).status_code == 200
    world.face.options.longest_query = world.face.options.most_nodes = None
    assert world.call("GET", "customers", params={"$filter": long}).status_code == 200
    world.base = STANDARD
    world.face.options.longest_query, world.face.options.most_nodes = 2048, 100
    assert world.call("GET", "customers", params={"$filter": long}).status_code == 200


def test_large_reads_may_take_too_long() -> None:
    world = sage()
    world.faults.add(Fault("slow_large_reads", None, options={"rows": 5}))
    assert world.call("GET", "products", params={"$top": "6"}).status_code == 504
    assert world.call("GET", "products", params={"$top": "5"}).status_code == 200
    assert world.faults.fired() == {"slow_large_reads": 1}


def test_an_answer_after_85_seconds_is_a_504_at_a_company_s_own_server() -> None:
    for base, longest, seconds, status in (
        (PROFESSIONAL, 85, 84, 200),
        (PROFESSIONAL, 85, 86, 504),
        (PROFESSIONAL, None, 86, 200),
        (STANDARD, 85, 86, 200),
    ):
        world = sage(longest_answer=longest)
        world.base = base
        world.http.timeout = 200
        world.faults.add(Fault("slow", options={"seconds": seconds}))
        before = world.wire.clock.now()
        assert world.call("GET", "products", params={"$top": "1"}).status_code == status
        spent = (world.wire.clock.now() - before).total_seconds()
        assert round(spent) == min(seconds, 85 if status == 504 else seconds)


def test_tokens_have_the_shape_of_signed_ones_and_categories_are_never_null() -> None:
    world = sage()
    header, claims, signature = world.face.sign_in().access_token.split(".")
    assert b'"alg":"RS256"' in b64decode(header + "==", "-_")
    assert claims
    assert len(b64decode(signature + "==", "-_")) == 256
    (code, *_) = world.call("GET", "nominal_codes", params={"$top": "1"}).json()
    assert code["report_category_id"] is not None
