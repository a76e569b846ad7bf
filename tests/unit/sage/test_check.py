"""The preflight check says what works, what does not, and what to do."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import httpx
import pytest

from tidegate.sage.port.findings import Finding
from tidegate.sage.sage200.check import READS
from tidegate.sage.sage200.receipts import bank_aliases
from unit.sage.scripted_api import NOW, SITE, World, application_error, gateway_error, make_world, ok

LISTED = ("products", "warehouses", "tax_codes", "nominal_codes", "sop_additional_charges", "currencies")
SITES = [{"company_id": 123, "company_name": "Demo Trading Ltd", "site_id": SITE, "site_name": "Demodata"}]


def dated(skew: timedelta = timedelta(0)) -> httpx.Response:
    return httpx.Response(200, json=SITES, headers={"Date": format_datetime(NOW + skew, usegmt=True)})


@pytest.fixture
def world() -> World:
    world = make_world()
    api = world.api
    api.on("GET", "/sites", dated())
    for path in ("sop_orders", *(path for path, _ in READS if path not in LISTED)):
        api.on("GET", f"/{path}", ok([]))
    api.on("GET", "/current_user_sop_user_permissions", ok({"override_prices_discounts": True}))
    settings = {
        "are_prices_tax_inclusive": False,
        "auto_generate_order_return_numbers": True,
        "allow_cash_orders": True,
        "amend_nominal_codes": True,
    }
    api.on("GET", "/sop_settings", ok([settings]))
    api.on("GET", "/licence", ok({"is_sales_orders_enabled": True, "is_stock_enabled": True}))
    return world


def not_passed(world: World) -> list[Finding]:
    return [finding for finding in world.company.examine() if finding.verdict != "pass"]


def test_a_company_in_order_passes_with_reads_alone(world: World) -> None:
    findings = world.company.examine()

    assert {finding.verdict for finding in findings} == {"pass"}
    subjects = [finding.subject for finding in findings]
    assert subjects[:3] == ["sign-in", "clock", "company"]
    assert {
        "read products",
        "read sop_orders",
        "order permissions",
        "order settings",
        "licence",
        "version",
    } <= set(subjects)
    assert {request.method for request in world.api.requests} == {"GET"}


def test_without_a_sign_in_nothing_else_is_asked(world: World) -> None:
    world.vault.kept.clear()

    findings = world.company.examine()

    assert [finding.verdict for finding in findings] == ["warn", "fail"]
    assert all("tidegate sign-in" in finding.remedy for finding in findings)
    assert world.api.requests == []


def test_a_wrong_company_names_those_that_there_are(world: World) -> None:
    other = {**SITES[0], "company_id": 7}
    world.api.on("GET", "/sites", ok([other]))

    findings = not_passed(world)

    assert [finding.subject for finding in findings if finding.verdict == "fail"] == ["company"]
    assert "company_id 7" in findings[-1].remedy


def test_a_single_site_may_come_as_one_object(world: World) -> None:
    world.api.on("GET", "/sites", ok(SITES[0]))

    assert [finding.subject for finding in not_passed(world)] == ["clock"]


def test_no_sites_is_a_tunnel_that_is_down(world: World) -> None:
    world.api.on("GET", "/sites", ok([]))

    [failed] = [finding for finding in not_passed(world) if finding.verdict == "fail"]

    assert "Native API" in failed.text


@pytest.mark.parametrize(("minutes", "verdict"), [(1, "pass"), (-3, "warn"), (20, "fail")])
def test_the_clocks_are_compared(world: World, minutes: int, verdict: str) -> None:
    world.api.on("GET", "/sites", dated(timedelta(minutes=minutes)))

    [clock] = [finding for finding in world.company.examine() if finding.subject == "clock"]

    assert clock.verdict == verdict


def test_a_missing_permission_is_named(world: World) -> None:
    world.api.on("GET", "/products", application_error("The requested operation is forbidden.", 403))
    world.api.on("GET", "/current_user_sop_user_permissions", ok([{"override_prices_discounts": False}]))

    findings = not_passed(world)

    assert [finding.subject for finding in findings] == ["read products", "order permissions"]
    assert {finding.verdict for finding in findings} == {"fail"}
    assert all("permission" in finding.remedy or "role" in finding.remedy for finding in findings)


def test_a_version_without_spare_fields_needs_another_key_field(world: World) -> None:
    world.api.on("GET", "/sop_orders", application_error("Could not find a property named 'spare_text_1'"))

    failed = [finding for finding in not_passed(world) if finding.verdict == "fail"]

    assert [finding.subject for finding in failed] == ["read sop_orders"]
    assert "key_field" in failed[0].remedy


def test_settings_that_change_the_totals_fail(world: World) -> None:
    world.api.on(
        "GET",
        "/sop_settings",
        ok([{"are_prices_tax_inclusive": True, "auto_generate_order_return_numbers": False}]),
    )

    verdicts = [(finding.verdict, finding.text) for finding in not_passed(world)]

    assert ("fail", "not true: order prices are without tax (are_prices_tax_inclusive)") in verdicts
    assert any(verdict == "warn" and "numbers" in text for verdict, text in verdicts)


def test_what_an_old_version_does_not_have_is_a_warning(world: World) -> None:
    world.api.on("GET", "/licence", gateway_error(404, "Resource not found"))

    assert [(finding.subject, finding.verdict) for finding in not_passed(world)] == [("licence", "warn")]


def test_the_secondary_key_and_the_near_end_are_warned_of(world: World) -> None:
    world.sign_in(age=timedelta(days=85))
    refused = gateway_error(401, "Access denied due to invalid subscription key")
    world.api.on("GET", "/sites", refused, dated())

    findings = not_passed(world)

    assert [finding.subject for finding in findings] == ["sign-in", "subscription key"]


def test_the_code_lists_that_mappings_point_into(world: World) -> None:
    world.api.on("GET", "/couriers", ok([{"id": 1, "name": "DPD"}]))
    world.api.on("GET", "/price_bands", application_error("forbidden", 403))

    lists = world.company.code_lists()

    assert isinstance(lists, list)
    by_kind = {one.kind: one for one in lists}
    assert set(by_kind) == {"tax", "charge", "warehouse", "account", "courier", "bank"}
    assert by_kind["tax"].codes == {"1": "Standard rate", "0": "Zero rate"}
    assert str(by_kind["tax"].rates["1"]) == "20.0"
    assert by_kind["account"].codes == {"4000": "Sales"}


def test_26_a_bank_is_known_by_its_nominal_code_if_it_alone_posts_there() -> None:
    banks = [
        {"id": number, "code": code, "description": name, "bank_account_nominal_reference": nominal}
        for number, code, name, nominal in (
            (1, "CARD", "Card clearing", "1210"),
            (2, "BANK", "Current account", "1200"),
            (3, "SAVE", "Savings", "1200"),
        )
    ]
    assert bank_aliases(banks) == {
        "1210": "CARD",
        "Card clearing": "CARD",
        "Current account": "BANK",
        "Savings": "SAVE",
    }
