"""`tidegate check` at a company's door: how a person lets us in, whether its calls reach us, what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tidegate.engine.hub import Hub
from tidegate.flows.spending import Spending, beyond, margin
from tidegate.ledger import usage
from tidegate.sage.port.entrance import Consent, ConsentStatus
from tidegate.sage.port.findings import Finding


def check_door(hub: Hub, name: str) -> Iterator[Finding]:
    """Makes no call."""
    company = hub.companies[name]
    if isinstance(company.entrance, Consent):
        state = company.entrance.state()
        warning = company.entrance.warning()
        if state.status is ConsentStatus.GRANTED and warning is None:
            yield Finding("consent", "pass", "given")
        else:
            verdict = "warn" if state.status is ConsentStatus.GRANTED else "fail"
            text = warning or state.text or state.status.value
            yield Finding("consent", verdict, text, f"tidegate connect {name}")
    if company.doorbell is not None and not hub.configuration.api.listen:
        yield Finding(
            "call-backs",
            "warn",
            (
                "the product can send call-backs, but the hub does not listen for them: changes are read "
                "only when the flows run"
            ),
            "set [api] listen, and make /api/v1/bell/ reachable for the product" + name,
        )
    yield from check_budget(hub, name)


def check_budget(hub: Hub, name: str) -> Iterator[Finding]:
    """What a day has used, and what is left of each allowance."""
    company, now = hub.companies[name], hub.clock.now()
    used = usage.since(name, now - timedelta(days=1))
    if used.words:
        yield Finding("usage", "pass", f"in a day: {used.words}")
    spending = Spending(name, hub.clock)
    for allowance in company.budget():
        left = spending.left(allowance, company, now)
        text = f"{allowance.words}: {max(left, 0)} left"
        if left > margin(allowance):
            yield Finding("budget", "pass", text)
        else:
            yield Finding("budget", "warn", text, beyond(allowance))
