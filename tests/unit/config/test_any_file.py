"""Whatever stands in the file: it loads, or every problem is told. Nothing else is ever raised."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidegate.config.questions import answers_of
from tidegate.config.template import render
from tidegate.sage.rooms import PRODUCTS
from unit.config.configuration_files import problems
from unit.config.test_template import SINCE, uncommented

FULL = tomllib.loads(
    uncommented(render(answers_of({"store_url": "https://shop.example"}, since=SINCE, products=PRODUCTS)))
)

VALUES = st.one_of(
    st.booleans(),
    st.integers(-(2**62), 2**62),
    st.floats(),
    st.text(max_size=12).filter(lambda text: "\x7f" not in text and text.isprintable()),
    st.sampled_from(
        ["", "*", "-1", "1e999", "NaN", "env:", "file:", "keyring:", "http://[", "FREQ=DAILY;BYHOUR=99"]
    ),
    st.sampled_from(["0 0 30 2 *", "99999d", "../etc", "Europe/", "sqlite:///", "postgresql://u:p@/d", "é"]),
    st.datetimes(),
    st.dates(),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["a", "b.c", "é", ""]), st.sampled_from([1, "x", 0.5]), max_size=2),
)


def places(table: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every key."""
    for key, value in table.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from places(value, (*path, key))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.lists(st.tuples(st.sampled_from(list(places(FULL))), VALUES), min_size=1, max_size=3))
def test_any_value_anywhere_is_taken_or_refused_in_words(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    document: Any = deepcopy(FULL)
    for path, value in changes:
        table = document
        for key in path[:-1]:
            table = table.get(key)
            if not isinstance(table, dict):
                break
        else:
            table[path[-1]] = value
    for problem in problems(tomlkit.dumps(document)):
        assert problem.found
        assert problem.remedy
        assert str(problem)
