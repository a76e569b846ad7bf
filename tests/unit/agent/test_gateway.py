"""The SOAP gateway as a service of the agent, called by the Sage 300 room's own client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from tidegate.domain.errors import Code, Failure
from tidegate_agent.sage300 import names
from tidegate_agent.sage300.browsing import beyond
from tidegate_sandbox.com.late_bound import ComError
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage300.native import AccpacNative
from tidegate_sandbox.sage300.problem import Problem
from unit.agent.gateway import KEY, GatewayStand, order

STOCK = ("ITEMNO", "LOCATION", "QTYONHAND")


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[GatewayStand]:
    """Every test ends with `opened = dropped + killed` and no LanPak held."""
    made = GatewayStand(tmp_path)
    yield made
    assert made.is_even()


def failed(answer: object) -> Failure:
    assert isinstance(answer, Failure), answer
    return answer


# Reading


def test_a_ping_reports_company_currency_and_seats(stand: GatewayStand) -> None:
    found = stand.room().ping()
    assert isinstance(found, dict)
    assert (found["company"], found["homeCurrency"], found["state"]) == ("SAMLTD", "USD", "open")
    assert (found["sessionsInUse"], found["sessionsMax"]) == ("1", "1"), "kept for its thirty seconds"
    stand.clock.advance(31)
    stand.agent.tick()
    stand.erp.window.lock("backup")
    locked = stand.room().ping()
    assert isinstance(locked, dict)
    assert (locked["state"], locked["homeCurrency"], locked["sessionsInUse"]) == ("locked", "USD", "0")


def test_a_view_is_read_page_by_page_in_the_sequence_of_its_key(
    stand: GatewayStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = stand.room().read("IC0290", STOCK, 'LOCATION = "1" OR LOCATION = "2"')
    monkeypatch.setattr("tidegate.sage.sage300.gateway.PAGE", 2)
    paged = stand.room().read("IC0290", STOCK, 'LOCATION = "1" OR LOCATION = "2"')
    assert isinstance(whole, list)
    assert paged == whole
    assert len(whole) > 4
    assert [(row["ITEMNO"], row["LOCATION"]) for row in whole] == sorted(
        (row["ITEMNO"], row["LOCATION"]) for row in whole
    )


@pytest.mark.parametrize(
    ("view", "field", "where", "code"),
    [
        ("GL0001", "ACCTID", "", Code.NOT_PERMITTED),
        ("IC0290", "COLOUR", "", Code.MALFORMED),
        ("IC0290", "ITEMNO", "1 = 1; DROP", Code.MALFORMED),
        ("IC0290", "ITEMNO", '(LOCATION = "1")', Code.MALFORMED),
    ],
)
def test_only_views_on_the_list_known_fields_and_plain_filters(
    stand: GatewayStand, view: str, field: str, where: str, code: Code
) -> None:
    assert failed(stand.room().read(view, [field], where)).code is code


def test_the_place_to_go_on_from_reaches_every_alternative_of_a_filter() -> None:
    key = names.ViewName(("K", "N"), frozenset({"N"}))
    place = ['say "hi"', "7"]
    either = ('K > "say ""hi"""', 'K = "say ""hi""" AND N > 7')
    assert beyond("", place, key) == " OR ".join(either)
    where = 'A = "x OR y" OR B = "2" AND C >= 3'
    assert beyond(where, place, key) == (
        f'A = "x OR y" AND {either[0]} OR A = "x OR y" AND {either[1]} OR '
        f'B = "2" AND C >= 3 AND {either[0]} OR B = "2" AND C >= 3 AND {either[1]}'
    )


# Writing


def test_a_preview_leaves_nothing_and_an_insert_stores_one(stand: GatewayStand) -> None:
    fields, details = order()
    seen = stand.room().write("OE0520", "preview", KEY, fields, details)
    assert isinstance(seen, dict)
    assert (seen["INVNETWTX"], seen["ORDNUMBER"]) == ("23.98", "")
    assert stand.keys() == []
    made = stand.insert()
    [entered] = stand.erp.orders.table
    assert (made["ORDNUMBER"], made["REFERENCE"], made["INVNETWTX"]) == (entered.number, KEY, "23.98")
    assert [line.external_key for line in entered.lines] == ["item:551"]


def test_a_repeat_answers_the_order_that_is_there(stand: GatewayStand) -> None:
    first, second = stand.insert(), stand.insert()
    assert first == second
    assert stand.keys() == [KEY]
    assert failed(stand.insert(COMMENT="other")).code is Code.UNCLEAR_ANSWER, "another content"
    assert stand.keys() == [KEY]


def test_without_its_journal_an_order_is_found_by_its_reference(stand: GatewayStand) -> None:
    made = stand.insert()
    stand.agent.journal._db.execute("DELETE FROM entry")
    assert stand.insert() == made
    assert stand.keys() == [KEY]


