"""Whether a store takes the carriage of a credit memo with tax: as configured, or as a memo has shown."""

from __future__ import annotations

from tidegate.domain.fulfilment.crediting import CarriageRule
from tidegate.flows.connection import Connection
from tidegate.ledger import marks
from tidegate.ledger.database import transaction


def carriage_rule(connection: Connection) -> CarriageRule:
    """The configured rule, else the one that a memo has shown."""
    configured = connection.settings.fulfilment.carriage_on_credits
    return CarriageRule(marks.read(_mark(connection)) or "" if configured == "learn" else configured)


def learn_carriage(connection: Connection, rule: CarriageRule) -> None:
    """Keep what a memo has shown about the store; UNKNOWN is not kept."""
    if rule is CarriageRule.UNKNOWN or marks.read(_mark(connection)) == rule:
        return
    with transaction("carriage"):
        marks.write(_mark(connection), rule.value, connection.clock.now())


def _mark(connection: Connection) -> str:
    return f"carriage-on-credits:{connection.settings.store}"
