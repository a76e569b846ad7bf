"""`[connections.NAME.accounts]`: what is refused, by its key and with a remedy."""

from __future__ import annotations

import pytest

from unit.config.configuration_files import problems, whole

ACCOUNTS = "connections.web.accounts"
TABLE = f"\n[{ACCOUNTS}]\n"


@pytest.mark.parametrize(
    ("text", "key", "found", "remedy"),
    [
        ('attributes = { acount = "sage_account" }', "attributes.acount", "acount", "account"),
        ('attributes = { account = "Sage Account" }', "attributes.account", "Sage Account", "small letters"),
        ('attributes = { account = "taxvat" }', "attributes.account", "taxvat", "your own"),
        ('attributes = { account = "" }', "attributes.account", '""', "small letters"),
        (
            'attributes = { account = "sage", terms = "sage" }',
            "attributes.terms",
            "account",
            "different attribute",
        ),
        ('tax_groups = { "4" = " " }', "tax_groups.4", "no group", "customer group"),
        (f'tax_groups = {{ "4" = "{"G" * 33}" }}', "tax_groups.4", "33", "32"),
        (f'default_group = "{"G" * 33}"', "default_group", "33", "32"),
        ('default_group = "SAGE-ACM"', "default_group", "SAGE-ACM", "single accounts"),
        ('approval = "ask"', "approval", "ask", "review"),
        ('drift = "ignore"', "drift", "ignore", "correct"),
        ('full_every = "often"', "full_every", "often", "1d"),
        ('vat_number = "yes"', "vat_number", "yes", "true"),
        ("hold_order = true", "hold_order", "", "hold_orders"),
    ],
)
def test_what_is_refused(text: str, key: str, found: str, remedy: str) -> None:
    (problem,) = problems(whole() + TABLE + text)
    assert problem.key == f"{ACCOUNTS}.{key}"
    assert found in problem.found
    assert remedy in problem.remedy


def test_everything_said_well() -> None:
    text = 'default_group = "General"\ntax_groups = { "4" = "Export" }\nhold_orders = true\n'
    text += 'attributes = { account = "sage_account", on_hold = "sage_on_hold" }\napproval = "hold"\n'
    assert problems(whole() + TABLE + text) == []
