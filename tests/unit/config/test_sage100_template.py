"""What `tidegate init` writes for Sage 100: every key of its own, and no warning of a tax that needs no code."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from tidegate.config.company import CompanySettings
from tidegate.config.connection_rules import _check_mapped
from tidegate.config.problem import Report
from tidegate.sage.sage100.product import SAGE_100
from tidegate.sage.sage100.settings import Sage100Settings


def test_every_key_of_its_own_stands_in_the_template() -> None:
    own = set(Sage100Settings.__struct_fields__) - set(CompanySettings.__struct_fields__)
    written = set(re.findall(r"(?m)^#?(\w+) = ", SAGE_100.template.read_text("utf-8")))
    assert own <= written, own - written


@pytest.mark.parametrize(("destinations", "warned"), [((), True), (("US",), False)])
def test_a_tax_by_destination_needs_no_code_for_a_rate(destinations: tuple[str, ...], warned: bool) -> None:
    report = Report("tidegate.toml")
    tax = SimpleNamespace(codes={}, destinations=destinations)
    connection: Any = SimpleNamespace(
        payments={"a": 1}, shipping={"flat": SimpleNamespace(charge="/SHIP")}, tax=tax
    )
    _check_mapped(connection, "connections.web", report)
    assert (
        [str(one) for one in report.warnings if "tax rate" in str(one)] != []
        if warned
        else not report.warnings
    )
