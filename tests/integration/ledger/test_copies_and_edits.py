"""Copies of what was sent and edits of what waits, on both databases."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import CONNECTION, NOW, begin, captured, open_batch, take_lease
from tidegate.ledger import copies, edits
from tidegate.ledger.database import transaction
from tidegate.ledger.edits import NewEdit
from tidegate.ledger.faults import NotAllowed

PAYLOAD = {"total": Decimal("10.50"), "name": "Åsa", "lines": [1, None]}


def test_a_copy_is_kept_read_and_forgotten(ledger: Ledger) -> None:
    held = take_lease()
    ids = captured(1, 2)
    attempts = begin(held, open_batch(held), ids)
    with transaction("test"):
        copies.keep(CONNECTION, dict.fromkeys(attempts.values(), PAYLOAD), NOW)
    first, second = (attempts[pk] for pk in ids)
    assert copies.of_attempts([first, 0]) == {first: '{"total":"10.50","name":"Åsa","lines":[1,null]}'}
    assert copies.delivery_of(first) == ids[0]
    with transaction("test"):
        assert copies.forget([ids[0]]) == 1
        assert copies.expire("another", NOW + timedelta(days=1), 10) == 0
        assert copies.expire(CONNECTION, NOW + timedelta(days=1), 10) == 1
    assert copies.of_attempts([first, second]) == {}


def test_an_edit_is_in_force_until_the_next_one(ledger: Ledger) -> None:
    (waiting, other) = captured(1, 2)
    with transaction("test"):
        for value in ("York", "Leeds"):
            edits.edit(waiting, [NewEdit("billing.city", "Bath", "Bath", value)], NOW, by="anna")
    assert edits.in_force([waiting, other]) == {waiting: {"billing.city": ("Bath", "Leeds")}}
    assert [each.value for each in edits.history([waiting])[waiting]] == ["York", "Leeds"]
    assert edits.words([waiting], ["billing.city"]) == {"Bath", "York", "Leeds"}
    with transaction("test"):
        assert edits.blank([waiting], ["billing.city"]) == 2
    assert edits.words([waiting], ["billing.city"]) == {"[erased]"}


def test_what_was_sent_is_not_edited(ledger: Ledger) -> None:
    held = take_lease()
    (sent,) = captured(1)
    begin(held, open_batch(held), [sent])
    with pytest.raises(NotAllowed), transaction("test"):
        edits.edit(sent, [NewEdit("note", "", "", "x")], NOW, by="anna")
    assert edits.in_force([sent]) == {}
