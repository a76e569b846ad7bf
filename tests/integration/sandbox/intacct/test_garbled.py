"""Values nobody can read, at both doors: an answer of the right shape, never a failure of the simulator."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from integration.sandbox.intacct.rest_documents import CUSTOMERS, ORDER, ORDERS
from integration.sandbox.intacct.world import World

ODD = (
    "",
    "x",
    "-1",
    "9" * 26,
    "1e400",
    "NaN",
    "Infinity",
    "²",
    "03/02/2026",
    "2026-03-02T00:00:00Z",
    "'",
    "%",
    "true",
    "É" * 300,
)
FUNCTIONS = (
    "<create><CUSTOMER><CUSTOMERID>A</CUSTOMERID><NAME>B</NAME><CREDITLIMIT>5</CREDITLIMIT></CUSTOMER></create>",
    "<query><object>SODOCUMENT</object><select><field>DOCID</field><count>TOTAL</count></select><filter><and><equalto>"
    "<field>TOTAL</field><value>1</value></equalto><in><field>WHENCREATED</field><value>03/02/2026</value></in></and></filter>"
    "<orderby><order><field>TOTAL</field><descending/></order></orderby><pagesize>5</pagesize></query>",
    "<readByQuery><object>ITEM</object><fields>*</fields><query>ITEMID like 'W%' AND BASEPRICE &gt; 3</query></readByQuery>",
    "<create><ARPYMT><FINANCIALENTITY>BOA</FINANCIALENTITY><PAYMENTMETHOD>EFT</PAYMENTMETHOD><CUSTOMERID>C-10001</CUSTOMERID>"
    "<RECEIPTDATE>03/02/2026</RECEIPTDATE><CURRENCY>USD</CURRENCY><TRX_AMOUNTTOPAY>5</TRX_AMOUNTTOPAY></ARPYMT></create>",
    "<create><GLBATCH><JOURNAL>GJ</JOURNAL><BATCH_DATE>03/02/2026</BATCH_DATE><BATCH_TITLE>t</BATCH_TITLE><ENTRIES><GLENTRY>"
    "<ACCOUNTNO>1000</ACCOUNTNO><TR_TYPE>1</TR_TYPE><TRX_AMOUNT>5</TRX_AMOUNT><LOCATION>100</LOCATION></GLENTRY></ENTRIES>"
    "</GLBATCH></create>",
    '<get_list object="smarteventlog" maxitems="3" start="0"><filter><expression><field>recordno</field><operator>=</operator>'
    "<value>3</value></expression></filter></get_list>",
    "<create><ITEM><ITEMID>N</ITEMID><NAME>N</NAME><ITEMTYPE>Inventory</ITEMTYPE><SO_PRECISION>3</SO_PRECISION></ITEM></create>",
    "<create><SOPRICELISTENTRY><PRICELISTID>Wholesale</PRICELISTID><ITEMID>KIT-1</ITEMID><VALUE>3</VALUE>"
    "<DATEFROM>03/02/2026</DATEFROM></SOPRICELISTENTRY></create>",
    "<read><object>SODOCUMENT</object><keys>1,2</keys><fields>*</fields></read>",
)
BODIES: tuple[tuple[str, Any], ...] = (
    (ORDERS, ORDER),
    (CUSTOMERS, {"id": "Z", "name": "Z", "creditLimit": "5", "contacts": {"default": {"printAs": "x"}}}),
    (
        "/services/core/query",
        {
            "object": "order-entry/document::Sales Order",
            "fields": ["key"],
            "filters": [{"$eq": {"state": "pending"}}, {"$in": {"id": ["a"]}}],
            "filterExpression": "1 and 2",
            "orderBy": [{"key": "asc"}],
            "size": 5,
        },
    ),
    (
        "/objects/accounts-receivable/payment",
        {
            "financialEntity": {"entityId": "BOA"},
            "paymentMethod": "eft",
            "customer": {"id": "C-10001"},
            "paymentSummary": {"receiptDate": "2026-03-03"},
            "txnCurrency": {"currency": "USD", "amount": "5"},
            "paymentDetails": [{"arInvoice": {"id": "1"}, "txnCurrency": {"paymentAmount": "1"}}],
        },
    ),
    (
        "/objects/general-ledger/journal-entry",
        {
            "glJournal": {"id": "GJ"},
            "postingDate": "2026-03-02",
            "lines": [{"txnType": "debit", "glAccount": {"id": "1000"}, "txnAmount": "5"}],
        },
    ),
)
VALUES = (None, "", [], {}, 5, -1, 1.5, True, "x", [1], ["a"], {"id": 5}, "²", "NaN", "1e400")


def garbled(text: str, random: Random) -> str:
    leaf = random.choice(list(re.finditer(r">([^<>]+)<", text)))
    text = f"{text[: leaf.start(1)]}{random.choice(ODD)}{text[leaf.end(1) :]}"
    attribute = list(re.finditer(r'="([^"]*)"', text))
    if attribute and random.random() < 0.3:
        one = random.choice(attribute)
        text = f"{text[: one.start(1)]}{random.choice(ODD)}{text[one.end(1) :]}"
    return text


def mutated(value: Any, random: Random) -> Any:
    if isinstance(value, dict) and value:
        key = random.choice(list(value))
        inner = mutated(value[key], random) if random.random() < 0.5 else random.choice(VALUES)
        return {**value, key: inner}
    if isinstance(value, list) and value:
        return [mutated(value[0], random)]
    return random.choice(VALUES)


def test_the_gateway_answers_whatever_is_asked(world: World) -> None:
    random = Random(7)
    functions = (*FUNCTIONS, world.order(("WIDGET-01", "1", "1.00"), key="k"))
    for _ in range(250):
        body = garbled(random.choice(functions), random)
        answer = world.request(body)
        assert answer.findtext("control/status") in ("success", "failure"), body


def test_rest_answers_whatever_is_asked(world: World) -> None:
    random = Random(7)
    for _ in range(250):
        path, body = random.choice(BODIES)
        sent = mutated(body, random)
        assert world.rest("POST", path, sent).status_code < 500, sent
    assert world.company.books()["violations"] == []
