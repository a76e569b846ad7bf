"""Careless changes that were once tried on the code: the weeks see six of them.

Without the change the same weeks are clean: they are among those of `test_weeks.py`. The two that are left to the
campaign are found by a mini-week (`mutants.py`) with every change.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulation import bugs_of_carelessness as careless
from simulation import bugs_of_stock as stock
from simulation import bugs_of_the_engine as engine
from simulation.test_weeks import OTHERS, SEEDS
from tidegate.simulation.run import run_week

#: The change, and weeks of which at least one finds it.
SEEN: tuple[tuple[Callable[[pytest.MonkeyPatch], None], tuple[int, ...]], ...] = (
    (careless.a_404_at_a_look_up_means_absent, (13, 3, 18)),
    (engine.any_company_s_closing_is_ours, (3, 16, 19)),
    (careless.no_overlap_at_deltas, (14, 42)),
    (careless.one_key_for_two_allocations, (0,)),
)
LATER: tuple[tuple[Callable[[pytest.MonkeyPatch], None], tuple[int, ...]], ...] = (
    (stock.a_reservation_counts_twice, (0, 7)),
    (careless.a_receipt_for_a_cancelled_order, (28,)),
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "seeds"),
    [*SEEN, *(pytest.param(*each, marks=pytest.mark.campaign) for each in LATER)],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_the_weeks_see_it(
    change: Callable[[pytest.MonkeyPatch], None], seeds: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(seeds) <= {*SEEDS, *OTHERS}
    change(monkeypatch)
    assert any(run_week(seed).violations for seed in seeds), f"no week of {seeds} sees it"
