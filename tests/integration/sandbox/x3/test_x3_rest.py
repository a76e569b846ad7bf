"""X3's REST face, and who may call: by plain requests, and with tokens that PyJWT has signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import jwt
import pytest
import requests

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.x3 import X3Face, build, demo_company

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class Served:
    """A simulator on a port of this machine."""

    def __init__(self, face: X3Face, url: str) -> None:
        self.face, self.url = face, url
        self.session = requests.Session()
        self.session.auth = (face.credentials.user, face.credentials.password)

    def ask(self, name: str, endpoint: str = "SEED", kind: str = "$query", **query: str) -> Any:
        query = {"representation": f"{name.partition('(')[0]}.{kind}", **query}
        return self.session.get(f"{self.url}/api1/x3/erp/{endpoint}/{name}", params=query)

    def rows(self, name: str, **query: str) -> list[dict[str, Any]]:
        """All pages, by the links."""
        answer = self.ask(name, **query).json()
        found: list[dict[str, Any]] = answer["$resources"]
        while "$next" in answer["$links"]:
            answer = self.session.get(answer["$links"]["$next"]["$url"]).json()
            found += answer["$resources"]
        return found


@pytest.fixture
def served() -> Iterator[Served]:
    clock = SandboxClock.virtual(START)
    face, wire = build(clock, FaultPlan(), demo_company(clock, items=30))
    with SandboxServer(wire) as server:
        yield Served(face, server.url)


def enter(face: X3Face, count: int) -> list[str]:
    erp = face.company
    found = []
    with erp.staff():
        for number in range(count):
            line = NewLine(
                kind="item",
                code="HUB-0001",
                warehouse_id=erp.warehouse("FR011").id,
                quantity=Decimal(1),
                to_allocate=Decimal(0),
            )
            new = NewOrder(customer_id=erp.customer("WEB").id, external_key=f"M'{number:05d}", lines=[line])
            found.append(erp.orders.enter(new).number)
    return found


def test_a_list_is_read_page_by_page_by_its_links(served: Served) -> None:
    numbers = enter(served.face, 45)
    rows = served.rows("SORDER")

    assert [row["SOHNUM"] for row in rows] == numbers
    assert served.ask("SORDER").json()["$itemsPerPage"] == 20


def test_a_condition_is_kept_over_the_pages(served: Served) -> None:
    enter(served.face, 45)
    assert [row["CUSORDREF"] for row in served.rows("SORDER", where="CUSORDREF eq 'M''00007'")] == ["M'00007"]
    assert len(served.rows("SORDER", where="CUSORDREF like 'M''%' and ORDSTA eq 1", count="10")) == 45
    either = served.rows("SORDER", where="SOHNUM eq 'SON0000001' or SOHNUM eq 'SON0000009'")
    assert [row["SOHNUM"] for row in either] == ["SON0000001", "SON0000009"]
    mark = (START - timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(served.rows("SORDER", where=f"UPDDATTIM ge @{mark}@", count="1000")) == 45


def test_a_record_is_read_by_its_key_of_parts(served: Served) -> None:
    enter(served.face, 1)
    row = served.ask("SORDERQ('SON0000001~1000~1')", kind="$details").json()

    assert (row["ITMREF"], row["QTY"]) == ("HUB-0001", 1)


def test_errors_have_diagnoses(served: Served) -> None:
    for answer, status in (
        (served.ask("NOTHING"), 404),
        (served.ask("SORDER", endpoint="NOWHERE"), 404),
        (served.ask("SORDER", where="NOFIELD eq 'x'"), 400),
        (served.session.post(f"{served.url}/api1/x3/erp/SEED/SORDER?representation=SORDER.$query"), 405),
    ):
        assert answer.status_code == status
        assert answer.json()["$diagnoses"][0]["$severity"] == "error"


def test_two_folders_have_records_of_their_own(served: Served) -> None:
    enter(served.face, 1)
    assert len(served.ask("SORDER").json()["$resources"]) == 1
    assert served.ask("SORDER", endpoint="TEST").json()["$resources"] == []
    assert {row["FCY"] for row in served.rows("FACILITY")} == {"FR011", "FR012", "FR021", "US011", "US012"}
    assert len(served.rows("COMPANY")) == 3


def token(face: X3Face, secret: str = "", **claims: Any) -> str:
    known, now = face.credentials, int(START.timestamp())
    content = {"iss": known.client_id, "sub": known.user, "aud": "", "iat": now - 10, "exp": now + 50}
    return jwt.encode({**content, **claims}, secret or known.client_secret, "HS256")


def test_a_token_that_an_application_has_signed_is_taken(served: Served) -> None:
    headers = {"Authorization": f"Bearer {token(served.face)}"}
    query = {"representation": "COMPANY.$query"}
    url = f"{served.url}/api1/x3/erp/SEED/COMPANY"
    assert requests.get(url, params=query, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"secret": "another-secret-that-is-long-enough-for-it"},
        {"iat": int(START.timestamp()) + 60},
        {"exp": int(START.timestamp()) - 1},
        {"exp": int(START.timestamp()) + 3600},
        {"iss": "another"},
        {"sub": "ADMIN"},
        {"aud": "https://x3.example"},
    ],
)
def test_a_token_that_does_not_fit_is_refused(served: Served, claims: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {token(served.face, **claims)}"}
    query = {"representation": "COMPANY.$query"}
    answer = requests.get(f"{served.url}/api1/x3/erp/SEED/COMPANY", params=query, headers=headers)

    assert answer.status_code == 401


def test_x3_online_takes_no_password(served: Served) -> None:
    served.face.options.basic = False
    assert served.ask("COMPANY").status_code == 401


def test_what_became_of_an_order_is_read_through_its_classes(served: Served) -> None:
    [number] = enter(served.face, 1)
    served.face.perform("despatch", {"order": number, "courier": "DHL", "consignment": "1Z"})
    served.face.perform("invoice-run", {})
    [header] = served.rows("SORDER")
    [delivery] = served.rows("SDELIVERY")
    [invoice] = served.rows("SINVOICE")
    [line] = served.rows("SINVOICED", where=f"SOHNUM eq '{number}'")
    [due] = served.rows("GACCDUDATE")

    assert (header["ORDSTA"], header["DLVSTA"], header["INVSTA"]) == (2, 3, 3)
    assert (delivery["CFMFLG"], delivery["YTRACK"], delivery["BPTNUM"]) == (2, "1Z", "DHL")
    assert (invoice["STA"], line["NUM"], due["NUM"]) == (3, invoice["NUM"], invoice["NUM"])
    assert due["AMTCUR"] == invoice["AMTATI"]
    served.face.perform(
        "receipt", {"customer": "WEB", "value": str(due["AMTCUR"]), "invoice": invoice["NUM"]}
    )
    assert [one["FLGCLE"] for one in served.rows("GACCDUDATE")] == [2]
    [paid] = served.rows("PAYMENTD", where=f"VCRNUM eq '{invoice['NUM']}'")
    assert [one["NUM"] for one in served.rows("PAYMENTH")] == [paid["NUM"]]
    entries = served.rows("GACCENTRY", where=f"BPRVCR eq '{invoice['NUM']}'")
    lines = [row for one in entries for row in served.rows("GACCENTRYD", where=f"NUM eq '{one['NUM']}'")]
    assert sum(Decimal(str(one["AMTCUR"])) * one["SNS"] for one in lines) == 0


def test_in_single_user_mode_nothing_is_read(served: Served) -> None:
    served.face.company.window.reads_allowed = False
    served.face.company.window.lock("patch")
    assert served.ask("SORDER").status_code == 503


def test_the_volume_slows_down_and_then_ends(served: Served) -> None:
    served.face.options.allowance = served.face.used + 1000
    before = served.face.clock.now()
    served.ask("ITMMASTER", count="10")
    served.face.options.grace = 10_000
    assert served.ask("COMPANY").status_code == 200
    assert served.face.clock.now() - before >= timedelta(seconds=20)
    served.face.options.grace = 1
    with pytest.raises(requests.RequestException):
        served.ask("COMPANY")
