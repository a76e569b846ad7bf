"""Statuses in the domain's words: no word of the wire leaves the room."""

from __future__ import annotations

import pytest

from tidegate.domain.fulfilment.sage_documents import SalesOrderStatus
from tidegate.sage.sage200.status_words import status_of


@pytest.mark.parametrize(
    ("wire", "word"),
    [
        ("EnumDocumentStatusLive", SalesOrderStatus.LIVE),
        ("EnumDocumentStatusOnHold", SalesOrderStatus.ON_HOLD),
        ("EnumDocumentStatusCancelled", SalesOrderStatus.CANCELLED),
        ("EnumDocumentStatusSomethingNew", None),
        ("", None),
    ],
)
def test_no_wire_word_leaves_the_room(wire: str, word: SalesOrderStatus | None) -> None:
    assert status_of(wire) is word
