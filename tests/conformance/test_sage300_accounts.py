"""Sage 300's import of customers beside what `other_parcels` asks: whose number it is, what lies there already, what it refuses."""

from __future__ import annotations

import csv
import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from conformance.sage300_stand import Sage300Stand
from tidegate.conformance.customers import NEW
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed
from tidegate.domain.errors import Code, Failure
from tidegate.domain.parcel import Parcel
from tidegate.sage.port.outcomes import HandedOver, Outcome
from tidegate.sage.port.parcels import Scope
from tidegate.sage.sage300.csv_customers import USUAL
from tidegate.sage.sage300.writers import ByCsvImport


@pytest.fixture
def stand() -> Iterator[Sage300Stand]:
    made = Sage300Stand(csv=True, accounts=True)
    yield made
    made.close()


def hand_over(stand: Sage300Stand, **changes: object) -> Parcel:
    """The parcel of a new account."""
    with opened(stand.company) as session:
        outcome = session.new_customers.create(dataclasses.replace(NEW, **changes))  # type: ignore[arg-type]
    assert isinstance(outcome, HandedOver), outcome
    return Parcel(1, "web", "acme", Scope.CUSTOMERS, "", outcome.parcel, (NEW.key,), stand.clock.now())


def result(stand: Sage300Stand, parcel: Parcel) -> Outcome:
    with opened(stand.company) as session:
        found: Mapping[str, Outcome] | Failure = session.parcels.collect([parcel])
    assert isinstance(found, Mapping), found
    return found[NEW.key]


def work(stand: Sage300Stand) -> None:
    assert stand.desktop is not None
    stand.desktop.work()


def test_an_account_is_entered_as_the_web_api_would(stand: Sage300Stand) -> None:
    parcel = hand_over(stand, on_hold=True)
    work(stand)
    assert accepted(result(stand, parcel)).number == NEW.account
    made = stand.erp.customers.table.first("code", NEW.account)
    assert made is not None
    assert (made.name, made.email, made.vat_number, made.on_hold) == (
        NEW.name,
        NEW.email,
        NEW.vat_number,
        True,
    )
    shown = {
        name: made.extra[name] for name in ("AddressLine1", "City", "ZipPostalCode", "Country", "GroupCode")
    }
    assert list(shown.values()) == ["1 High Street", "Leeds", "LS1 1AA", "GB", "RTL"]
    assert made.extra["options"] == {"MAGECUST": NEW.key}


def test_one_that_lies_there_is_not_left_a_second_time(stand: Sage300Stand) -> None:
    """A ledger that was restored from an older copy knows nothing of the file."""
    first, second = hand_over(stand), hand_over(stand)
    assert first.tracking == second.tracking
    assert len(list(stand.customer_files.glob("*.csv"))) == 1
    work(stand)
    with opened(stand.company) as session:
        assert accepted(session.new_customers.create(NEW)).number == NEW.account
    assert list(stand.customer_files.glob("*.csv")) == []


def test_a_number_that_another_has_is_named_and_no_file_is_left(stand: Sage300Stand) -> None:
    stand.open_account(NEW.account, "Somebody Else")
    with opened(stand.company) as session:
        failure = failed(session.new_customers.create(NEW))
    assert (failure.code, failure.details) == (Code.REFUSED, {"taken": NEW.account})
    assert list(stand.customer_files.iterdir()) == []


def test_a_number_that_was_taken_meanwhile_is_refused(stand: Sage300Stand) -> None:
    """The report names records by their number, which is not our key."""
    parcel = hand_over(stand)
    stand.open_account(NEW.account, "Somebody Else")
    work(stand)
    failure = failed(result(stand, parcel))
    assert failure.code is Code.REFUSED
    assert NEW.account in failure.text
    assert stand.accounts(NEW.key) == []


def test_a_file_that_cannot_be_read_says_so(stand: Sage300Stand) -> None:
    parcel = hand_over(stand)
    assert stand.desktop is not None
    stand.desktop.refuse_files_with(NEW.key)
    work(stand)
    assert failed(result(stand, parcel)).code is Code.PARCEL_REFUSED


def test_orders_and_accounts_lie_in_folders_of_their_own(stand: Sage300Stand) -> None:
    hand_over(stand)
    assert list(stand.pick_up.glob("*.csv")) == []
    [path] = stand.customer_files.glob("*.csv")
    rows = list(csv.reader(path.read_text("cp1252").splitlines()))
    assert rows[:2] == [next(csv.reader([line])) for line in USUAL.splitlines()]
    assert [row[:2] for row in rows[2:]] == [["1", NEW.account], ["2", NEW.account]]


def test_the_check_says_which_route_takes_new_accounts(stand: Sage300Stand) -> None:
    findings = {one.subject: one for one in stand.company.examine()}
    assert "new accounts by csv" in findings["routes"].text
    assert findings["import of customers"].verdict == "pass"
    stand.customer_files.rmdir()
    found = {one.subject: one for one in stand.company.examine()}
    assert found["import of customers"].verdict == "fail"


@pytest.mark.parametrize("missing", ["WEBSITE", "IDGRP", "SWHOLD"])
def test_a_sample_without_what_an_account_needs_opens_none(missing: str, tmp_path: Path) -> None:
    sample = tmp_path / "customers.txt"
    sample.write_text(USUAL.replace(f'"{missing}",', "").replace(f',"{missing}"', ""), "cp1252")
    folders = {"folder": str(tmp_path), "customers_folder": str(tmp_path / "customers")}
    writer = ByCsvImport(customers_sample=str(sample), **folders)
    with closing(Sage300Stand(csv=True, settings={"writer": writer})) as made:
        with opened(made.company) as session:
            failure = failed(session.new_customers.create(NEW))
        verdicts = {one.subject: one.verdict for one in made.company.examine()}
    assert failure.code is Code.UNKNOWN_REFERENCE
    assert failure.missing == "setting:writer.customers_sample"
    assert missing in failure.text
    assert verdicts["layout of customers"] == "fail"
