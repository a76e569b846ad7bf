from __future__ import annotations

import pytest

from unit.config.configuration_files import problems, warnings, whole

SECOND_STORE = """
[stores.second]
url = "https://second.example"
auth = "token"
access_token = "env:TOKEN"
"""
SECOND_CONNECTION = """
[connections.second]
store = "second"
company = "uk"
websites = ["base"]
capture.since = 2026-03-02T00:00:00Z
flows.orders.every = "15m"
customers.guest_account = "WEB"
payments."*" = {}
shipping."*" = { charge = "CARRIAGE" }
tax.codes = { "20" = "1", "0" = "0" }
"""

WRONG = [
    # stores
    ("https://shop.example", "http://shop.example", "stores.main.url", "plain http"),
    ("https://shop.example", "shop.example", "stores.main.url", 'text "shop.example"'),
    ("https://shop.example", "https://shop.example/rest/V1", "stores.main.url", "the address"),
    ("https://shop.example", "https://shop.example/?a=1", "stores.main.url", "the address"),
    ("https://shop.example", "https://me:pw@shop.example", "stores.main.url", "a user name or password"),
    ("https://shop.example", "https://shop.example:x", "stores.main.url", "not an address"),
    (
        "https://shop.example",
        "https://shop..example",
        "stores.main.url",
        "a part of the host's name is empty",
    ),
    ("https://shop.example", f"https://{'y' * 70}.example", "stores.main.url", "empty or too long"),
    ("https://shop.example", "https://sh\u00f6p..example", "stores.main.url", "not an address"),
    ("2026-03-02T00:00:00Z", "0001-01-01T00:00:00+14:00", "connections.web.capture.since", "the year 1"),
    ("2026-03-02T00:00:00Z", "9999-12-31T23:59:59-12:00", "connections.web.capture.since", "the year 9999"),
    (
        'auth = "token"',
        'auth = "token"\ntime_zone = "Europe/Londn"',
        "stores.main.time_zone",
        "unknown time zone",
    ),
    ('auth = "token"', 'auth = "token"\npage_size = 301', "stores.main.page_size", "301"),
    ('auth = "token"', 'auth = "admin"', "stores.main.password", "missing"),
    ('access_token = "env:TOKEN"', "", "stores.main.access_token", "missing"),
    # companies
    ('client_id = "client"', "", "companies.uk.client_id", "missing"),
    ('client_id = "client"', 'client_id = "c"\nseats = 0', "companies.uk.seats", "0"),
    ('client_id = "client"', 'client_id = "c"\ncurrency = "gbp"', "companies.uk.currency", "gbp"),
    ('client_id = "client"', 'client_id = "c"\ntime_zone = "Moon"', "companies.uk.time_zone", "Moon"),
    (
        'client_id = "client"',
        'client_id = "c"\nrefresh_token_days = 91',
        "companies.uk.refresh_token_days",
        "91",
    ),
    ('client_id = "client"', 'client_id = "c"\nsettle_minutes = -1', "companies.uk.settle_minutes", "-1"),
    (
        'client_id = "client"',
        'client_id = "c"\nbase_url = "http://api.example"',
        "companies.uk.base_url",
        "plain",
    ),
    (
        'client_id = "client"',
        'client_id = "c"\nsubscription_key_secondary = "env:TOKEN"',
        "companies.uk.subscription_key",
        "missing",
    ),
    ('client_id = "client"', f'client_id = "c"\ncreated_by = "{"x" * 31}"', "companies.uk.created_by", "31"),
    # connections
    ('store = "main"', 'store = "man"', "connections.web.store", '"man" is not in [stores]'),
    ('company = "uk"', 'company = "us"', "connections.web.company", '"us" is not in [companies]'),
    ('websites = ["base"]', "websites = []", "connections.web.websites", "empty"),
    ('websites = ["base"]', 'websites = ["base", "base"]', "connections.web.websites", "twice"),
    ('websites = ["base"]', 'websites = ["Main Website"]', "connections.web.websites", "code"),
    (
        "since = 2026-03-02T00:00:00Z",
        "since = 2026-03-02T00:00:00",
        "connections.web.capture.since",
        "without",
    ),
    ("since = 2026-03-02T00:00:00Z", "since = 2026-03-02", "connections.web.capture.since", "date"),
    ("since = 2026-03-02T00:00:00Z", "", "connections.web.capture.since", "missing"),
    ("since = 2", 'audit_every = "1w"\nsince = 2', "connections.web.capture.audit_every", "1w"),
    ("since = 2", 'audit_every = "x"\nsince = 2', "connections.web.capture.audit_every", '"x"'),
    ("since = 2", "states = []\nsince = 2", "connections.web.capture.states", "empty"),
    ('every = "15m"', 'every = "15"', "connections.web.flows.orders.every", '"15"'),
    ('every = "15m"', 'every = "0m"', "connections.web.flows.orders.every", '"0m"'),
    ('every = "15m"', 'every = "15m"\ncron = "0 * * * *"', "connections.web.flows.orders", "both"),
    ('every = "15m"', "", "connections.web.flows.orders", "neither"),
    ('every = "15m"', 'cron = "0 * * *"', "connections.web.flows.orders.cron", "4 fields"),
    ('every = "15m"', 'cron = "61 * * * *"', "connections.web.flows.orders.cron", "61"),
    ('every = "15m"', 'every = "15m"\nbatch = 501', "connections.web.flows.orders.batch", "501"),
    ('every = "15m"', 'every = "15m"\nbatch = 0', "connections.web.flows.orders.batch", "0"),
    ("flows.orders]", "flows.order]", "connections.web.flows.order", "unknown flow"),
    ('guest_account = "WEB"', 'unknown = "web-account"', "connections.web.customers.web_account", "missing"),
    (
        'guest_account = "WEB"',
        'guest_account = "WEB "',
        "connections.web.customers.guest_account",
        "WEB ",
    ),
    (
        'guest_account = "WEB"',
        'account_prefix = "WEB-X"',
        "connections.web.customers.account_prefix",
        "WEB-X",
    ),
    ('guest_account = "WEB"', 'accounts."bob" = "B1"', "connections.web.customers.accounts.bob", "bob"),
    ('guest_account = "WEB"', 'accounts."17" = ""', "connections.web.customers.accounts.17", "no account"),
    ('payments."*"', 'payments."pay*"', 'connections.web.payments."pay*"', "pattern"),
    ('shipping."*"', 'shipping."flat*"', 'connections.web.shipping."flat*"', "pattern"),
    ('"20" = "1"', '"20" = ""', "connections.web.tax.codes.20", "no code"),
    ('"20" = "1"', '"20" = "1"\n"20.00" = "2"', 'connections.web.tax.codes."20.00"', "same rate"),
    ('"20" = "1"', '" " = "1"', 'connections.web.tax.codes." "', "empty name"),
]