def test_what_a_person_deleted_is_not_written_again(stand: GatewayStand) -> None:
    stand.insert()
    stand.erp.orders.delete(next(iter(stand.erp.orders.table)))
    assert failed(stand.insert()).code is Code.UNCLEAR_ANSWER
    assert stand.keys() == []


def test_a_refusal_names_class_field_and_line_and_stores_nothing(stand: GatewayStand) -> None:
    assert failed(stand.insert(CUSTOMER="NOBODY")).code is Code.REFUSED
    stand.erp.set_period(stand.clock.now().date(), is_open=False)
    assert failed(stand.insert()).code is Code.PERIOD_CLOSED
    stand.erp.set_period(stand.clock.now().date(), is_open=True)
    fields, [line] = order()
    line.fields["ITEM"] = "NONE"
    refused = failed(stand.room().write("OE0520", "insert", KEY, fields, [line]))
    assert "Item NONE does not exist." in refused.text
    assert stand.keys() == []
    [entry] = [stand.agent.journal.find("SAMLTD", KEY, kind="OE0520")]
    assert entry is not None
    assert entry.state == "given_up"
    assert isinstance(stand.insert(), dict), "given up means that it may be tried again"


def test_an_order_is_put_on_hold_and_deleted_by_its_keys(stand: GatewayStand) -> None:
    made = stand.insert()
    held = stand.room().write("OE0520", "update", KEY, {"ORDNUMBER": made["ORDNUMBER"], "ONHOLD": "1"}, [])
    assert isinstance(held, dict)
    assert held["ONHOLD"] == "1"
    assert stand.room().delete("OE0520", KEY, {"ORDNUMBER": made["ORDNUMBER"]}) is None
    gone = failed(stand.room().delete("OE0520", KEY, {"ORDNUMBER": made["ORDNUMBER"]}))
    assert gone.details == {"not_found": "yes"}


def test_rights_seats_and_a_closed_company_have_their_classes(stand: GatewayStand) -> None:
    stand.face.options.denied = frozenset({("OE0520", "insert")})
    assert failed(stand.insert()).code is Code.NOT_PERMITTED
    stand.face.options.denied = frozenset()
    stand.clock.advance(31)
    stand.agent.tick()
    stand.face.options.lanpaks = 0
    assert failed(stand.insert()).code is Code.NO_SEAT
    stand.face.options.lanpaks = None
    stand.erp.window.lock("backup")
    assert failed(stand.insert()).code is Code.LOCKED
    stand.erp.window.unlock()


def test_only_a_listed_process_is_run(stand: GatewayStand, tmp_path: Path) -> None:
    asked = {"view": "IC0275"}
    assert not isinstance(stand.room()._call("RunProcess", asked, reading=False), Failure)
    assert stand.face.database.asked_for_day_end == ["a view"]
    (tmp_path / "other").mkdir()
    other = GatewayStand(tmp_path / "other", sage300={"processes": []})
    assert failed(other.room()._call("RunProcess", asked, reading=False)).code is Code.NOT_PERMITTED
    assert other.is_even()


# Who may ask, and when


def test_two_tokens_are_valid_and_no_other_user_or_word(stand: GatewayStand) -> None:
    for password in ("first", "second"):
        assert isinstance(stand.room(password=password).ping(), dict)
    for wrong in (stand.room(password="third"), stand.room(user="ADMIN"), stand.room(password="")):
        assert failed(wrong.ping()).code is Code.NOT_AUTHENTICATED
    assert failed(stand.room(company="SAMINC").ping()).code is Code.MALFORMED, "not on the list"


def test_writes_can_be_switched_off_and_reads_go_on(tmp_path: Path) -> None:
    stand = GatewayStand(tmp_path, read_only=True)
    assert failed(stand.insert()).code is Code.NOT_PERMITTED
    assert isinstance(stand.room().read("OE0520", ["ORDNUMBER"]), list)
    assert stand.is_even()


def test_drained_there_is_no_session_and_no_work_until_it_is_resumed(stand: GatewayStand) -> None:
    stand.insert()
    assert stand.sage.licence.held == ["WEBAPI in SAMLTD"]
    assert stand.agent.stop()
    assert stand.sage.licence.held == []
    assert failed(stand.insert("magento:main:8")).code is Code.LOCKED
    stand.agent.pool.resume()
    assert isinstance(stand.insert("magento:main:8"), dict)


def test_a_session_is_dropped_after_its_idle_time_and_after_a_quarter_of_an_hour(stand: GatewayStand) -> None:
    stand.insert()
    stand.clock.advance(29)
    stand.agent.tick()
    assert stand.sage.licence.held
    stand.clock.advance(2)
    stand.agent.tick()
    assert stand.sage.licence.held == []
    for _ in range(60):
        stand.room().read("OE0520", ["ORDNUMBER"])
        stand.clock.advance(20)
        stand.agent.tick()
    assert stand.agent.pool.totals.opened >= 3


