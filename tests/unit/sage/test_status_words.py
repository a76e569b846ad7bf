"""Statuses in words that people read."""

from __future__ import annotations

import pytest

from tidegate.sage.sage200.status_words import status_word


@pytest.mark.parametrize(
    ("wire", "word"),
    [
        ("EnumDocumentStatusLive", "live"),
        ("EnumDocumentStatusOnHold", "on hold"),
        ("EnumDocumentStatusCancelled", "cancelled"),
        ("EnumDocumentStatusSomethingNew", "something new"),
        ("", ""),
    ],
)
def test_no_wire_word_is_shown(wire: str, word: str) -> None:
    assert status_word(wire) == word
