"""Checks of the keys of `[companies.NAME]` that every Sage product shares."""

from __future__ import annotations

import re
from pathlib import Path

from tidegate.config.company import CompanySettings, Window
from tidegate.config.problem import Report
from tidegate.config.store_rules import check_range, check_time_zone
from tidegate.domain.calendar import Closing
from tidegate.trust import plain_fingerprint


def check(company: CompanySettings, key: str, report: Report) -> None:
    """Check one company: the shared keys here, the others by its room."""
    check_time_zone(company.time_zone, f"{key}.time_zone", report)
    check_range(company.seats, 1, 20, f"{key}.seats", report)
    check_range(company.timeout, 1, 3600, f"{key}.timeout", report, "seconds")
    check_range(company.max_answer_mb, 1, 1024, f"{key}.max_answer_mb", report, "megabytes")
    _check_settle(company, key, report)
    if not re.fullmatch(r"[A-Z]{3}", company.currency):
        report.problem(
            f"{key}.currency", f'the text "{company.currency}"', 'write three capital letters, such as "GBP"'
        )
    for number, window in enumerate(company.closed, 1):
        _check_window(window, f"{key}.closed[{number}]", report)
    check_trust(company, key, report)
    company.check(key, report)


def _check_settle(company: CompanySettings, key: str, report: Report) -> None:
    check_range(company.settle_minutes, 0, 1440, f"{key}.settle_minutes", report, "minutes")
    if 0 <= company.settle_minutes * 60 < company.timeout:
        found = f"{company.settle_minutes} minutes, shorter than the timeout of {company.timeout:g} seconds"
        remedy = "a look-up may miss an order that Sage is still saving; 10 is safe"
        report.warning(f"{key}.settle_minutes", found, remedy)


def check_trust(company: CompanySettings, key: str, report: Report) -> None:
    """How a server on one's own network proves who it is."""
    if company.ca_file and not Path(company.ca_file).is_absolute():
        remedy = "give the whole path, e.g. /etc/tidegate/ca.pem"
        report.problem(f"{key}.ca_file", f'the relative path "{company.ca_file}"', remedy)
    pinned = company.pinned_certificate
    if pinned and not plain_fingerprint(pinned):
        remedy = (
            "write its SHA-256 fingerprint, 64 hexadecimal digits: openssl x509 -noout -fingerprint -sha256"
        )
        report.problem(f"{key}.pinned_certificate", f'the text "{pinned}"', remedy)
    if pinned and company.ca_file:
        report.problem(
            f"{key}.pinned_certificate", "both ca_file and a pinned certificate", "keep one of the two"
        )
    if company.plain_http:
        remedy = "everybody on that network can read and change what is sent: give the server a certificate"
        report.warning(f"{key}.plain_http", "plain http without TLS is allowed", remedy)


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
        found = f'the rule "{window.rule}" has no BYHOUR'
        report.warning(f"{key}.rule", found, "the closing begins at midnight; add BYHOUR and BYMINUTE")