# Dying


@pytest.mark.parametrize("kind", ["die_before", "die_after", "hang", "hang_after"])
def test_a_death_at_the_insert_is_settled_at_once(stand: GatewayStand, kind: str) -> None:
    stand.sage.arrange(kind, "Insert", "AccpacView.OE0520")
    answer = stand.insert()
    if kind.endswith("after"):
        assert isinstance(answer, dict)
    else:
        assert failed(answer).sent is False, "nothing was stored, and it is known"
        assert isinstance(stand.insert(), dict)
    assert stand.keys() == [KEY]


def test_a_death_that_nobody_can_look_into_is_in_doubt(stand: GatewayStand) -> None:
    stand.sage.arrange("die_after", "Insert", "AccpacView.OE0520")
    stand.sage.arrange("die_before", "Open", "AccpacSession", skip=1)
    answer = failed(stand.insert())
    assert answer.sent, "the hub looks it up"
    assert isinstance(stand.insert(), dict)
    assert stand.keys() == [KEY]


class Killed(BaseException):
    """The agent's process is gone."""


@pytest.mark.parametrize("after", [False, True])
def test_the_agent_dies_at_every_call(tmp_path: Path, after: bool) -> None:
    """Whatever call it is killed at, the next agent stores the order once, and leaves no seat."""
    stand = GatewayStand(tmp_path)
    stand.insert("first")
    steps = len(stand.sage.calls)
    assert stand.is_even()
    for step in range(steps):
        key = f"magento:main:{step}"
        stand.agent.pool.resume()
        left = step

        def count(_obj: str, _name: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed

        if after:
            stand.sage.after_call = count
        else:
            stand.sage.before_call = count
        with pytest.raises(Killed):
            stand.insert_and_drain(key)
        stand.sage.before_call = stand.sage.after_call = lambda _obj, _name: None
        stand.restart()
        assert stand.agent.journal.open_entries() == []
        assert isinstance(stand.insert(key), dict)
        assert stand.keys() == ["first", *(f"magento:main:{one}" for one in range(step + 1))]
        assert stand.is_even()


def test_an_old_row_that_is_found_nowhere_goes_to_a_person(stand: GatewayStand) -> None:
    stand.agent.journal.reserve("SAMLTD", KEY, "x", "", "b")
    stand.agent.journal._db.execute("UPDATE entry SET kind='OE0520', state='writing'")
    stand.clock.advance(timedelta(hours=2).total_seconds())
    stand.restart()
    entry = stand.agent.journal.find("SAMLTD", KEY, kind="OE0520")
    assert entry is not None
    assert entry.state == "review"
    assert failed(stand.insert()).code is Code.UNCLEAR_ANSWER
    assert stand.keys() == []


# The fake


def test_a_session_that_is_closed_before_its_link_keeps_the_seat(stand: GatewayStand) -> None:
    native = AccpacNative(stand.sage)
    session = native.create("AccpacCOMAPI.AccpacSession")
    native.invoke(session, "Init", ["", "XZ", "XZ1000", "70A"], ())
    native.invoke(session, "Open", ["WEBAPI", "webapi-password", "SAMLTD", "2026-03-02", 0, ""], ())
    link, _ = native.invoke(session, "OpenDBLink", [1, 1], ())
    view, _ = native.invoke(link, "OpenView2", ["IC0290"], ())
    for too_early in (session, link):
        with pytest.raises(ComError):
            native.invoke(too_early, "Close", [], ())
    assert stand.sage.licence.held == ["WEBAPI in SAMLTD"]
    for one in (view, link, session):
        native.invoke(one, "Close", [], ())
    assert stand.sage.licence.held == []


def test_the_lanpaks_are_those_of_the_web_api(stand: GatewayStand) -> None:
    stand.face.options.lanpaks = 1
    number = stand.face.api.seats.sit("desk")
    with pytest.raises(Problem):
        stand.face.api.seats.take("WEBAPI", "SAMLTD")
    with pytest.raises(Refusal):
        stand.sage.licence.pool.take("another")
    stand.face.api.seats.stand_up(number)
    stand.face.api.seats.take("WEBAPI", "SAMLTD")


def test_agent_and_simulator_serve_the_same_contract() -> None:
    served, simulated = (
        files(package).joinpath(name).read_text("utf-8")
        for package, name in (
            ("tidegate_agent.sage300", "gateway.wsdl"),
            ("tidegate_sandbox.sage300", "data/gateway.wsdl"),
        )
    )
    assert served == simulated
