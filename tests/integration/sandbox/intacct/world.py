"""A simulated Sage Intacct without sockets, and the smallest client of its two doors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import httpx

from tidegate_sandbox import intacct
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport

START = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
LINE = (
    "<sotransitem><itemid>{item}</itemid><warehouseid>WH1</warehouseid><quantity>{quantity}</quantity>"
    "<unit>Each</unit><price>{price}</price><locationid>100</locationid></sotransitem>"
)


class World:
    """A company, its clock, and ways to ask it."""

    def __init__(self, **options: Any) -> None:
        self.clock = SandboxClock.virtual(START)
        self.faults = FaultPlan()
        company = intacct.demo_company(self.clock, items=4)
        self.face, self.wire = intacct.build(self.clock, self.faults, company, **options)
        self.company = self.face.company
        self.known = self.face.credentials
        self.http = httpx.Client(transport=InProcessTransport(self.wire), base_url="http://api.example")
        self.session = ""
        self._made = 0
        self._token = ""

    # The XML gateway

    def post(self, body: str) -> httpx.Response:
        """A body to the gateway as it is."""
        headers = {"Content-Type": "application/xml"}
        return self.http.post("/ia/xml/xmlgw.phtml", content=body.encode(), headers=headers)

    def request(
        self,
        *functions: str,
        login: str | None = None,
        unique: bool | None = False,
        transaction: bool = False,
        control: str = "",
        ids: tuple[str, ...] = (),
        password: str | None = None,
    ) -> Element:
        """A request of several functions; with the session, or a login of its own."""
        made = "".join(
            f'<function controlid="{ids[at] if ids else self._id()}">{each}</function>'
            for at, each in enumerate(functions)
        )
        who = login if login is not None else f"<sessionid>{self.session or self.sign_in()}</sessionid>"
        flag = "" if unique is None else f"<uniqueid>{str(unique).lower()}</uniqueid>"
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?><request><control><senderid>{self.known.sender_id}</senderid>'
            f"<password>{password or self.known.sender_password}</password><controlid>c 1:2</controlid>{flag}"
            f"<dtdversion>3.0</dtdversion>{control}</control>"
            f'<operation transaction="{str(transaction).lower()}"><authentication>{who}</authentication>'
            f"<content>{made}</content></operation></request>"
        )
        return ElementTree.fromstring(self.post(body).content)

    def _id(self) -> str:
        self._made += 1
        return f"f-{self._made}"

    def login(self, entity: str | None = None, password: str | None = None) -> str:
        """The element of a login."""
        where = "" if entity is None else f"<locationid>{entity}</locationid>"
        return (
            f"<login><userid>{self.known.user_id}</userid><companyid>{self.known.company_id}</companyid>"
            f"<password>{password or self.known.user_password}</password>{where}</login>"
        )

    def sign_in(self, entity: str | None = None) -> str:
        """A session, kept for what follows."""
        answer = self.request("<getAPISession/>", login=self.login(entity))
        self.session = answer.findtext("operation/result/data/api/sessionid") or ""
        return self.session

    def call(self, function: str, **how: Any) -> Element:
        """The result of one function."""
        found = self.request(function, **how).find("operation/result")
        assert found is not None
        return found

    def done(self, function: str, **how: Any) -> Element:
        """The result of one function that succeeds."""
        found = self.call(function, **how)
        assert found.findtext("status") == "success", ElementTree.tostring(found).decode()
        return found

    def refused(self, function: str, **how: Any) -> tuple[str, str]:
        """Number and text of the first error of a function that fails."""
        found = self.call(function, **how)
        assert found.findtext("status") == "failure", ElementTree.tostring(found).decode()
        return found.findtext(".//errorno") or "", found.findtext(".//description2") or ""

    def rows(
        self,
        object: str,
        *fields: str,
        where: str = "",
        docparid: str = "",
        private: bool = False,
        order: str = "RECORDNO",
    ) -> list[dict[str, str]]:
        """The rows of a query, in order."""
        chosen = "".join(f"<field>{each}</field>" for each in fields)
        more = f"<docparid>{docparid}</docparid>" if docparid else ""
        options = "<options><showprivate>true</showprivate></options>" if private else ""
        if docparid:  # which fields there are, not which documents
            one = f"<equalto><field>DOCPARID</field><value>{docparid}</value></equalto>"
            where = f"<and>{one}{where}</and>" if where else one
        kept = f"<filter>{where}</filter>" if where else ""
        result = self.done(
            f"<query><object>{object}</object><select>{chosen}</select>{kept}"
            f"<orderby><order><field>{order}</field><ascending/></order></orderby>{options}{more}"
            f"<pagesize>2000</pagesize></query>"
        )
        return [{one.tag: one.text or "" for one in each} for each in result.findall("data/*")]

    def order(
        self,
        *lines: tuple[str, str, str],
        key: str = "",
        subtotals: str = "",
        more: str = "",
        state: str = "",
    ) -> str:
        """A create_sotransaction of a Sales Order."""
        return self.document("Sales Order", *lines, key=key, subtotals=subtotals, more=more, state=state)

    def document(
        self,
        definition: str,
        *lines: tuple[str, str, str],
        key: str = "",
        source: str = "",
        subtotals: str = "",
        more: str = "",
        state: str = "",
        customer: str = "C-10001",
    ) -> str:
        """A create_sotransaction."""
        custom = (
            f"<customfields><customfield><customfieldname>MAGENTO_ORDER_ID</customfieldname>"
            f"<customfieldvalue>{key}</customfieldvalue></customfield></customfields>"
            if key
            else ""
        )
        items = "".join(
            LINE.format(item=item, quantity=quantity, price=price) for item, quantity, price in lines
        )
        return (
            f"<create_sotransaction><transactiontype>{definition}</transactiontype>"
            f"<datecreated><year>2026</year><month>03</month><day>02</day></datecreated>"
            f"{f'<createdfrom>{source}</createdfrom>' if source else ''}<customerid>{customer}</customerid>"
            f"<referenceno>{key or 'R-1'}</referenceno><termname>Net 30</termname><currency>USD</currency>"
            f"<exchratetype>Intacct Daily Rate</exchratetype>{custom}{f'<state>{state}</state>' if state else ''}"
            f"{more}<sotransitems>{items}</sotransitems>"
            f"{f'<subtotals>{subtotals}</subtotals>' if subtotals else ''}</create_sotransaction>"
        )

    def act(self, name: str, **body: Any) -> Any:
        """Something that people in the company do."""
        answer = self.http.post(f"/_sandbox/{name}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    # REST

    def token(self) -> str:
        """An access token of the user."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.known.client_id,
            "client_secret": self.known.client_secret,
            "username": f"{self.known.user_id}@{self.known.company_id}",
        }
        answer = self.http.post("/ia/api/v1/oauth2/token", data=form)
        assert answer.status_code == 200, answer.text
        self._token = answer.json()["access_token"]
        return self._token

    def rest(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """A request to REST, signed in."""
        all_headers = {"Authorization": f"Bearer {self._token or self.token()}", **headers}
        content = None if body is None else body
        return self.http.request(method, f"/ia/api/v1{path}", json=content, headers=all_headers)
