"""The XML gateway: request, answer, four levels of failure, sessions, entities (contract §1 to §4, §11)."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from integration.sandbox.intacct.world import World
from tidegate_sandbox.faults import Fault

CUSTOMER = "<create><CUSTOMER><CUSTOMERID>{0}</CUSTOMERID><NAME>{0}</NAME></CUSTOMER></create>"
COUNT = "<query><object>CUSTOMER</object><select><field>RECORDNO</field></select></query>"


def errors(answer: ElementTree.Element, path: str) -> list[tuple[str, str]]:
    return [
        (one.findtext("errorno") or "", one.findtext("description2") or "") for one in answer.findall(path)
    ]


def test_an_answer_has_the_documented_shape(world: World) -> None:
    world.sign_in()
    answer = world.request(CUSTOMER.format("C-1"), ids=("my id",))
    assert [each.tag for each in answer] == ["control", "operation"]
    control = {each.tag: each.text for each in answer.find("control") or ()}
    assert control == {
        "status": "success",
        "senderid": "HubSender",
        "controlid": "c 1:2",
        "uniqueid": "false",
        "dtdversion": "3.0",
    }
    assert [each.tag for each in answer.find("operation/authentication") or ()] == [
        "status",
        "userid",
        "companyid",
        "locationid",
        "sessiontimestamp",
        "sessiontimeout",
    ]
    result = answer.find("operation/result")
    assert result is not None
    assert [each.text for each in result[:3]] == ["success", "create", "my id"]
    assert result[3].attrib == {"listtype": "objects", "count": "1"}
    assert [each.tag for each in result[3][0]] == ["RECORDNO", "CUSTOMERID"]
    raw = world.post("<request/>")
    assert raw.status_code == 200
    assert raw.headers["content-type"] == 'text/xml; encoding="UTF-8"'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no xml",
        "<request><control/></request>",
        "<other/>",
        '<!DOCTYPE request [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><request>&b;</request>',
        '<!DOCTYPE request [<!ENTITY f SYSTEM "file:///etc/passwd">]><request>&f;</request>',
    ],
)
def test_what_is_no_request_fails_at_the_control_block(world: World, body: str) -> None:
    answer = ElementTree.fromstring(world.post(body).content)
    assert answer.findtext("control/status") == "failure"
    assert answer.find("operation") is None
    assert answer.findtext("errormessage/error/errorno") == "XL03000003"
    assert b"root:" not in world.post(body).content


def test_sender_policy_and_expired_company_fail_at_the_control_block(world: World) -> None:
    answer = world.request(COUNT, password="wrong", login=world.login())
    assert errors(answer, "errormessage/error")[0][0] == "XL03000006"
    assert "Incorrect Intacct XML Partner ID or password." in errors(answer, "errormessage/error")[0][1]
    answer = world.request(COUNT, control="<policyid>none</policyid>", login=world.login())
    assert "is not a valid transport policy" in errors(answer, "errormessage/error")[0][1]
    world.act("expire-company")
    answer = world.request(COUNT, login=world.login())
    assert errors(answer, "errormessage/error")[0][0] == "PL04000055"
    assert answer.find("operation") is None


def test_user_session_entity_and_blocked_sender_fail_at_the_authentication(world: World) -> None:
    wrong = [world.login(password="wrong"), world.login(entity="E999"), "<sessionid>unknown</sessionid>"]
    for login in wrong:
        answer = world.request(COUNT, login=login)
        found = answer.find("operation/authentication")
        assert found is not None
        assert found.findtext("status") == "failure"
        assert found.find("userid") is not None
        assert found.find("companyid") is not None
        assert answer.find("operation/result") is None
        assert errors(answer, "operation/errormessage/error")[0][0] == "XL03000006"
    world.act("sender", authorised=False)
    answer = world.request(COUNT, login=world.login())
    assert answer.findtext("operation/errormessage/error/description") == "Invalid Web Services Authorization"
    assert "is not authorized to make Web Services requests to company ID" in answer.findtext(
        "operation/errormessage/error/description2", ""
    )


def test_functions_stand_alone_without_a_transaction(world: World) -> None:
    answer = world.request(*(CUSTOMER.format(code) for code in ("A1", "C-10001", "A2")))
    assert [one.findtext("status") for one in answer.findall("operation/result")] == [
        "success",
        "failure",
        "success",
    ]
    second = answer.findall("operation/result")[1]
    data = second.find("data")
    assert data is not None
    assert data.attrib == {"listtype": "objects", "count": "0"}
    found = errors(second, "errormessage/error")
    assert [number for number, _ in found] == ["BL34000061", "BL01001973"]
    assert "[Support ID: " in found[0][1]
    assert "%7E" in found[0][1]
    for one in second.findall("errormessage/error"):
        assert [each.tag for each in one] == ["errorno", "description", "description2", "correction"]


def test_a_transaction_is_all_or_none(world: World) -> None:
    before = world.company.books()
    functions = (
        CUSTOMER.format("A1"),
        world.order(("WIDGET-01", "3", "10.00")),
        CUSTOMER.format("C-10001"),
        CUSTOMER.format("A2"),
    )
    answer = world.request(*functions, transaction=True, unique=True)
    results = answer.findall("operation/result")
    assert [one.findtext("status") for one in results] == ["aborted", "aborted", "failure", "aborted"]
    assert [number for number, _ in errors(results[2], "errormessage/error")] == [
        "BL34000061",
        "BL01001973",
        "XL03000009",
    ]
    for one in (results[0], results[3]):
        assert errors(one, "errormessage/error")[0][0] == "XL03000009"
        assert "has been rolled back" in errors(one, "errormessage/error")[0][1]
    assert world.company.books() == before
    assert (
        world.rows("CUSTOMER", "RECORDNO", where="<like><field>CUSTOMERID</field><value>A%</value></like>")
        == []
    )
    good = world.request(CUSTOMER.format("A1"), CUSTOMER.format("A2"), transaction=True)
    assert {one.findtext("status") for one in good.findall("operation/result")} == {"success"}


def test_additional_information_reports_a_duplicate_by_its_category(world: World) -> None:
    control = "<showadditionalerrorinfo>true</showadditionalerrorinfo>"
    answer = world.request(CUSTOMER.format("C-10001"), control=control)
    more = answer.find(".//error/additionalinfo")
    assert more is not None
    assert [each.tag for each in more] == [
        "errorid",
        "category",
        "target",
        "description",
        "cdescription",
        "correction",
    ]
    assert more.findtext("category") == "Duplication Prevention"
    target = more.find("target")
    assert target is not None
    assert set(target.attrib) == {"domain", "requestinfo", "object", "field", "businessinfo"}


def test_a_session_lives_by_its_use_and_ends(world: World) -> None:
    answer = world.request("<getAPISession/>", login=world.login())
    assert answer.findtext(".//api/endpoint") == "http://api.example/ia/xml/xmlgw.phtml"
    assert answer.find(".//api/locationid") is not None
    world.session = answer.findtext(".//api/sessionid") or ""
    for _ in range(3):
        world.clock.advance(timedelta(hours=5).total_seconds())
        world.done(COUNT)
    world.clock.advance(timedelta(hours=6, seconds=1).total_seconds())
    answer = world.request(COUNT)
    assert answer.findtext("operation/authentication/status") == "failure"
    world.sign_in()
    world.faults.add(Fault("session_expired", times=1))
    assert world.request(COUNT).findtext("operation/authentication/status") == "failure"
    assert world.request(COUNT).findtext("operation/authentication/status") == "failure"


def test_what_an_entity_makes_is_its_own(world: World) -> None:
    top = world.sign_in()
    east = world.sign_in("E100")
    world.done(CUSTOMER.format("EAST"))
    here = "<equalto><field>CUSTOMERID</field><value>EAST</value></equalto>"
    assert world.rows("CUSTOMER", "MEGAENTITYID", where=here) == [{"MEGAENTITYID": "E100"}]
    answer = world.done("<getAPISession><locationid>E200</locationid></getAPISession>")
    assert answer.findtext(".//locationid") == "E200"
    world.session = answer.findtext(".//sessionid") or ""
    assert world.rows("CUSTOMER", "NAME", where=here) == []
    world.session = world.done("<getAPISession><locationid/></getAPISession>").findtext(".//sessionid") or ""
    assert world.rows("CUSTOMER", "NAME", where=here) == []
    assert len(world.rows("CUSTOMER", "NAME", where=here, private=True)) == 1
    assert len({top, east, world.session}) == 3


def test_a_console_login_names_company_client_and_entity(world: World) -> None:
    login = (
        "<login><userid>console-hub</userid><companyid>CONSOLE|NORTHWIND|E100</companyid>"
        "<password>console-secret</password></login>"
    )
    answer = world.request("<getAPISession/>", login=login)
    assert answer.findtext(".//api/locationid") == "E100"
    answer = world.request("<getAPISession/>", login=login.replace("console-secret", "user-secret"))
    assert answer.findtext("operation/authentication/status") == "failure"


def test_a_control_id_is_used_once_where_that_is_asked(world: World) -> None:
    one, two = CUSTOMER.format("U1"), CUSTOMER.format("U2")
    first = world.request(one, unique=None, ids=("key-1",))
    assert first.findtext("control/uniqueid") == "true"
    assert world.refused(two, unique=True, ids=("key-1",)) == (
        "XL03000005",
        world.refused(two, unique=True, ids=("key-1",))[1],
    )
    assert "has already been used in this company." in world.refused(two, unique=True, ids=("key-1",))[1]
    world.done(two, unique=False, ids=("key-1",))
    assert world.refused(one, unique=True, ids=("key-2",))[0] == "BL34000061"
    world.done(CUSTOMER.format("U3"), unique=True, ids=("key-2",))  # a failure does not burn the id
    world.done(COUNT, unique=True, ids=("key-3",))
    assert world.refused(COUNT, unique=True, ids=("key-3",))[0] == "XL03000005"
    undone = world.request(CUSTOMER.format("U4"), one, unique=True, transaction=True, ids=("key-4", "key-5"))
    assert undone.findall("operation/result")[0].findtext("status") == "aborted"
    world.done(CUSTOMER.format("U4"), unique=True, ids=("key-4",))


def test_names_and_order_of_legacy_functions_are_those_of_the_schema(world: World) -> None:
    good = world.order(("WIDGET-01", "1", "1.00"))
    for bad in (
        good.replace("<customerid>C-10001</customerid>", "").replace(
            "<termname>", "<customerid>C-10001</customerid><termname>", 1
        ),
        good.replace("<sotransitems>", "<nothing/><sotransitems>"),
        good.replace("<termname>Net 30</termname>", ""),
        "<create_sotransaction><transactiontype>Sales Order</transactiontype></create_sotransaction>",
        "<update_sotransaction><state>Closed</state></update_sotransaction>",
    ):
        answer = world.request(bad)
        assert answer.findtext("control/status") == "failure", bad
        assert answer.findtext("errormessage/error/errorno") == "XL03000003"
    empty = good[: good.index("<sotransitems>")] + "<sotransitems></sotransitems></create_sotransaction>"
    assert "Expected is ( sotransitem )" in world.request(empty).findtext(
        "errormessage/error/description2", ""
    )
    assert world.company.books()["orders"] == []


def test_an_unknown_function_and_one_without_permission_fail_alone(world: World) -> None:
    assert world.call("<create_nothing/>").findtext("status") == "failure"
    world.face.options.denied = frozenset({("query", "CUSTOMER")})
    assert world.refused(COUNT)[0] == "PL04000005"
    assert "You do not have permission for API operation" in world.refused(COUNT)[1]
