"""What a process of simulated weeks does faster than its libraries: the same, to the letter."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tidegate.simulation.haste import escaping


@pytest.mark.parametrize("text", ["", "a b", "%", "ü", "\x00", "~-_.", "a/b?c=d&e", "a=%20&b"])
def test_texts_are_escaped_alike(text: str) -> None:
    def by_library(text: str) -> str:
        return quote(text, safe="~")

    assert escaping(by_library)(text) == by_library(text)
