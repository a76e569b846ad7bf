"""`[connections.NAME.prices]`: what is refused or warned of, by its key and with a remedy."""

from __future__ import annotations

import pytest

from unit.config.configuration_files import problems, read, whole

PRICES = "connections.web.prices"
TABLE = f"\n[{PRICES}]\n"
FLOW = '\n[connections.web.flows.{}]\nevery = "1h"\n'


@pytest.mark.parametrize(
    ("text", "key", "found", "remedy"),
    [
        ("decimals = 7", "decimals", "7", "6"),
        ("decimals = -1", "decimals", "-1", "0"),
        ("live_ms = 301", "live_ms", "301", "300"),
        ("chunk = 0", "chunk", "0", "5000"),
        ("enquiries = 0", "enquiries", "0", "100000"),
        ('full_every = "daily"', "full_every", "daily", "1d"),
        ('scope = "store"', "scope", "store", "website"),
        ('drift = "ignore"', "drift", "ignore", "correct"),
        ('customer_prices = "group"', "customer_prices", "group", "groups"),
        ('tax_inclusive = ["bsae"]', "tax_inclusive", "bsae", "base"),
        ('groups = { "Wholesale" = " " }', "groups.Wholesale", "empty", "price list"),
        ('groups = { " " = "TRADE" }', 'groups." "', "empty", "price list"),
        (f'groups = {{ "{"G" * 33}" = "TRADE" }}', f"groups.{'G' * 33}", "33", "32"),
        ('groups = { "sage-ACM" = "TRADE" }', "groups.sage-ACM", "sage-ACM", "single accounts"),
        ('groups = { "ALL GROUPS" = "TRADE" }', 'groups."ALL GROUPS"', "ALL GROUPS", "standard list"),
        ('groups = { "Trade" = "A", "TRADE" = "B" }', "groups.TRADE", "Trade", "one of the two"),
        ("contract_quantities = []", "contract_quantities", "[]", "[1, 10, 100]"),
        ("contract_quantities = [0, 10]", "contract_quantities", "[0, 10]", "beginning with 1"),
        (
            'customer_prices = "groups"\ncontract_accounts = ["ACM ", "B"]',
            "contract_accounts",
            "ACM ",
            "account references",
        ),
        ('groupss = { "A" = "B" }', "groupss", "", "groups"),
    ],
)
def test_what_is_refused(text: str, key: str, found: str, remedy: str) -> None:
    (problem,) = problems(whole() + TABLE + text)
    assert problem.key == f"{PRICES}.{key}"
    assert found in problem.found
    assert remedy in problem.remedy


def test_global_prices_are_with_tax_on_all_websites_or_on_none() -> None:
    text = whole(('websites = ["base"]', 'websites = ["base", "b2b"]')) + TABLE + 'scope = "global"\n'
    (problem,) = problems(text + 'tax_inclusive = ["base"]')
    assert problem.key == f"{PRICES}.tax_inclusive"
    assert problems(text + 'tax_inclusive = ["base", "b2b"]') == []
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        ('contract_accounts = ["ACM"]', "contract_accounts", 'customer_prices = "groups"'),
        ('customer_prices = "api"', "customer_prices", "[api]"),
        ('customer_prices = "groups"' + FLOW.format("prices"), "customer_prices", "flow customers"),
        (
            'customer_prices = "groups"' + FLOW.format("prices") + FLOW.format("customers"),
            "customer_prices",
            "accounts.default_group",
        ),
    ],
)
def test_what_is_warned_of(text: str, key: str, remedy: str) -> None:
    (warning,) = [each for each in read(whole() + TABLE + text).warnings if each.key.startswith(f"{PRICES}.")]
    assert warning.key == f"{PRICES}.{key}"
    assert remedy in warning.remedy


def test_a_token_that_nobody_can_show_is_warned_of() -> None:
    loaded = read(whole() + '\n[api]\ntoken = "env:API"\n', API="a-token-that-nobody-guesses-8264")
    (warning,) = [each for each in loaded.warnings if each.key == "api.token"]
    assert "listen" in warning.remedy


def test_everything_said_well() -> None:
    text = 'customer_prices = "groups"\ncontract_accounts = ["ACM001"]\ncontract_quantities = [1, 10]\n'
    text += 'groups = { "Wholesale" = "TRADE" }\ntax_inclusive = ["base"]\n'
    text += FLOW.format("prices") + FLOW.format("customers")
    text += '\n[connections.web.accounts]\ndefault_group = "General"\n'
    loaded = read(whole() + TABLE + text)
    assert [each for each in loaded.warnings if "prices" in each.key] == []


def test_prices_of_all_websites_are_one_connections_only() -> None:
    second = '\n[connections.uk]\nstore = "main"\ncompany = "sage"\nwebsites = ["b2b"]\n'
    flows = FLOW.format("prices") + FLOW.format("prices").replace("web", "uk")
    found = problems(whole() + second + flows + TABLE + 'scope = "global"')
    (shared,) = [each for each in found if each.key == f"{PRICES}.scope"]
    assert "uk writes prices to the same store" in shared.found
    assert 'scope = "website"' in shared.remedy


@pytest.mark.parametrize("text", ["*", "10.0.0.0/8", "proxy.example"])
def test_one_proxy_is_trusted_by_its_address_and_nothing_wider(text: str) -> None:
    api = '\n[api]\nlisten = "127.0.0.1:8090"\ntrusted_proxy = "{}"\n'
    (problem,) = problems(whole() + api.format(text))
    assert problem.key == "api.trusted_proxy"
    read(whole() + api.format("192.0.2.1"))
