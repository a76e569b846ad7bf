"""Kinds of fault and kinds of call: what is counted where, what is told, and what the weeks take in turns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from tidegate.simulation import command, coverage
from tidegate.simulation.products import USUAL
from tidegate.simulation.run import Outcome
from tidegate.simulation.target import MAGENTO, SAGE
from tidegate.simulation.trade import EVERY
from tidegate.simulation.week import write_week

KINDS = {kind for call in coverage.CALLS for kind in call.kinds}


@pytest.mark.parametrize(
    ("system", "told", "cell"),
    [
        (SAGE, "drip POST /oauth/token", "drip @ sign-in"),
        (SAGE, "odd-404-page GET sop_orders", "odd-page @ company read"),
        (SAGE, "odd-451-json GET customers", "odd-words @ company read"),
        (SAGE, "late POST sop_orders", "late @ order sent"),
        (SAGE, "login-page-delete DELETE sop_orders/{}", "login_page @ order deleted"),
        (SAGE, "pause-5195 POST sales_receipts", "pause-absurd @ account, receipt, allocation sent"),
        (MAGENTO, "status-502 GET orders", "status-502 @ shop read"),
        (MAGENTO, "status-429-absurd POST orders", "pause-absurd @ order noted in the shop"),
        (MAGENTO, "cut_body POST orders/{}/comments", "cut_body @ order noted in the shop"),
        (MAGENTO, "slow POST order/{}/ship", "slow @ document made in the shop"),
        (MAGENTO, "slow POST shipment/track", "slow @ document made in the shop"),
        (
            MAGENTO,
            "page-for-write-effect POST products/base-prices",
            "login_page-effect @ value set in the shop",
        ),
        (MAGENTO, "refuse PUT products/{} & CO/stockItems/{}", "refuse @ value set in the shop"),
    ],
)
def test_a_fault_counts_for_its_kind_and_for_the_kind_of_call(system: str, told: str, cell: str) -> None:
    assert coverage.injected(system, {told: 2}) == {cell: 2}


def test_the_table_has_every_cell_and_names_those_that_are_seldom() -> None:
    cells = coverage.table({"drip @ sign-in": 3}, {"bulk_lies": 2})
    assert {(call.name, kind) for call in coverage.CALLS for kind in call.kinds} <= {
        (call, kind) for call, row in cells.items() for kind in row
    }
    below = list(coverage.below(cells, 3))
    assert "drip at sign-in: 3" not in below
    assert "bulk_lies at by its nature: 2" in below
    assert "late at order deleted: 0" in below


def test_the_table_is_read_on_eighty_columns() -> None:
    cells = coverage.table(Counter({f"{kind} @ sign-in": 10**5 for kind in KINDS}), {})
    assert max(map(len, coverage.table_lines(cells))) <= 80


@pytest.mark.parametrize(("at_least", "code"), [(0, 0), (1, 1)])
def test_a_cell_with_too_few_faults_is_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at_least: int, code: int
) -> None:
    def lived(weeks: Iterable[tuple[int, str]], jobs: int, days: int | None) -> Iterator[tuple[str, Outcome]]:
        assert list(weeks) == [(7, USUAL.name)]
        yield USUAL.name, Outcome(7, injections=Counter({"drip @ sign-in": 1}))

    monkeypatch.setattr(command, "outcomes", lived)
    choice = {"seeds": 1, "first": 7, "products": [USUAL.name], "jobs": 1, "at_least": at_least}
    assert command.main(**choice, as_json=True) == code
    told = json.loads(capsys.readouterr().out)
    assert told["injections"]["sign-in"]["drip"] == 1
    assert ("refuse at sign-in: 0" in told["seldom"]) is bool(at_least)
    assert command.main(**choice, as_json=False) == code
    assert ("FEWER THAN 1: refuse at sign-in: 0\n" in capsys.readouterr().out) is bool(at_least)


def test_what_weeks_draw_has_a_cell() -> None:
    drawn = {
        coverage.kind_of(event.options["name"])
        for seed in range(200)
        for event in write_week(seed).events
        if event.what == "fault"
    }
    assert drawn == KINDS


@pytest.mark.parametrize(
    ("method", "path", "seeds", "least"),
    [("DELETE", "sop_orders/", range(100), 10), ("POST", "order/[0-9]+/", range(0, 23 * EVERY, EVERY), 10)],
)
def test_weeks_take_turns_at_calls_of_which_they_make_few(
    method: str, path: str, seeds: range, least: int
) -> None:
    # Deletions and documents: every kind of fault is aimed at them as often as any other, whatever chance says.
    aimed = Counter(
        coverage.kind_of(event.options["name"])
        for seed in seeds
        for event in write_week(seed).events
        if event.what == "fault" and event.options["method"] == method and path in event.options["path"]
    )
    assert min(aimed[kind] for kind in coverage.WRITE) >= least
