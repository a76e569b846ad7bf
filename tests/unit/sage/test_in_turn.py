"""Reads for a batch: none follows one that ends the cycle."""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.sage.preparing import InTurn

HALTS = Failure(Code.UNREACHABLE, "no connection", sent=False)
ONE_RECORD = Failure(Code.UNKNOWN_REFERENCE, "no such thing", sent=False)


def test_what_follows_the_end_of_the_cycle_is_not_asked() -> None:
    asked: list[str] = []

    def ask(name: str, answer: dict[str, str] | Failure) -> dict[str, str] | Failure:
        asked.append(name)
        return answer

    in_turn = InTurn()
    assert in_turn.read(lambda: ask("taxes", {"S": "20"})) == {"S": "20"}
    assert in_turn.read(lambda: ask("accounts", ONE_RECORD)) is ONE_RECORD
    assert in_turn.ended is None, "what one read did not get, others may"
    assert in_turn.read(lambda: ask("customers", HALTS)) is HALTS
    assert in_turn.read(lambda: ask("items", {})) is HALTS
    assert in_turn.ended is HALTS
    assert asked == ["taxes", "accounts", "customers"]
