"""Long tables in pieces: what is compared piece by piece is what is compared as one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegate.ledger import pieces, snapshot
from tidegate.ledger.pieces import Pieces, aligned, whole
from tidegate.tables import pl

TABLES = st.dictionaries(st.text("abcé|", min_size=1, max_size=3), st.sampled_from(["1", "2"]), max_size=12)


def table(values: dict[str, str]) -> pl.DataFrame:
    return snapshot.frame(values)


def cut(values: dict[str, str], size: int) -> Pieces:
    """The table in pieces of that size."""
    full = table(values)
    return Pieces.of(full.slice(start, size) for start in range(0, full.height, size))


@settings(deadline=None, max_examples=50)
@given(TABLES, TABLES, st.integers(1, 4), st.integers(1, 4))
def test_pieces_differ_as_their_tables_do(
    left: dict[str, str], right: dict[str, str], one: int, other: int
) -> None:
    expected = snapshot.differing(table(left), table(right))
    found = snapshot.differing(cut(left, one), cut(right, other))
    assert found.rows() == expected.rows()
    assert snapshot.differing(table(left), cut(right, other)).rows() == expected.rows()


@settings(deadline=None, max_examples=50)
@given(TABLES, TABLES, st.integers(1, 4))
def test_each_row_comes_once_beside_its_like(left: dict[str, str], right: dict[str, str], size: int) -> None:
    both = list(aligned(cut(left, size), table(right)))
    assert whole(one for one, _ in both).rows() == table(left).rows()
    assert whole(other for _, other in both).rows() == table(right).rows()
    for one, other in both:
        assert set(one["key"]) & right.keys() <= set(other["key"])


def test_a_table_is_cut_into_pieces_of_their_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 2)
    made = Pieces.of([table({"a": "1", "b": "2", "c": "3"}), table({"d": "4"})])
    assert (made.heights, made.height) == ((2, 1, 1), 4)
    assert made.table()["key"].to_list() == ["a", "b", "c", "d"]
    assert made.where(pl.col("key") > "b")["key"].to_list() == ["c", "d"]
    assert Pieces().table().height == 0
