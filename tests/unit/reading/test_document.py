"""A JSON document within bounds: what no sound system sends harms only the place where it stands."""

from __future__ import annotations

import tracemalloc
from decimal import Decimal

import pytest

from tidegate.reading.document import DEEPEST, Unreadable, Wild, read
from tidegate.reading.values import figure, text, whole


def test_numbers_keep_their_digits() -> None:
    assert read(b'{"a": 71.280000000000001, "b": 5, "c": "x"}') == {
        "a": Decimal("71.280000000000001"),
        "b": 5,
        "c": "x",
    }


@pytest.mark.parametrize(
    "number", ["1e1000000", "-1e60", "9" * 70, "9" * 6000, "1e-1000000", "NaN", "-Infinity"]
)
def test_a_number_out_of_all_bounds_is_refused_in_its_own_place_and_at_once(number: str) -> None:
    tracemalloc.start()
    read_rows = read(f'[{{"id": {number}, "n": 1}}, {{"id": 4}}]'.encode())
    for take in (whole, figure):
        with pytest.raises(Unreadable):
            take(read_rows[0]["id"])
    with pytest.raises(Unreadable):
        text(read_rows[0]["id"])
    assert whole(read_rows[1]["id"]) == 4
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200_000, "an id of 1e1000000 was written out in its digits, which took 23 s"


@pytest.mark.parametrize(("begin", "end"), [("[", "]"), ('{"a":', "}"), ('[{"b":', "}]")])
@pytest.mark.parametrize("depth", [100, 1000, 20_000])
def test_what_is_nested_too_deep_is_cut_out_of_the_document(begin: str, end: str, depth: int) -> None:
    rows = read(f'[{{"x": {begin * depth}1{end * depth}, "id": 3}}, {{"id": 4, "t": "]}}"}}]'.encode())
    assert rows[0]["id"] == 3
    assert rows[1] == {"id": 4, "t": "]}"}
    assert str(rows).count("[") <= DEEPEST + 2
    assert repr(rows), "nothing that recurses over it meets the interpreter's limit"


def test_brackets_in_texts_are_no_nesting() -> None:
    smiles = ":-[" * 500
    assert read(f'{{"note": "{smiles}", "quote": "\\"[["}}'.encode()) == {"note": smiles, "quote": '"[['}


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b'"\xff"', b"<html>", b"[1,]", b"nul"])
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


def test_half_a_character_is_no_text() -> None:
    with pytest.raises(Unreadable):
        text(read(rb'"\ud800"'))


def test_a_wild_number_says_what_it_is() -> None:
    assert read(b"[NaN]") == [Wild("NaN is not a number")]
