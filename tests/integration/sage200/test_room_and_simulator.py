"""What only Sage 200 knows, against the simulator: keys, sites, versions, addresses, holds, sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from conformance.sage200_stand import PATHS, Sage200Stand
from tidegate.conformance.stand import accepted, failed, find, free_text, goods, make_order, prepared, send
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address
from tidegate.sage.port.customers import NewCustomer
from tidegate.sage.port.findings import Finding
from tidegate.sage.port.orders import OrderKey
from tidegate.sage.port.session import Purpose
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport

JANE = Address(
    name="Jane Buyer",
    street=("Flat 2", "1 High Street"),
    city="Leeds",
    region="West Yorkshire",
    postcode="LS1 1AA",
    country="GB",
    telephone="0113 496 0000",
    email="jane@example.com",
)


@pytest.fixture
def stand() -> Iterator[Sage200Stand]:
    built = Sage200Stand()
    yield built
    built.close()


def stands(**options: Any) -> Sage200Stand:
    return Sage200Stand(**options)


def verdicts(stand: Sage200Stand) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in stand.company.examine():
        found.setdefault(finding.verdict, set()).add(finding.subject)
    return found


# What stands in the company's books


def test_the_order_in_sages_own_books(stand: Sage200Stand) -> None:
    lines = (
        goods(stand, quantity=Decimal(4), unit_price=Decimal("10.00"), unit_discount=Decimal("0.50")),
        free_text(stand, "-1.00"),
    )
    order = make_order(stand, 213, *lines, delivery=JANE, note="Ring twice", po_number="PO-7")
    with stand.company.session(Purpose.WRITING) as session:
        sent = accepted(send(session, order))

    booked = stand.erp.order(sent.number)
    assert booked.customer_order_no == "000000213"
    assert booked.external_key == "magento:main:213"
    assert booked.created_by == "MAGENTO"
    assert booked.date == order.date
    assert booked.discount_percent == 0
    assert booked.delivery["postal_name"] == "Jane Buyer"
    assert booked.delivery["address_1"] == "Flat 2"
    assert booked.delivery["county"] == "West Yorkshire"
    assert booked.delivery["email_address"] == "jane@example.com"
    item, text, comment = sorted(booked.lines, key=lambda line: line.number)
    assert (item.kind, item.code, item.external_key) == ("item", "HUB-0001", "item:551")
    assert (item.net, item.tax, item.price_overridden) == (Decimal("38.00"), Decimal("7.60"), True)
    assert (text.kind, text.net, text.revenue.account) == ("text", Decimal("-1.00"), "4000")
    assert (comment.kind, comment.description) == ("comment", "Your order number: PO-7")


def test_the_price_book_never_changes_what_the_buyer_was_charged(stand: Sage200Stand) -> None:
    stand.erp.customer_change("WEB001", line_discount_percent=Decimal(25))
    order = make_order(stand, 213)

    with stand.company.session(Purpose.WRITING) as session:
        assert accepted(send(session, order)).gross == order.gross


def test_a_guest_s_order_names_its_buyer_on_the_cash_invoice(stand: Sage200Stand) -> None:
    cash = make_order(stand, 213, account="WEB", delivery=JANE, invoice=JANE)
    other = make_order(stand, 214, delivery=JANE, invoice=JANE)
    with stand.company.session(Purpose.WRITING) as session:
        paid, charged = accepted(send(session, cash)), accepted(send(session, other))

    booked = stand.erp.order(paid.number)
    assert booked.customer_kind == "cash"
    assert booked.invoice_address["postal_name"] == "Jane Buyer"
    booked = stand.erp.order(charged.number)
    assert booked.customer_kind == "credit"
    assert "Jane Buyer" in booked.extra["memos"][0]["note"]


def test_an_account_on_hold_or_over_its_limit_holds_the_order_and_is_reported(
    stand: Sage200Stand,
) -> None:
    stand.erp.customer_change("WEB001", credit_limit=Decimal("1.00"))
    order = make_order(stand, 213)
    with stand.company.session(Purpose.WRITING) as session:
        sent = accepted(send(session, order))
        [found] = find(session, order)

    assert sent.status == found.status == "on hold"
    assert sent.details["over_credit_limit"] == "true"


def test_a_person_may_renumber_an_order_and_it_is_still_found(stand: Sage200Stand) -> None:
    order = make_order(stand, 213)
    with stand.company.session(Purpose.WRITING) as session:
        sent = accepted(send(session, order))
        row = stand.erp.order(sent.number)
        row.customer_order_no = "typed over"
        stand.erp.orders.changed(row)

        [found] = find(session, order)

    assert found.ours
    assert found.reference == "typed over"


# Editions, versions, settings


def test_where_orders_are_numbered_by_hand_ours_is_the_number() -> None:
    stand = stands(edition="professional")
    stand.erp.rules.order_numbers_generated = False
    order = make_order(stand, 213)
    with stand.company.session(Purpose.WRITING) as session:
        assert accepted(send(session, order)).number == "000000213"


def test_a_version_without_spare_fields_never_gets_an_order_without_key() -> None:
    stand = stands(spare_fields=False)
    order = make_order(stand, 213)
    with stand.company.session(Purpose.WRITING) as session:
        failure = failed(session.order_search.find([OrderKey(order.key, order.reference)]))
    findings = stand.company.examine()

    assert failure.code is Code.UNKNOWN_ENDPOINT
    assert "key_field" in failure.text
    assert [one.subject for one in findings if one.verdict == "fail"] == ["read sop_orders", "read customers"]


def test_prices_that_include_tax_hold_every_order(stand: Sage200Stand) -> None:
    stand.erp.rules.prices_include_tax = True
    with stand.company.session(Purpose.WRITING) as session:
        failure = failed(session.orders.prepare([make_order(stand, 213)])[0])
    stand.erp.rules.prices_include_tax = False
    stand.company.forget()

    assert failure.missing == "setting:prices-without-tax"
    with stand.company.session(Purpose.WRITING) as session:
        accepted(send(session, make_order(stand, 213)))


def test_generated_account_numbers_make_no_second_account() -> None:
    stand = stands(edition="professional")
    stand.erp.rules.account_codes_generated = True
    new = NewCustomer(key="magento:main:customer:17", account="W17", name="Jane", email="", address=JANE)
    with stand.company.session(Purpose.WRITING) as session:
        first = accepted(session.new_customers.create(new))
        second = accepted(session.new_customers.create(new))

    assert first.number == second.number
    assert stand.accounts(new.key) == [first.number]


def test_a_missing_collection_is_reported_by_name() -> None:
    stand = stands(missing=frozenset({"sop_additional_charges"}))
    with stand.company.session(Purpose.WRITING) as session:
        failure = failed(session.orders.prepare([make_order(stand, 213)])[0])

    assert failure.code is Code.UNKNOWN_ENDPOINT
    assert "read sop_additional_charges" in verdicts(stand)["fail"]


# Credentials


def test_a_regenerated_primary_key_stops_nothing(stand: Sage200Stand) -> None:
    stand.face.credentials.subscription_key = "regenerated"
    with stand.company.session(Purpose.WRITING) as session:
        accepted(send(session, make_order(stand, 213)))

    assert "subscription key" in verdicts(stand)["warn"]
    assert stand.sign_ins.refreshes() == 0


def test_both_keys_regenerated_halts(stand: Sage200Stand) -> None:
    stand.face.credentials.subscription_key = "regenerated"
    stand.face.credentials.secondary_subscription_key = "too"
    with stand.company.session(Purpose.WRITING) as session:
        failure = failed(session.order_search.find([OrderKey("k", "r")]))

    assert failure.code is Code.NOT_AUTHENTICATED
    assert stand.sign_ins.refreshes() == 0


@pytest.mark.parametrize(
    "wrong", [{"company_id": "124"}, {"site_id": "00000000-0000-0000-0000-000000000000"}]
)
def test_a_wrong_company_is_reported_after_one_refresh(stand: Sage200Stand, wrong: dict[str, Any]) -> None:
    stand.reopen(**wrong)
    for _ in range(3):
        with stand.company.session(Purpose.WRITING) as session:
            failure = failed(session.orders.prepare([make_order(stand, 213)])[0])
        assert failure.code is Code.WRONG_COMPANY

    assert stand.sign_ins.refreshes() == 1
    [finding] = [one for one in stand.company.examine() if one.verdict == "fail"]
    assert stand.face.credentials.site_id in finding.remedy


def test_a_revoked_sign_in_halts_and_offers_its_token_once(stand: Sage200Stand) -> None:
    stand.face.sign_in_server.revoke_all()
    for _ in range(3):
        with stand.company.session(Purpose.WRITING) as session:
            failure = failed(session.order_search.find([OrderKey("k", "r")]))
        assert failure.code is Code.SIGN_IN_EXPIRED

    assert stand.sign_ins.refusals() == 1
    stand.sign_in()
    with stand.company.session(Purpose.WRITING) as session:
        accepted(send(session, make_order(stand, 213)))


def test_a_lost_answer_to_a_refresh_costs_a_sign_in_at_worst(stand: Sage200Stand) -> None:
    stand.advance(8 * 3600 + 1)
    stand.faults.add(Fault("drop_after", method="POST", path="/oauth/token$"))
    with stand.company.session(Purpose.WRITING) as session:
        lost = failed(session.order_search.find([OrderKey("k", "r")]))
        again = failed(session.order_search.find([OrderKey("k", "r")]))

    assert (lost.code, lost.sent) == (Code.UNREACHABLE, False)
    assert again.code is Code.SIGN_IN_EXPIRED, "the simulator takes the second offer for a theft"


@pytest.mark.parametrize("public", [False, True])
def test_signing_in_through_the_browser(public: bool) -> None:
    stand = stands()
    known = stand.face.credentials
    if public:
        stand.reopen(
            client_id=known.desktop_client_id, client_secret="", redirect_url=known.desktop_redirect_uri
        )
    stand.vault.kept.clear()
    sign_in = stand.company.entrance
    assert sign_in is not None
    state, verifier = "s" * 64, "v" * 64

    with httpx.Client(transport=InProcessTransport(stand.wire)) as browser:
        address = browser.get(sign_in.authorization_url(state, verifier)).headers["location"]
    assert sign_in.complete(address, "another state", verifier) is not None
    assert sign_in.complete(address, state, verifier) is None

    with stand.company.session(Purpose.WRITING) as session:
        accepted(send(session, make_order(stand, 213)))
    again = sign_in.complete(address, state, verifier)
    assert isinstance(again, Failure), "a code is good once"


def test_a_sign_in_without_offline_access_works_until_it_ends(stand: Sage200Stand) -> None:
    stand.face.options.refresh_days = 0
    stand.sign_in()
    stand.reopen()
    with stand.company.session(Purpose.WRITING) as session:
        accepted(send(session, make_order(stand, 213)))
        stand.advance(8 * 3600)
        assert failed(session.order_search.find([OrderKey("k", "r")])).code is Code.SIGN_IN_EXPIRED


# The tunnel, locks and seats


def test_a_tunnel_that_is_down_waits() -> None:
    stand = stands(edition="professional")
    stand.face.tunnel_up = False
    order = make_order(stand, 213)
    with stand.company.session(Purpose.WRITING) as session:
        failure = failed(session.orders.prepare([order])[0])
    finding = stand.company.examine()[-1]

    assert failure.code is Code.SERVER_TROUBLE
    assert failure.ends_cycle
    assert (finding.verdict, "Native API" in finding.text) == ("fail", True)
    stand.face.tunnel_up = True
    with stand.company.session(Purpose.WRITING) as session:
        accepted(send(session, order))


def test_a_backup_may_close_reading_too(stand: Sage200Stand) -> None:
    stand.erp.window.reads_allowed = False
    stand.lock()
    with stand.company.session(Purpose.WRITING) as session:
        failure = failed(session.order_search.find([OrderKey("k", "r")]))

    assert (failure.code, failure.sent) == (Code.LOCKED, False)


@pytest.mark.parametrize("status", [429, 503])
def test_no_free_seat_waits_for_one(status: int) -> None:
    stand = stands(seats_status=status)
    order = make_order(stand, 213)
    with stand.company.session(Purpose.WRITING) as session:
        ready = prepared(session, order)
        stand.faults.add(Fault("seats"))
        [(_, outcome)] = session.orders.send([ready])

    assert failed(outcome).code in (Code.NO_SEAT, Code.THROTTLED)
    assert stand.booked(order.key) == []


# The check


def test_the_check_of_a_company_in_order_passes(stand: Sage200Stand) -> None:
    not_passed: list[Finding] = [one for one in stand.company.examine() if one.verdict != "pass"]

    assert [one for one in not_passed if one.subject not in ("clock",)] == []


def test_the_check_makes_no_change(stand: Sage200Stand) -> None:
    before = {**stand.erp.books(), "max_sessions": 1}
    stand.company.examine()

    assert stand.erp.books() == before
    assert {one.method for one in stand.wire.log} == {"GET"}


def test_a_user_without_the_price_permission_is_reported(stand: Sage200Stand) -> None:
    stand.erp.rules.may_override_prices = False
    [finding] = [one for one in stand.company.examine() if one.verdict == "fail"]
    with stand.company.session(Purpose.WRITING) as session:
        refused = failed(send(session, make_order(stand, 213)))

    assert finding.subject == "order permissions"
    assert refused.code in (Code.REFUSED, Code.NOT_PERMITTED)


def test_both_editions_have_their_own_address() -> None:
    for edition, path in PATHS.items():
        stand = stands(edition=edition)
        stand.company.examine()
        assert all(urlsplit(one.path).path.startswith(path) for one in stand.wire.log)
