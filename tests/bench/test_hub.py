"""The hub beside its sandbox in another process: everything is carried once, and the calls are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tidegate.bench import drain, effort, filling, memory
from tidegate.bench.sandbox import SandboxEnded, sandbox


def test_a_backlog_is_drained_with_two_look_ups_a_batch(tmp_path: Path) -> None:
    drained = drain.drain(tmp_path, 40, service_time=0.01, seats=2, warm=60, batch=20)

    assert drained.orders == 40
    # two batches: 40 orders and 4 look-ups; what is more are products that the first orders did not have
    assert 44 <= drained.sage_calls <= 46
    assert drained.allowed == 200
    assert 0 < drained.ratio < 1
    assert 0 < drained.busy <= 1


def test_what_an_order_costs_over_its_life_is_reported_for_every_flow(tmp_path: Path) -> None:
    life, noted, *flows = effort.spend(tmp_path, 6, warm=6)

    assert (life.name, life.kind, noted.name) == ("hub-cpu-per-life", "timed", "hub-cpu-per-order")
    assert life.value == pytest.approx(sum(each.value for each in flows), abs=0.05)
    assert noted.value == pytest.approx(flows[0].value + flows[1].value, abs=0.02)
    assert len(flows) == len(effort.FLOWS)
    assert min(each.value for each in flows) > 0


def test_a_hub_beside_its_past_needs_less_than_200_mib(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.db"
    filling.fill(ledger, 1000)

    told = memory.work_in_a_fresh_process(ledger, 1000)

    assert 20 < told["opened"] <= told["peak"] < 200


def test_a_sandbox_that_ended_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SandboxEnded, match="status 2"), sandbox(tmp_path, seed="no number"):  # type: ignore[arg-type]
        pass

    assert "--seed" in (tmp_path / "sandbox.log").read_text()
