"""The simulator's REST face read by a public client of X3, unchanged: lists by pages and links, conditions, one record, errors."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from sage_x3_requests import SageX3Config, SageX3Requester

from integration.sandbox.x3.test_x3_rest import Served, enter
from integration.sandbox.x3.test_x3_rest import served as served


def config(served: Served, **other: str) -> SageX3Config:
    known = served.face.credentials
    given = {"base_url": served.url, "username": known.user, "password": known.password, "folder": "SEED"}
    return SageX3Config(**{**given, **other})


@pytest.fixture
def client(served: Served) -> Iterator[SageX3Requester]:
    with SageX3Requester(config(served)) as client:
        yield client


def test_all_pages_are_read_by_their_links(served: Served, client: SageX3Requester) -> None:
    numbers = enter(served.face, 45)
    found = client.request("SORDER", "SORDER").get_resources(fetch_all=True, page_size=20)
    assert [row["SOHNUM"] for row in found] == numbers
    assert [row["SOHNUM"] for row in client.request("SORDER", "SORDER").stream(page_size=7)] == numbers


def test_conditions_are_joined_and_quotes_come_as_they_are(served: Served, client: SageX3Requester) -> None:
    numbers = enter(served.face, 3)
    one = client.request("SORDER", "SORDER").filter_eq("SOHNUM", numbers[1]).filter_eq("ORDSTA", 1)
    assert [row["CUSORDREF"] for row in one.get_resources()] == ["M'00001"]
    like = client.request("SORDER", "SORDER").filter_like("CUSORDREF", "M''%")
    assert len(like.get_resources()) == 3


def test_a_record_is_read_by_its_key(served: Served, client: SageX3Requester) -> None:
    enter(served.face, 1)
    row = client.get_details("SORDERQ", "SORDERQ", "SON0000001~1000~1")
    assert (row["ITMREF"], row["QTY"]) == ("HUB-0001", 1)


def test_what_is_refused_is_an_error_of_the_clients(served: Served, client: SageX3Requester) -> None:
    for asked, status in (
        (client.request("NOTHING", "NOTHING"), 404),
        (client.request("SORDER", "SORDER").filter_eq("NOFIELD", "x"), 400),
    ):
        with pytest.raises(httpx.HTTPStatusError) as refused:
            asked.get_resources()
        assert refused.value.response.status_code == status
    with SageX3Requester(config(served, password="another")) as stranger:
        with pytest.raises(httpx.HTTPStatusError) as refused:
            stranger.request("SORDER", "SORDER").get_resources()
        assert refused.value.response.status_code == 401