@pytest.mark.parametrize(("old", "new", "key", "found"), WRONG)
def test_what_is_wrong_is_refused_by_key(old: str, new: str, key: str, found: str) -> None:
    matching = [problem for problem in problems(whole((old, new))) if problem.key == key]
    assert len(matching) == 1
    assert found in matching[0].found
    assert matching[0].remedy


WRONG_MORE = [
    ('skip_skus = ["GIFT*"]', "connections.web.skip_skus", "GIFT*"),
    ('skus."A 1" = ""', 'connections.web.skus."A 1"', "no code"),
    ('reference_prefix = "A B"', "connections.web.reference_prefix", "A B"),
    ('revenue.accounts = { "A[1]" = "4000" }', 'connections.web.revenue.accounts."A[1]"', "A[1]"),
    ('rounding.tolerance = "-0.01"', "connections.web.rounding.tolerance", "-0.01"),
    ('rounding.tolerance = "NaN"', "connections.web.rounding.tolerance", "NaN"),
    ("alerts.failures = 0", "connections.web.alerts.failures", "0"),
    ("alerts.oldest_hours = 0", "connections.web.alerts.oldest_hours", "0"),
]


@pytest.mark.parametrize(("line", "key", "found"), WRONG_MORE)
def test_what_is_wrong_in_the_rest_of_a_connection(line: str, key: str, found: str) -> None:
    (problem,) = problems(whole(('websites = ["base"]', f'websites = ["base"]\n{line}')))
    assert problem.key == key
    assert found in problem.found


@pytest.mark.parametrize(
    ("rule", "minutes", "key"),
    [
        ("FREQ=DAILY;BYHOUR=25", 60, "rule"),
        ("every day", 60, "rule"),
        ("FREQ=MINUTELY", 60, "rule"),
        ("FREQ=DAILY;BYHOUR=2", 0, "minutes"),
        ("FREQ=DAILY;BYHOUR=2", 50_000, "minutes"),
    ],
)
def test_windows_that_make_no_sense(rule: str, minutes: int, key: str) -> None:
    text = whole(more=f'[[companies.uk.closed]]\nrule = "{rule}"\nminutes = {minutes}')
    assert [problem.key for problem in problems(text)] == [f"companies.uk.closed[1].{key}"]


def test_a_window_for_the_weekend_is_fine_and_one_without_an_hour_is_asked_about() -> None:
    window = '[[companies.uk.closed]]\nrule = "FREQ=WEEKLY;BYDAY=FR;BYHOUR=18"\nminutes = 3600'
    assert warnings(whole(more=window)) == {}
    window = '[[companies.uk.closed]]\nrule = "FREQ=MONTHLY;BYMONTHDAY=-1"\nminutes = 60'
    assert list(warnings(whole(more=window))) == ["companies.uk.closed[1].rule"]


