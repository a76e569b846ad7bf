"""What is the same for many flows is said once; a mapping that hides a product is named."""

from __future__ import annotations

from tidegate.config import flow_rules
from tidegate.config.model import Flow
from tidegate.config.problem import Report
from tidegate.engine.code_check import check_hidden


def test_many_hasty_flows_are_one_warning() -> None:
    report = Report("tidegate.toml")
    flow_rules.check({name: Flow(every="5s") for name in flow_rules.FLOWS}, "connections.web.flows", report)
    (warning,) = report.warnings
    assert "credits" in str(warning)


def test_a_mapped_sku_that_hides_the_shops_own_is_named() -> None:
    (found,) = check_hidden({"A": "B", "C": "D"}, ["A", "b", "C"])
    assert (found.verdict, '"A" = "B"' in found.text, '"C"' in found.text) == ("warn", True, False)
    assert list(check_hidden({"A": "B", "B": "A"}, ["A", "B"])) == []
