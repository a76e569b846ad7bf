"""The preflight check: can this company be reached, entered, read, and does it keep our keys?

Reads only. Source: contract §4, §5, §16. Every line says what to do when it fails.
"""

from __future__ import annotations

from dataclasses import replace
from xml.etree.ElementTree import Element

from tidegate.domain.errors import Code, Failure
from tidegate.sage.intacct import enquiries, ledgers, masters, offline, prices, stock
from tidegate.sage.intacct.client import IntacctClient
from tidegate.sage.intacct.customers import RECORD
from tidegate.sage.intacct.elements import element, text_of
from tidegate.sage.intacct.order_search import FIELDS
from tidegate.sage.intacct.queries import Query, equals
from tidegate.sage.intacct.rows import text_of as field_of
from tidegate.sage.intacct.settings import IntacctSettings
from tidegate.sage.intacct.web_orders import LINE
from tidegate.sage.port.findings import Finding

READS = (
    Query("CUSTOMER", RECORD),
    Query("CONTACT", ("RECORDNO", "CONTACTNAME")),
    Query("ITEM", masters.ITEM),
    Query("ITEMWAREHOUSEINFO", ("RECORDNO", "ITEMID", stock.ON_HAND, *stock.HELD)),
    Query("SODOCUMENTENTRY", LINE),
    Query("SODOCUMENTSUBTOTALS", ("RECORDNO", "DOCHDRNO", "DESCRIPTION", "TRX_TOTAL")),
    prices.LIST,
    prices.ENTRY,
    Query("CHECKINGACCOUNT", ("RECORDNO", "BANKACCOUNTID")),
    *(Query(object, fields) for _, object, fields in ledgers.OBJECTS),
)
"""What the flows read, each with a read of nothing: a record number that does not exist."""

REMEDIES = {
    Code.NOT_AUTHENTICATED: (
        "check sender, company, user and entity, and the company's list of authorised senders"
    ),
    Code.NOT_PERMITTED: "give the role of the Web Services user this permission",
    Code.UNKNOWN_ENDPOINT: "the fields have other names in this company: see docs/sage/intacct.md",
    Code.UNREACHABLE: "check the address and the internet connection",
    Code.LOCKED: "Intacct is under maintenance: try again later",
    Code.THROTTLED: "other applications use up the company's requests: try again later",
    Code.WRONG_COMPANY: "check the key entity",
}


class Check:
    """One run of the check."""

    def __init__(self, client: IntacctClient, company: IntacctSettings) -> None:
        self._client = client
        self._company = company
        self.findings: list[Finding] = []

    def run(self) -> list[Finding]:
        """All findings; the check stops where what follows cannot be known."""
        if self._definitions():
            self._fields()
            self._reads()
            self._names()
        return self.findings

    def _note(self, verdict: str, subject: str, text: str, remedy: str = "") -> None:
        self.findings.append(Finding(subject, verdict, text, remedy))

    def _failed(self, subject: str, failure: Failure) -> None:
        self._note("fail", subject, failure.text, REMEDIES.get(failure.code, "see docs/sage/intacct.md"))

    def _definitions(self) -> bool:
        rows = self._client.read(Query("SODOCUMENTPARAMS", ("RECORDNO", "DOCID", "DOCCLASS", "STATUS")))
        if isinstance(rows, Failure):
            self._failed("sign-in and transaction definitions", rows)
            return False
        entity = self._company.entity
        self._note("pass", "sign-in", f"signed in to {f'the entity {entity}' if entity else 'the top level'}")
        classes = {field_of(row, "DOCID"): field_of(row, "DOCCLASS") for row in rows}
        company = self._company
        for key, name in (
            ("sales_order", company.sales_order),
            ("shipper", company.shipper),
            ("sales_invoice", company.sales_invoice),
            ("sales_return", company.sales_return),
        ):
            if name and name not in classes:
                listed = ", ".join(sorted(classes))
                self._note("fail", key, f"there is no definition {name!r}", f"there are {listed}")
            elif name:
                self._note("pass", key, f"{name} ({classes[name]})")
        return True

    def _fields(self) -> None:
        """Our custom fields, where our keys are kept."""
        company = self._company
        for object, definition, name, key in (
            ("SODOCUMENT", company.sales_order, company.order_field, "order_field"),
            ("SODOCUMENTENTRY", company.sales_order, company.line_field, "line_field"),
            ("CUSTOMER", "", company.customer_field, "customer_field"),
        ):
            if not name:
                continue
            found = self._client.call(element("lookup", {"object": object, "docparid": definition or None}))
            if isinstance(found, Failure):
                self._failed(key, found)
            elif name in _ids(found):
                self._note("pass", key, f"{object} has the custom field {name}")
            else:
                remedy = f"add it (Platform Services, Custom fields) to {definition or object}, as text"
                self._note("fail", key, f"{object} has no custom field {name}", remedy)

    def _reads(self) -> None:
        nothing = equals("RECORDNO", "0")
        answers = self._client.read_many(
            [replace(query, where=nothing) for query in (*READS, self._orders())]
        )
        readable = []
        for query, answer in zip((*READS, self._orders()), answers, strict=True):
            if isinstance(answer, Failure):
                self._failed(query.object, answer)
            else:
                readable.append(query.object)
        if readable:
            self._note("pass", "reading", ", ".join(dict.fromkeys(readable)))
        self._lacking()

    def _lacking(self) -> None:
        """What only some need: a company without it is no failure."""
        wanted = [(enquiries.SCHEDULE, "prices of accounts with a price schedule are not read")]
        if self._company.offline_policy:
            wanted.append(
                (
                    offline.JOBS,
                    (
                        "the status of offline requests cannot be read: a lost request is sent again only "
                        "after its waiting time"
                    ),
                )
            )
        nothing = equals("RECORDNO", "0")
        answers = self._client.read_many([replace(query, where=nothing) for query, _ in wanted])
        for (query, without), answer in zip(wanted, answers, strict=True):
            if isinstance(answer, Failure):
                remedy = REMEDIES.get(answer.code, "see docs/sage/intacct.md")
                self._note("warn", query.object, f"{answer.text}: {without}", remedy)

    def _orders(self) -> Query:
        company = self._company
        return Query("SODOCUMENT", (*FIELDS, company.order_field), definition=company.sales_order)

    def _names(self) -> None:
        """The names that orders are sent with."""
        company = self._company
        for key, object, field, name in (
            ("term", "ARTERM", "NAME", company.term),
            ("location", "LOCATION", "LOCATIONID", company.location),
        ):
            if not name:
                continue
            rows = self._client.read(Query(object, ("RECORDNO", field), equals(field, name)))
            if isinstance(rows, Failure):
                self._failed(key, rows)
            elif rows:
                self._note("pass", key, f"{name} exists")
            else:
                self._note("fail", key, f"there is no {name!r}", f"check the key {key}")


def _ids(found: Element) -> set[str]:
    return {text_of(one, "ID") for one in found.iter("Field")}
