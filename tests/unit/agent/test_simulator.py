"""The simulator as whoever builds on it sees it: one address, a control surface, walking objects, SData, speed."""

from __future__ import annotations

import base64
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from tidegate_agent.clock import MachineClock
from tidegate_agent.embedded import embedded
from tidegate_agent.sage100.api import Api
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import Fault, FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.sage100.backend import Host
from tidegate_sandbox.sage100.build import build
from tidegate_sandbox.sage100.installation import Installation
from unit.agent.hub import SECRETS, Stand, order
from unit.agent.stand import START, installation
from unit.agent.test_fake_providex import Sage

HOST = "https://sage.example"


class Simulated:
    """Simulator, agent and wire, in-process."""

    def __init__(self, folder: Path) -> None:
        self.clock = SandboxClock.virtual(START)
        self.faults = FaultPlan()
        self.face, wire = build(self.clock, self.faults, self._agent_of(folder), items=2)
        self.client = httpx.Client(
            transport=InProcessTransport(wire), base_url=HOST, headers={"Authorization": "Bearer token-1"}
        )

    def _agent_of(self, folder: Path) -> Any:
        def agent_of(made: Installation) -> Any:
            settings = {
                "sage100": {"home": made.home, "user": "tidegate", "companies": ["ABC"], "history": "orders"}
            }
            return Api(embedded(Host(made), self.clock, folder / "j.db", settings, SECRETS.__getitem__)).face

        return agent_of

    def do(self, action: str, **body: Any) -> Any:
        answer = self.client.post(f"/_sandbox/{action}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self) -> httpx.Response:
        return self.client.post("/v1/companies/ABC/orders", json={"batch": "b", "orders": [order()]})


def test_an_order_from_the_wire_to_the_invoice(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path)
    assert simulated.send().json()["results"][0]["outcome"] == "created"
    invoice = simulated.do("ship", order="0000001", tracking="1Z1")["invoice"]
    simulated.do("track-package", invoice=invoice, tracking="1Z2")
    assert simulated.do("post-sales-journal") == {"invoices": [invoice]}
    assert simulated.do("daily-transaction-register")["postings"] > 0
    rows = simulated.client.get("/v1/companies/ABC/data/tracking").json()["rows"]
    assert [row["TrackingID"] for row in rows] == ["1Z1", "1Z2"]
    assert (
        simulated.do("receipt", customer="00-WEB0001", value="48.09", invoice=invoice)["outstanding"]
        == "0.00"
    )


def test_the_wire_loses_an_answer_and_the_repeat_is_existing(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path)
    simulated.faults.add(Fault("drop_after", method="POST", path="/orders"))
    with pytest.raises(httpx.RemoteProtocolError):
        simulated.send()
    assert simulated.send().json()["results"][0]["outcome"] == "existing"


def test_the_control_surface_refuses_by_name(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path)
    assert simulated.client.post("/_sandbox/explode", json={}).status_code == 404
    assert simulated.client.post("/_sandbox/ship", json={"order": "9"}).status_code == 409
    assert simulated.client.post("/_sandbox/arrange", json={"kind": "rain"}).status_code == 400
    assert simulated.do("take-seats", count=5)["held"] == [f"user{n}" for n in range(5)]
    assert simulated.send().status_code == 503
    simulated.do("leave-seats")
    simulated.do("arrange", kind="die_after", method="nWrite", object="SO_SalesOrder_bus")
    assert simulated.send().json()["results"][0]["outcome"] == "created"


def test_objects_are_walked_and_asked_in_bulk() -> None:
    sage = Sage(installation())
    session = sage.session()
    sage(session, "nSetModule", "C/I")
    sage(session, "nSetProgram", sage(session, "nLookupTask", "CI_ItemCode_ui"))
    items = sage(sage.script, "NewObject", "CI_ItemCode_bus", session)
    found = []
    sage(items, "nSetBrowseFilter", "HUB")
    sage(items, "nMoveFirst")
    while not sage.native.get(items, "nEOF"):
        found.append(sage(items, "sValue", "ItemCode$"))
        sage(items, "nMoveNext")
    assert found == ["HUB-0001", "HUB-0002", "HUB-0003"]
    outs = sage.native.invoke(
        items, "nGetResultSets", ("StandardUnitPrice", "ItemCode$", "", "", "HUB"), (2, 3)
    )[1]
    assert [Decimal(one) for one in outs[0].split("Š")] == [
        Decimal("10.37"),
        Decimal("10.74"),
        Decimal("11.11"),
    ]
    assert outs[1] == "HUB-0001ŠHUB-0002ŠHUB-0003"
    assert sage(items, "sGetKeyColumns") == "ItemCode$"
    assert sage(items, "nGetRecordCount") == 7  # three goods, and what is charged beside them
    service = sage(sage.script, "NewObject", "CI_Item_svc", session)
    assert sage(service, "nSetKey", "ABC-1") == 0
    assert sage(service, "nFind", "ABC-0") == 1  # a neighbour
    assert sage(service, "sValue", "ItemCode$") == "ABC-1"


def test_sdata_feeds_are_paged_and_filtered(tmp_path: Path) -> None:
    simulated = Simulated(tmp_path)
    simulated.send()
    code = base64.b64encode(b"tidegate:secret").decode()
    path = "/sdata/MasApp/MasContract/ABC/SO_SalesOrderHeader"
    basic = {"Authorization": f"Basic {code}"}
    assert simulated.client.get(path).status_code == 401
    answer = simulated.client.get(
        path, params={"where": "UDF_MAGENTO_ORDER eq 'main:000000123'"}, headers=basic
    )
    feed = ElementTree.fromstring(answer.text)
    assert [one.text for one in feed.iter("SalesOrderNo")] == ["0000001"]
    items = simulated.client.get(
        path.replace("SO_SalesOrderHeader", "CI_Item"), params={"count": 2}, headers=basic
    )
    assert 'rel="next"' in items.text
    assert simulated.client.get(path, params={"where": "Nothing gt 1"}, headers=basic).status_code == 400


def test_seat_seconds_of_an_order_at_sages_usual_speed(tmp_path: Path) -> None:
    """One session for ten orders: less than two seconds of a seat an order, and the seat is back 30 s later."""
    stand = Stand(tmp_path)
    stand.sage.pace = stand.clock.advance
    stand.send(*(order(number) for number in range(100, 110)))
    stand.clock.advance(30)
    stand.agent.tick()
    assert stand.sage.licence.held == []
    assert stand.agent.pool.totals.opened == 1
    assert (stand.agent.pool.totals.seconds - 30) / 10 < 2


def test_three_parallel_pushes_never_take_a_second_seat(tmp_path: Path) -> None:
    """Three hubs push at once: one after the other, or refused; the warehouse keeps its seats."""
    stand = Stand(tmp_path, seats=5)
    stand.agent.pool.clock = stand.agent.clock = MachineClock()
    statuses: list[int] = []
    gate = threading.Barrier(3, timeout=60)

    def push(company: str, number: int) -> None:
        gate.wait()
        body = {"batch": "b", "orders": [order(number, tax_schedule="", warehouse="000", expected=None)]}
        statuses.append(stand.call("POST", f"/v1/companies/{company}/orders", body)[0])

    pushes = (("ABC", 1), ("XYZ", 2), ("ABC", 3))
    threads = [threading.Thread(target=push, args=one) for one in pushes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 409}
    assert 200 in statuses
    assert stand.sage.pool.peak == 1
    assert stand.is_even()
