"""Checks of `[companies.NAME]`. Lengths and editions: `contracts/sage200/README.md`, sections 1 and 9."""

from __future__ import annotations

import re

from tidegate.config.model import Company, Window
from tidegate.config.problem import Report
from tidegate.config.store_rules import check_range, check_time_zone, check_url
from tidegate.domain.calendar import Closing

#: Analysis codes that an edition offers; spare text fields 1 to 10 exist in both.
ANALYSIS_CODES = {"standard": 5, "professional": 20}
SPARE_TEXTS = 10
_KEY_FIELD = re.compile(r"(spare_text|analysis_code)_([1-9]\d?)")


def check(company: Company, key: str, report: Report) -> None:
    """Check one company."""
    if company.base_url:
        check_url(company.base_url, f"{key}.base_url", report)
    check_url(company.sign_in_url, f"{key}.sign_in_url", report)
    check_url(company.redirect_url, f"{key}.redirect_url", report)
    if not company.client_id:
        remedy = "give the client id that Sage issued for this application"
        report.problem(f"{key}.client_id", "missing", remedy)
    for name in ("site_id", "company_id"):
        if not getattr(company, name):
            remedy = "nothing can be sent without it; after `tidegate sign-in`, `tidegate check` shows it"
            report.warning(f"{key}.{name}", "missing", remedy)
    if company.subscription_key_secondary and not company.subscription_key:
        report.problem(f"{key}.subscription_key", "missing", "it stands before the secondary key")
    check_time_zone(company.time_zone, f"{key}.time_zone", report)
    check_range(company.refresh_token_days, 1, 90, f"{key}.refresh_token_days", report, "days")
    check_range(company.seats, 1, 20, f"{key}.seats", report)
    check_range(company.timeout, 1, 3600, f"{key}.timeout", report, "seconds")
    check_range(company.max_answer_mb, 1, 1024, f"{key}.max_answer_mb", report, "megabytes")
    _check_settle(company, key, report)
    _check_key_field(company, key, report)
    if not re.fullmatch(r"[A-Z]{3}", company.currency):
        report.problem(
            f"{key}.currency", f'the text "{company.currency}"', 'write three capital letters, such as "GBP"'
        )
    if len(company.created_by) > 30:
        report.problem(f"{key}.created_by", f"{len(company.created_by)} characters", "Sage keeps 30")
    for number, window in enumerate(company.closed, 1):
        _check_window(window, f"{key}.closed[{number}]", report)


def _check_settle(company: Company, key: str, report: Report) -> None:
    check_range(company.settle_minutes, 0, 1440, f"{key}.settle_minutes", report, "minutes")
    if 0 <= company.settle_minutes * 60 < company.timeout:
        found = f"{company.settle_minutes} minutes, shorter than the timeout of {company.timeout:g} seconds"
        remedy = "Sage may still be saving an order while a look-up finds nothing; 10 is safe"
        report.warning(f"{key}.settle_minutes", found, remedy)


def _check_key_field(company: Company, key: str, report: Report) -> None:
    codes = ANALYSIS_CODES[company.edition]
    allowed = (
        f"allowed are spare_text_1 to spare_text_{SPARE_TEXTS} and analysis_code_1 to analysis_code_{codes}"
    )
    match = _KEY_FIELD.fullmatch(company.key_field)
    limit = {"spare_text": SPARE_TEXTS, "analysis_code": codes}[match.group(1)] if match else 0
    if match is None or int(match.group(2)) > limit:
        report.problem(
            f"{key}.key_field", f'the text "{company.key_field}"', f"{allowed} (edition {company.edition})"
        )


def _check_window(window: Window, key: str, report: Report) -> None:
    longest = 31 * 24 * 60
    check_range(window.minutes, 1, longest, f"{key}.minutes", report, "minutes")
    try:
        Closing(window.rule, min(max(window.minutes, 1), longest))
    except ValueError as error:
        remedy = 'write an RFC 5545 rule, such as "FREQ=DAILY;BYHOUR=2;BYMINUTE=0"'
        report.problem(f"{key}.rule", str(error), remedy)
        return
    if "BYHOUR" not in window.rule.upper() and "HOURLY" not in window.rule.upper():
        found = f'the rule "{window.rule}" names no hour'
        report.warning(f"{key}.rule", found, "it begins at midnight; add BYHOUR and BYMINUTE")
