"""Every deliberate bug is found; without it the same mini-week is clean."""

from __future__ import annotations

import pytest

from simulation import engine_scenarios, fulfilment, reading_scenarios, scenarios
from simulation.mutants import MUTANTS, Mutant
from simulation.script import Finding, Script, Scripted
from tidegate.simulation.ledger_file import ledger_folder

SCRIPTS = {
    name: script
    for name, script in (
        vars(scenarios) | vars(fulfilment) | vars(engine_scenarios) | vars(reading_scenarios)
    ).items()
    if isinstance(script, Script)
}


def findings(script: Script, mutant: Mutant | None = None) -> list[Finding]:
    """What is wrong at the end of the mini-week, with the bug or without."""
    with ledger_folder() as folder, pytest.MonkeyPatch.context() as patch:
        scripted = Scripted(script, folder)
        if mutant is not None:
            mutant.bug(patch)
        scripted.run()
    return scripted.findings


@pytest.mark.parametrize("name", SCRIPTS)
def test_without_a_bug_the_mini_week_is_clean(name: str) -> None:
    assert findings(SCRIPTS[name]) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.bug.__name__)
def test_the_bug_is_found(mutant: Mutant) -> None:
    """Found, and by the promise that it breaks."""
    found = findings(mutant.script, mutant)
    promises = {promise for promise, _ in found}
    assert mutant.caught_by in promises, f"{mutant.name} survives: {found}"


def test_every_bug_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 60
