"""What a configuration says of despatches, statuses and prepaid methods must be meant."""

from __future__ import annotations

from typing import Any

import pytest

from tidegate.config import fulfilment_rules, model
from tidegate.config.fulfilment import Fulfilment
from tidegate.config.problem import Report

RUNNING = {name: model.Flow(every="15m") for name in ("orders", "invoices", "payments")}


def reported(**rules: Any) -> tuple[list[str], list[str]]:
    """The keys of the problems, and of the warnings."""
    rules = {"flows": RUNNING, **rules}
    connection = model.ConnectionSettings(store="main", company="uk", websites=("base",), **rules)
    report = Report("tidegate.toml")
    fulfilment_rules.check(connection, "web", report)
    return [each.key for each in report.problems], [each.key for each in report.warnings]


@pytest.mark.parametrize(
    ("rules", "key"),
    [
        ({"statuses": {"shiped": "x"}}, "web.statuses.shiped"),
        ({"statuses": {"paid": " "}}, "web.statuses.paid"),
        ({"statuses": {"paid": "holded"}}, "web.statuses.paid"),
        ({"statuses": {"on-hold": "canceled"}}, "web.statuses.on-hold"),
        ({"fulfilment": Fulfilment(carriers={"UPS": ""})}, "web.fulfilment.carriers.UPS"),
        ({"payments": {"checkmo": model.Payment(prepaid=True)}}, "web.payments.checkmo.account"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_key(rules: dict[str, Any], key: str) -> None:
    assert reported(**rules) == ([key], [])


@pytest.mark.parametrize("flow", ["invoices", "payments"])
def test_open_and_paid_need_the_flows_that_know(flow: str) -> None:
    flows = {name: each for name, each in RUNNING.items() if name != flow}
    assert reported(flows=flows, statuses={"paid": "paid"}) == ([], ["web.statuses.paid"])


def test_a_prepaid_method_needs_the_flow_that_posts_its_receipts() -> None:
    prepaid = {"checkmo": model.Payment(account="1200", prepaid=True)}
    assert reported(payments=prepaid, flows={"orders": RUNNING["orders"]}) == ([], ["web.payments"])


def test_what_is_right_is_not_mentioned() -> None:
    statuses = {"on-hold": "holded", "cancelled": "canceled", "paid": "paid", "invoiced-open": "open"}
    prepaid = {"checkmo": model.Payment(account="1200", prepaid=True)}
    assert reported(statuses=statuses, payments=prepaid) == ([], [])
