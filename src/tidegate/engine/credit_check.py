"""What is known of how the store takes the carriage of a credit memo: part of `tidegate check`."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.domain.fulfilment.crediting import CarriageRule
from tidegate.engine.permission_check import enabled
from tidegate.flows.connection import Connection
from tidegate.flows.fulfilment.carriage_rule import carriage_rule
from tidegate.sage.port.findings import Finding

NAME = "carriage on credit memos"


def check_credits(connection: Connection) -> Iterator[Finding]:
    """Report the rule: configured, observed or unknown. REST does not state it (Magento contract, point 35)."""
    if "credits" not in enabled(connection.settings):
        return
    rule = carriage_rule(connection)
    if rule is CarriageRule.UNKNOWN:
        text = "not known yet; the first credit memo over a part of the carriage will show it"
        yield Finding(NAME, "pass", text)
        return
    configured = connection.settings.fulfilment.carriage_on_credits != "learn"
    how = "configured" if configured else "shown by a credit memo"
    yield Finding(NAME, "pass", f"the store expects the carriage {rule.value.replace('-', ' ')} ({how})")
