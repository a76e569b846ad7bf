"""Deliberate bugs in what answers prove: each is found by the check that names it.

A mini-week cannot show them cheaply; so each bug is patched in for one call, beside the same call without it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tidegate.domain.errors import Code, Failure
from tidegate.magento import answer as store_answers
from tidegate.magento import notes
from tidegate.magento.client import StoreClient
from tidegate.sage.port.outcomes import Accepted
from tidegate.sage.port.session import Purpose
from tidegate.sage.sage200 import answers
from tidegate.transport import LONGEST_PAUSE, Answer
from unit.magento.test_write_identity import outcome
from unit.sage.scripted_api import make_world, ok, page

Patch = pytest.MonkeyPatch
HTML = {"content-type": "text/html"}


def a_delete_s_page_is_trusted(patch: Patch) -> None:
    """Any 2xx of a DELETE counts."""
    patch.setattr(answers, "deleted", lambda answer, record_id: None)


def deleting_is_trusted_from_a_page() -> bool:
    world = make_world()
    there = {"id": 7, "document_no": "0000000007", "document_status": "EnumDocumentStatusLive"}
    world.api.on("GET", "/sop_orders/7", ok(there))
    world.api.on("DELETE", "/sop_orders/7", page(200))
    with world.company.session(Purpose.WRITING) as session:
        return isinstance(session.cancelling.cancel("7", "0000000007"), Accepted)


def the_number_is_trusted_from_any_200(patch: Patch) -> None:
    """`store_number` does not read its answer."""
    patch.setattr(notes, "is_about", lambda answer, call, **expected: None)


def storing_is_trusted_from_another_order() -> bool:
    def store(client: StoreClient) -> object:
        return notes.OrderNotes(client).store_number(213, "SO-1")

    return outcome(store, httpx.Response(200, json={"entity_id": 214, "ext_order_id": "SO-1"})) is None


def an_odd_4xx_on_a_read_is_a_refusal(patch: Patch) -> None:
    """408 and 418 with JSON send the record to a person."""
    patch.setattr(store_answers, "READ_REFUSALS", range(400, 500))


def a_read_goes_to_a_person() -> bool:
    said = Answer(408, {"content-type": "application/json"}, b'{"message": "late"}')
    found = store_answers.body_of(said, "GET", "/V1/orders/1")
    return isinstance(found, Failure) and found.code is Code.REFUSED


def retry_after_has_no_end(patch: Patch) -> None:
    """The pause is what the header says."""
    patch.setattr("tidegate.transport.LONGEST_PAUSE", float("inf"))


def a_pause_is_longer_than_its_maximum() -> bool:
    return (Answer(503, {"retry-after": "100000000000"}, b"").retry_after or 0) > LONGEST_PAUSE


BUGS: tuple[tuple[Callable[[Patch], None], Callable[[], bool]], ...] = (
    (a_delete_s_page_is_trusted, deleting_is_trusted_from_a_page),
    (the_number_is_trusted_from_any_200, storing_is_trusted_from_another_order),
    (an_odd_4xx_on_a_read_is_a_refusal, a_read_goes_to_a_person),
    (retry_after_has_no_end, a_pause_is_longer_than_its_maximum),
)


@pytest.mark.parametrize(("bug", "shows"), BUGS, ids=lambda each: str(each.__name__))
def test_the_bug_is_found_and_is_not_there(bug: Any, shows: Any, monkeypatch: Patch) -> None:
    assert not shows()
    bug(monkeypatch)
    assert shows()
