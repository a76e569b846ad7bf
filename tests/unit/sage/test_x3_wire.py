"""X3's wire: the envelope, objects by their screen, tokens, conditions, and what answers mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from tidegate.domain.errors import Code, Failure, Group
from tidegate.sage.x3 import answers, envelope, objects, queries
from tidegate.sage.x3.bearer import Basic, Signed
from tidegate.sage.x3.client import X3Client
from tidegate.sage.x3.envelope import Returned
from tidegate.transport import Answer, ClientFactory, NoAnswer

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
SCREEN = """<OBJECT><GRP ID="SOH0_1"><FLD NAME="SALFCY"/><FLD NAME="CUSORDREF"/></GRP>
<GRP ID="SOH2_3"><LST NAME="BPDADDLIG"/></GRP><TAB ID="YSOH_4" DIM="2"><FLD NAME="ITMREF"/></TAB></OBJECT>"""


def answer(status: int, body: str, kind: str = "application/json", **headers: str) -> Answer:
    return Answer(status, {"content-type": kind, **headers}, body.encode())


def returned(*texts: str) -> Returned:
    return Returned(0, tuple(("3", text) for text in texts), "")


# Envelope


def test_an_envelope_is_small_and_escapes_what_it_carries() -> None:
    raw = envelope.written("save", "TIDEGATE", "WSSOH", {"objectXml": '{"A":"<&>"}'}).decode()

    assert '<objectXml xsi:type="xsd:string">{"A":"&lt;&amp;&gt;"}</objectXml>' in raw
    assert '<poolAlias xsi:type="xsd:string">TIDEGATE</poolAlias>' in raw
    assert len(raw) < 1200


def test_keys_and_numbers_have_their_types() -> None:
    arguments: Mapping[str, Any] = {"objectKeys": {"SOHNUM": "*"}, "listSize": 10}
    raw = envelope.written("query", "P", "WSSOH", arguments).decode()

    assert 'soapenc:arrayType="wss:CAdxParamKeyValue[1]"' in raw
    assert '<listSize xsi:type="xsd:int">10</listSize>' in raw


@pytest.mark.parametrize(
    "body",
    ["", "<html/>", '<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body/></Envelope>', "{}"],
)
def test_what_is_no_answer_of_the_service_is_none(body: str) -> None:
    assert envelope.read(body.encode(), "save") is None


def test_a_fault_is_its_text() -> None:
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    body = f'<s:Envelope xmlns:s="{soap}"><s:Body><s:Fault><faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>'
    assert envelope.read(body.encode(), "save") == "no"


# Objects


def test_fields_stand_in_the_groups_of_the_site_s_own_screen() -> None:
    screen = objects.screen_of(SCREEN)
    assert screen is not None
    header = {
        "SALFCY": "FR011",
        "CUSORDREF": "TG1",
        "BPDADDLIG": ["1 High Street"],
        "NOWHERE": "x",
        "EMPTY": "",
    }
    text = objects.written(screen, header, [("ITMREF", [{"ITMREF": "A", "QTY": ""}])])

    assert text == (
        '{"SOH0_1":{"SALFCY":"FR011","CUSORDREF":"TG1"},"SOH2_3":{"BPDADDLIG":["1 High Street"]},"NOWHERE":"x",'
        '"YSOH_4":[{"ITMREF":"A"}]}'
    )
    assert screen.limits == {"YSOH_4": 2}


def test_an_object_is_read_by_field_name_in_whatever_group_it_is() -> None:
    as_json = '{"A_1":{"SOHNUM":"S1"},"B":[{"SOPLIN":1000}],"CUR":"EUR"}'
    as_xml = (
        '<PARAM><GRP ID="A_1"><FLD NAME="SOHNUM" TYPE="Char">S1</FLD></GRP><FLD NAME="CUR">EUR</FLD>'
        '<TAB ID="B"><LIN NUM="1"><FLD NAME="SOPLIN">1000</FLD></LIN></TAB></PARAM>'
    )
    for text in (as_json, as_xml):
        found = objects.stored(text)
        assert found is not None
        assert (found.header["SOHNUM"], found.header["CUR"]) == ("S1", "EUR")
        assert str(found.tables[0][0]["SOPLIN"]) == "1000"


@pytest.mark.parametrize("text", ["", "null", "<PARAM>", "[1]", "oops"])
def test_an_empty_answer_is_unknown_and_never_no_rows(text: str) -> None:
    assert objects.listed(text) is None


# Tokens


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


def test_a_token_seems_older_than_it_is_and_is_signed_anew_before_it_ends() -> None:
    clock: Any = Clock()
    secret = "a-secret-of-more-than-32-characters"
    signer = Signed(clock, client_id="id", secret=secret, user="WSRV", audience="", seconds=60)
    first = signer.header()
    claims = jwt.decode(
        first.removeprefix("Bearer "),
        secret,
        algorithms=["HS256"],
        options={"verify_exp": False, "verify_aud": False, "verify_iat": False},
    )
    at = int(NOW.timestamp())
    assert claims == {"iss": "id", "sub": "WSRV", "aud": "", "iat": at - 10, "exp": at + 50}
    clock.at = NOW + timedelta(seconds=30)
    assert signer.header() == first
    clock.at = NOW + timedelta(seconds=45)
    second = signer.header()
    assert second != first
    signer.refused()
    clock.at += timedelta(seconds=1)
    assert signer.header() != second


@pytest.mark.parametrize(("basic", "calls"), [(True, 1), (False, 2)])
def test_a_refused_token_is_made_anew_and_a_refused_password_is_not_offered_again(
    basic: bool, calls: int
) -> None:
    clock: Any = Clock()
    token = Signed(clock, client_id="id", secret="s" * 32, user="WSRV", audience="", seconds=60)
    seen = []

    def refuse(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(401, json={"$diagnoses": [{"$message": "Authentication failed"}]})

    http = ClientFactory(httpx.MockTransport(refuse)).client("https://x3.example", timeout=1, max_bytes=1000)
    client = X3Client(
        http, Basic("WSRV", "wrong") if basic else token, endpoint="SEED", pool="P", page_size=10
    )
    found = client.read("FACILITY")
    assert isinstance(found, Failure)
    assert found.code is Code.NOT_AUTHENTICATED
    assert len(seen) == calls


# Conditions


def test_conditions_double_quotes_and_are_parted_by_the_length_of_an_address() -> None:
    assert queries.equals("CUSORDREF", "O'B") == "CUSORDREF eq 'O''B'"
    assert queries.since("UPDDATTIM", NOW) == "UPDDATTIM ge @2026-03-02T10:00:00Z@"
    terms = {str(n): (queries.equals("SOHNUM", f"SON{n:07d}"),) for n in range(100)}
    parts = list(queries.pools(terms))
    assert sum(map(len, parts)) == 100
    assert all(len(queries.query("SORDER.$query", part, count=100)) < 2048 for part in parts)


# What answers mean


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("No classic web service pool match to 'X'", Code.LOCKED),
        ("The request was removed from the queue", Code.NO_SEAT),
        ("Locked record", Code.RECORD_BUSY),
        ("Change In Progress on another workstation", Code.RECORD_BUSY),
        ("GESSOH: you do not have the access rights", Code.NOT_PERMITTED),
        ("The fiscal period is closed", Code.PERIOD_CLOSED),
        ("Sales order SON1 exists !", Code.UNCLEAR_ANSWER),
        ("Product : ABC-1 Record does not exist", Code.REFUSED),
        ("Pool : XYZ Record does not exist", Code.LOCKED),
        ("Inactive record", Code.REFUSED),
        ("Produit : ABC-1 Fiche inexistante", Code.REFUSED),
        ("Fiche verrouillée", Code.RECORD_BUSY),
    ],
)
def test_texts_of_x3_by_their_family(text: str, code: Code) -> None:
    assert answers.refused(returned(text), reading=False, ours=("ABC-1", "WEB")).code is code


def test_a_failure_that_says_nothing_is_in_doubt_after_a_write() -> None:
    assert answers.refused(returned(), reading=False).group is Group.VERIFY_FIRST
    assert answers.refused(returned(), reading=True).sent is False


@pytest.mark.parametrize(
    ("status", "group", "sent"),
    [
        (522, Group.WAIT_FOR_WINDOW, False),
        (524, Group.VERIFY_FIRST, True),
        (520, Group.VERIFY_FIRST, True),
        (504, Group.VERIFY_FIRST, True),
        (500, Group.VERIFY_FIRST, True),
        (401, Group.HALT_AND_ALERT, False),
        (403, Group.HALT_AND_ALERT, False),
    ],
)
def test_a_proxy_that_never_connected_wrote_nothing_and_others_may_have(
    status: int, group: Group, sent: bool
) -> None:
    failure = answers.failure_of(answer(status, "<html/>", "text/html"), reading=False)
    assert failure is not None
    assert (failure.group, failure.sent) == (group, sent)


def test_the_web_server_without_child_processes_is_closed() -> None:
    body = '{"$diagnoses":[{"$severity":"error","$message":"No Web services accepted"}]}'
    failure = answers.failure_of(answer(500, body), reading=False)
    assert failure is not None
    assert (failure.code, failure.sent) == (Code.LOCKED, False)


def test_a_lost_answer_of_a_write_is_in_doubt_and_of_a_read_is_not() -> None:
    lost = NoAnswer(sent=True, text="gone")
    assert answers.lost(lost, reading=False).group is Group.VERIFY_FIRST
    assert answers.lost(lost, reading=True).sent is False


def test_a_condition_chooses_of_exported_rows_what_rest_would() -> None:
    rows = [
        {"NUM": "A'1", "STA": "1", "UPDDATTIM": "2026-03-02T14:00:00Z"},
        {"NUM": "A2 and b", "STA": "3", "UPDDATTIM": "2026-03-02T14:10:00Z"},
        {"NUM": "B3", "STA": "3", "UPDDATTIM": ""},
    ]

    def chosen(*where: str) -> list[str]:
        return [str(row["NUM"])[:2] for row in queries.chosen(rows, where)]

    assert chosen() == ["A'", "A2", "B3"]
    assert chosen(queries.equals("NUM", "A'1"), queries.equals("NUM", "B3")) == ["A'", "B3"]
    assert chosen(queries.is_number("STA", "3")) == ["A2", "B3"]
    assert chosen(queries.is_not("STA", "3")) == ["A'"]
    assert chosen(queries.both(queries.begins("NUM", "A"), queries.is_not("STA", "1"))) == ["A2"]
    assert chosen(queries.both(queries.equals("NUM", "A2 and b"), queries.is_number("STA", "3"))) == ["A2"]
    later = queries.since("UPDDATTIM", datetime(2026, 3, 2, 14, 5, tzinfo=UTC))
    assert chosen(later) == ["A2", "B3"], "a row without a stamp may have changed"
    with pytest.raises(ValueError, match="is no condition"):
        queries.chosen(rows, ("NUM between 1",))