@pytest.mark.parametrize(
    ("edition", "field", "fine"),
    [
        ("standard", "spare_text_10", True),
        ("standard", "spare_text_11", False),
        ("standard", "spare_text_0", False),
        ("standard", "analysis_code_5", True),
        ("standard", "analysis_code_6", False),
        ("professional", "analysis_code_20", True),
        ("professional", "analysis_code_21", False),
        ("professional", "external_reference", False),
    ],
)
def test_the_key_field_is_one_that_the_edition_has(edition: str, field: str, fine: bool) -> None:
    more = f'client_id = "c"\nedition = "{edition}"\nkey_field = "{field}"'
    found = problems(whole(('client_id = "client"', more)))
    assert [problem.key for problem in found] == ([] if fine else ["companies.uk.key_field"])


def test_plain_http_to_this_machine_is_allowed() -> None:
    assert problems(whole(("https://shop.example", "http://127.0.0.1:8080"))) == []
    assert problems(whole(("https://shop.example", "http://localhost"))) == []


def test_a_website_belongs_to_one_connection() -> None:
    second = SECOND_CONNECTION.replace('"second"', '"main"')
    (problem,) = problems(whole(more=second))
    assert problem.key == "connections.second.websites"
    assert 'in connection "web"' in problem.found


def test_one_magento_under_two_names_is_refused() -> None:
    twin = SECOND_STORE.replace("second.example", "SHOP.example/")
    assert [problem.key for problem in problems(whole(more=twin + SECOND_CONNECTION))] == ["stores.second"]


def test_one_company_under_two_names_is_refused() -> None:
    twin = '[companies.gb]\nproduct = "sage200"\nclient_id = "x"\nsite_id = "SITE"\ncompany_id = "1"\n'
    assert [problem.key for problem in problems(whole(more=twin))] == ["companies.gb"]


def test_two_stores_in_one_company_want_prefixes() -> None:
    both = SECOND_STORE + SECOND_CONNECTION
    assert list(warnings(whole(more=both))) == ["connections.second.reference_prefix"]
    prefixed = both.replace('websites = ["base"]', 'websites = ["base"]\nreference_prefix = "S2-"')
    assert warnings(whole(more=prefixed)) == {}


def test_names_are_plain_since_sage_stores_them() -> None:
    (problem,) = problems(whole(("stores.main", 'stores."my:shop"'), ('"main"', '"my:shop"')))
    assert problem.key == 'stores."my:shop"'


def test_an_empty_file_asks_for_all_three_tables() -> None:
    assert [problem.key for problem in problems("")] == ["stores", "companies", "connections"]


WARNED = [
    ('auth = "token"', 'auth = "token"\npassword = "env:TOKEN"', "stores.main.password"),
    ('site_id = "site"', "", "companies.uk.site_id"),
    ('client_id = "client"', 'client_id = "c"\nsettle_minutes = 1', "companies.uk.settle_minutes"),
    ('guest_account = "WEB"', "", "connections.web.customers.guest_account"),
    (
        'guest_account = "WEB"',
        'guest_account = "WEB"\ncreate_on_hold = true',
        "connections.web.customers.create_on_hold",
    ),
    ('every = "15m"', 'every = "30s"', "connections.web.flows.orders.every"),
    ('every = "15m"', "enabled = false", "connections.web.flows"),
    ('[connections.web.payments."*"]\naccount = "1200"', "", "connections.web.payments"),
    ('[connections.web.shipping."*"]\ncharge = "CARRIAGE"', "", "connections.web.shipping"),
    ('charge = "CARRIAGE"', "", 'connections.web.shipping."*".charge'),
    ('"0" = "0"', "", "connections.web.rounding.tax_code"),
    ("since = 2", 'audit_every = ""\nsince = 2', "connections.web.capture.audit_every"),
    ("since = 2", 'states = ["proccessing"]\nsince = 2', "connections.web.capture.states"),
    ('websites = ["base"]', 'websites = ["base"]\namounts = "base"', "connections.web.amounts"),
    (
        'websites = ["base"]',
        'websites = ["base"]\nrounding.tolerance = "5"',
        "connections.web.rounding.tolerance",
    ),
    (
        'websites = ["base"]',
        'websites = ["base"]\nrevenue.accounts = { "*" = "4000", "A*" = "4001" }',
        'connections.web.revenue.accounts."A*"',
    ),
]


@pytest.mark.parametrize(("old", "new", "key"), WARNED)
def test_what_a_careful_reader_would_ask_about_is_a_warning(old: str, new: str, key: str) -> None:
    assert list(warnings(whole((old, new)))) == [key]


def test_a_store_that_nobody_uses_is_a_warning() -> None:
    assert list(warnings(whole(more=SECOND_STORE))) == ["stores.second"]
