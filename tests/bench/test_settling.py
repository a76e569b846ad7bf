"""Settling: the commits are counted, the seconds are not judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.bench import settling
from tidegate.domain.states import State
from tidegate.ledger import account, chain, database, queue


@pytest.mark.usefixtures("durable")
@pytest.mark.parametrize(("deliveries", "batch", "commits"), [(200, 100, 4), (250, 100, 6), (5, 1, 10)])
def test_a_batch_takes_two_commits(tmp_path: Path, deliveries: int, batch: int, commits: int) -> None:
    with settling.full_ledger(tmp_path):
        settled = settling.settle(deliveries, batch, name="orders")

        assert (settled.deliveries, settled.commits) == (deliveries, commits)
        assert settled.rate > 0
        counted = account.account("web", "orders", "order")
        assert (counted.confirmed, counted.read, counted.unexplained) == (deliveries, deliveries, 0)
        [first] = queue.listing(state=State.CONFIRMED, limit=1)
        assert first.source_id is not None
        assert [link.number for link in chain.of(first.source_id)] == [first.target_number]


def test_only_a_ledger_on_synchronous_full_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger = database.open_ledger
    monkeypatch.setattr(database, "open_ledger", lambda url: open_ledger(url, durability="off"))

    with pytest.raises(RuntimeError, match="synchronous 0"), settling.full_ledger(tmp_path):
        pass


@pytest.mark.usefixtures("durable")
def test_the_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "QUICK", 200)
    monkeypatch.setattr(settling, "SINGLES", 5)

    figures = {figure.name: figure for figure in settling.measure(tmp_path, quick=True)}

    assert figures["ledger-commits-per-delivery"].value == 0.02
    assert figures["ledger-commits-per-delivery"].met
    assert figures["ledger-settle-rate"].kind == figures["ledger-settle-rate-one-by-one"].kind == "timed"
