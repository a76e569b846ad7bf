"""Checks of `[connections.NAME]`. What a product limits is checked against its room (`engine/desk_check`)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tidegate.config import (
    account_rules,
    alert_rules,
    amount_rules,
    companion_rules,
    flow_rules,
    fulfilment_rules,
    price_rules,
    role_rules,
    stock_rules,
)
from tidegate.config.books import Reconcile
from tidegate.config.company import CompanySettings
from tidegate.config.model import Capture, ConnectionSettings, CustomerRule, Rounding, Tax
from tidegate.config.problem import Report, joined, suggestion
from tidegate.config.store_rules import check_range
from tidegate.domain.days import within_reach
from tidegate.domain.orders.terms import OTHER, tax_key

STATES = (
    "new",
    "pending_payment",
    "processing",
    "complete",
    "closed",
    "canceled",
    "holded",
    "payment_review",
)
OWN_ACCOUNT = 4  #: characters that an account reference needs behind its prefix: the customer's number
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def check(connection: ConnectionSettings, company: CompanySettings | None, key: str, report: Report) -> None:
    """Check one connection; `company` is the one it names, None when there is no such company."""
    _check_websites(connection.websites, key, report)
    flow_rules.check(connection.flows, f"{key}.flows", report)
    orders = connection.flows.get("orders")
    _check_capture(connection.capture, orders is not None and orders.enabled, f"{key}.capture", report)
    _check_customers(connection.customers, company or CompanySettings(), f"{key}.customers", report)
    _check_trusted(connection, f"{key}.customers", report)
    _check_mapped(connection, key, report)
    _check_tax(connection.tax, f"{key}.tax", report)
    _check_destinations(connection.tax, f"{key}.tax", report)
    fulfilment_rules.check(connection, key, report)
    companion_rules.check(connection, key, report)
    stock_rules.check(connection, f"{key}.stock", report)
    for name in ("group_buffers", "sku_buffers"):
        check_patterns(getattr(connection.stock, name), f"{key}.stock.{name}", report)
    _check_rounding(connection.rounding, connection.tax, f"{key}.rounding", report)
    check_patterns(connection.revenue.accounts, f"{key}.revenue.accounts", report)
    check_patterns(connection.revenue.groups, f"{key}.revenue.groups", report)
    price_rules.check(connection.prices, connection.websites, f"{key}.prices", report)
    price_rules.check_contract_groups(connection, key, report)
    account_rules.check(connection.accounts, f"{key}.accounts", report)
    account_rules.check_products(connection.products, f"{key}.products", report)
    for sku in connection.skip_skus:
        if not sku or "*" in sku or "?" in sku:
            found = f'the entry "{sku}"'
            report.problem(f"{key}.skip_skus", found, "write whole SKUs: no patterns here")
    for sku, code in connection.skus.items():
        if not code:
            report.problem(joined(key, "skus", sku), "no code", "write the product's code in Sage")
    prefix = connection.reference_prefix
    if any(sign.isspace() or not sign.isprintable() for sign in prefix):
        report.problem(
            f"{key}.reference_prefix", f'the text "{prefix}"', "letters, digits and signs, no spaces"
        )
    _check_reconcile(connection.reconcile, f"{key}.reconcile", report)
    check_range(connection.copies.days, 1, 3_650, f"{key}.copies.days", report, "days")
    if connection.archive.days:
        check_range(connection.archive.days, 30, 3_650, f"{key}.archive.days", report, "days, or 0 for never")
    alert_rules.check(connection.alerts, f"{key}.alerts", report)
    amount_rules.check(connection.amounts, f"{key}.amounts", report)
    role_rules.check(connection, key, report)
    if connection.amounts.side != "auto" and company is not None:
        side = "order's" if connection.amounts.side == "order" else "website's base"
        found = f'"{connection.amounts.side}"'
        remedy = (
            f"orders are sent in the {side} currency, even if it is not {company.currency}: the "
            "accounts must be in that currency"
        )
        report.warning(f"{key}.amounts", found, remedy)


def _check_reconcile(rule: Reconcile, key: str, report: Report) -> None:
    if rule.every and rule.cron:
        report.problem(key, "both every and cron", "keep one of the two")
    if rule.every:
        flow_rules.check_every(rule.every, f"{key}.every", report)
    if rule.cron and (problem := flow_rules.cron_problem(rule.cron)):
        remedy = 'write five fields: minute hour day month weekday, e.g. "0 5 * * *"'
        report.problem(f"{key}.cron", f'the text "{rule.cron}" ({problem})', remedy)
    check_range(rule.days, 1, 366, f"{key}.days", report, "days")


def _check_websites(websites: tuple[str, ...], key: str, report: Report) -> None:
    path = f"{key}.websites"
    if not websites:
        report.problem(path, "an empty list", 'name at least one website code, such as ["base"]')
    for code in websites:
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", code):
            remedy = "write the code that Magento shows under Stores > All Stores, such as base"
            report.problem(path, f'the website code "{code}"', remedy)
    for code in sorted({code for code in websites if websites.count(code) > 1}):
        report.problem(path, f'"{code}" twice', "name each website once")


def _check_capture(capture: Capture, orders: bool, key: str, report: Report) -> None:
    if capture.since is None:
        if orders:
            remedy = "write the time before which no order is sent, e.g. since = 2026-03-02T00:00:00Z"
            report.problem(f"{key}.since", "missing", remedy)
    elif capture.since.tzinfo is None:
        found = f"{capture.since.isoformat()} without an offset"
        report.problem(
            f"{key}.since", found, f"write {capture.since.isoformat()}Z for UTC, or an offset like +01:00"
        )
    elif not within_reach(capture.since):
        remedy = "write the time before which no order is sent, e.g. 2026-03-02T00:00:00Z"
        report.problem(f"{key}.since", f"the year {capture.since.year}", remedy)
    check_range(capture.overlap_minutes, 1, 1440, f"{key}.overlap_minutes", report, "minutes")
    check_range(capture.lag_seconds, 0, 3600, f"{key}.lag_seconds", report, "seconds")
    if capture.audit_every:
        flow_rules.check_every(capture.audit_every, f"{key}.audit_every", report)
    else:
        remedy = 'orders that Magento does not list would never be noticed; "1d" compares once a day'
        report.warning(f"{key}.audit_every", "no audit", remedy)
    if not capture.states:
        report.problem(
            f"{key}.states", "an empty list", (f"give order states of Magento: {', '.join(STATES)}")
        )
    for state in capture.states:
        if state not in STATES:
            found = f'"{state}" is not an order state of Magento'
            report.warning(f"{key}.states", found, suggestion(state, STATES))


def _check_customers(rule: CustomerRule, company: CompanySettings, key: str, report: Report) -> None:
    if rule.unknown == "web-account" and not (rule.web_account or rule.guest_account):
        remedy = 'unknown = "web-account" needs it, or guest_account: the account reference in Sage'
        report.problem(f"{key}.web_account", "missing", remedy)
    if not rule.guest_account and not company.customers_inside:
        remedy = "guest orders will be held until it names an account of Sage"
        report.warning(f"{key}.guest_account", "missing", remedy)
    if rule.create_on_hold and rule.unknown != "create":
        report.warning(f"{key}.create_on_hold", "not used", ('it has an effect only with unknown = "create"'))
    for name in ("guest_account", "web_account"):
        _check_account(getattr(rule, name), f"{key}.{name}", report)
    prefix, longest = rule.account_prefix, company.longest_account - OWN_ACCOUNT
    if len(prefix) > longest or not re.fullmatch(r"[A-Za-z0-9]*", prefix):
        remedy = f"at most {longest} letters and digits in this company, e.g. W"
        report.problem(f"{key}.account_prefix", f'the text "{prefix}"', remedy)
    for customer, account in rule.accounts.items():
        path = joined(key, "accounts", customer)
        if not (_EMAIL.fullmatch(customer) or customer.isdecimal()):
            report.problem(
                path, f'"{customer}"', "give the customer's e-mail address or Magento's customer id"
            )
        if not account:
            report.problem(path, "no account", "write the account reference in Sage")
        _check_account(account, path, report)


def _check_trusted(connection: ConnectionSettings, key: str, report: Report) -> None:
    trusted = connection.customers.trust_emails
    for website in trusted:
        if website not in connection.websites:
            remedy = f"name websites of this connection: {', '.join(connection.websites)}"
            report.problem(f"{key}.trust_emails", f'the website "{website}"', remedy)
    if trusted:
        found = f"e-mail addresses of {', '.join(trusted)} choose the account"
        remedy = (
            "anybody who registers there with a buyer's address orders on that buyer's account: switch on "
            "e-mail confirmation in Magento, or map customers by id"
        )
        report.warning(f"{key}.trust_emails", found, remedy)
    for customer in connection.customers.accounts:
        if _EMAIL.fullmatch(customer) and not trusted:
            remedy = "write Magento's customer id: an e-mail address is no proof, and its orders are held"
            report.warning(joined(key, "accounts", customer), "an e-mail address", remedy)


def _check_account(account: str, key: str, report: Report) -> None:
    if account != account.strip():
        report.problem(key, f'the text "{account}"', "an account reference has no spaces around it")


def _check_mapped(connection: ConnectionSettings, key: str, report: Report) -> None:
    wanted = (("payments", "payment method"), ("shipping", "shipping method"), ("tax.codes", "tax rate"))
    mappings: tuple[dict[str, object], ...] = (
        dict(connection.payments),
        dict(connection.shipping),
        dict(connection.tax.codes),
    )
    for (name, words), mapping in zip(wanted, mappings, strict=True):
        if name == "tax.codes" and connection.tax.destinations:
            continue  # Sage taxes by the destination: it needs no code for a rate
        if not mapping:
            report.warning(f"{key}.{name}", f"no {words} is mapped", "orders are held until it is")
    for name, shipping in connection.shipping.items():
        if name != OTHER and ("*" in name or "?" in name):
            remedy = 'write a whole method such as flatrate_flatrate, or "*" for every other'
            report.problem(joined(key, "shipping", name), f'the pattern "{name}"', remedy)
        if not shipping.charge:
            remedy = "orders with delivery costs are held; give the code of an additional charge in Sage"
            report.warning(joined(key, "shipping", name, "charge"), "missing", remedy)
    for name in connection.payments:
        if name != OTHER and ("*" in name or "?" in name):
            remedy = 'write a whole method such as checkmo, or "*" for every other'
            report.problem(joined(key, "payments", name), f'the pattern "{name}"', remedy)


def _check_tax(tax: Tax, key: str, report: Report) -> None:
    seen: dict[str, str] = {}
    for name, code in tax.codes.items():
        path = joined(key, "codes", name)
        if not code:
            report.problem(path, "no code", "write the tax code of Sage")
        if not name.strip():
            report.problem(path, "an empty name", 'write a rate code of Magento, or a percent such as "20"')
        first = seen.setdefault(tax_key(name), name)
        if first != name:
            report.problem(path, f'the same rate as "{first}"', "keep one of the two")


def _check_destinations(tax: Tax, key: str, report: Report) -> None:
    if not tax.tolerance.is_finite() or tax.tolerance < 0:
        report.problem(
            f"{key}.tolerance", f"the amount {tax.tolerance}", 'write an amount of 0 or more, e.g. "0.05"'
        )
    everywhere: set[str] = set()
    for number, each in enumerate(tax.destinations):
        path = f"{key}.destinations[{number}]"
        if not re.fullmatch(r"[A-Za-z]{2}", each.country):
            remedy = 'write the two letters of the address, e.g. "US"'
            report.problem(f"{path}.country", f'the text "{each.country}"', remedy)
        if not (each.group or each.schedule):
            report.problem(path, "neither group nor schedule", "give the tax group or the tax schedule")
        if each.country.upper() in everywhere:
            found = "never used: an earlier table matches every address of the country"
            report.warning(path, found, "put it first")
        if not each.region and not each.postcode:
            everywhere.add(each.country.upper())


def _check_rounding(rounding: Rounding, tax: Tax, key: str, report: Report) -> None:
    tolerance = rounding.tolerance
    if not tolerance.is_finite() or tolerance < 0:
        report.problem(
            f"{key}.tolerance", f"the amount {tolerance}", 'write an amount of 0 or more, e.g. "0.05"'
        )
    elif tolerance > 1:
        report.warning(
            f"{key}.tolerance",
            f"the amount {tolerance}",
            ("such a large difference should be decided by a person"),
        )
    elif tolerance > 0 and not rounding.tax_code and "0" not in {tax_key(name) for name in tax.codes}:
        remedy = 'a rounding line needs a tax code with rate 0: give it here, or map "0" under tax.codes'
        report.warning(f"{key}.tax_code", "missing", remedy)


def check_patterns(patterns: Iterable[str], key: str, report: Report) -> None:
    """SKU patterns: `*` stands for any text, `?` for one sign; the first that fits counts."""
    all_taken = ""
    for pattern in patterns:
        if not pattern.strip() or "[" in pattern or "]" in pattern:
            remedy = 'write * for any text and ? for one sign, also for a bracket, e.g. "HUB-*"'
            report.problem(joined(key, pattern), f'the pattern "{pattern}"', remedy)
        elif all_taken:
            found = f'never used: "{all_taken}" comes before it and matches every SKU'
            report.warning(joined(key, pattern), found, "put it first")
        if pattern and set(pattern) == {"*"}:
            all_taken = pattern
