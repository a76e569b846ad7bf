"""REST v1: sign-in, envelopes, records (contract §15.1 to §15.3, §15.7)."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from integration.sandbox.intacct.rest_documents import CUSTOMERS, ORDER, ORDERS, error, result
from integration.sandbox.intacct.world import World
from tidegate_sandbox.faults import Fault


def test_the_code_of_a_browser_becomes_tokens_that_rotate(world: World) -> None:
    known = world.known
    query = {
        "response_type": "code",
        "client_id": known.client_id,
        "redirect_uri": known.redirect_uri,
        "state": "s",
        "scope": "offline_access",
    }
    answer = world.http.get("/ia/api/v1/oauth2/authorize", params=query)
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    form = {"client_id": known.client_id, "client_secret": known.client_secret}
    grant = {
        **form,
        "grant_type": "authorization_code",
        "code": back["code"][0],
        "redirect_uri": known.redirect_uri,
    }
    first = world.http.post("/ia/api/v1/oauth2/token", data=grant).json()
    assert first["token_type"] == "Bearer"
    assert first["expires_in"] == 21600
    assert first["access_token"].count(".") == 2
    assert error(world.http.post("/ia/api/v1/oauth2/token", json=grant), 401)["code"] == "tokenInvalid"
    renew = {**form, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = world.http.post("/ia/api/v1/oauth2/token", json=renew).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert world.http.post("/ia/api/v1/oauth2/token", data=renew).status_code == 401
    world._token = second["access_token"]
    result(world.rest("GET", CUSTOMERS))
    world.clock.advance(timedelta(hours=6).total_seconds())
    assert error(world.rest("GET", CUSTOMERS), 401)["errorId"] == "REST-2102"
    renew["refresh_token"] = second["refresh_token"]
    third = world.http.post("/ia/api/v1/oauth2/token", data=renew).json()
    world._token = third["access_token"]
    world.http.post("/ia/api/v1/oauth2/revoke", data={**form, "token": third["access_token"]})
    assert world.rest("GET", CUSTOMERS).status_code == 401


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"username": "hub"}, 400, "GW-0012"),
        ({"username": ""}, 400, "GW-0036"),
        ({"client_id": ""}, 400, "GW-0037"),
        ({"client_id": "other"}, 400, "GW-0011"),
        ({"grant_type": "password"}, 400, "GW-0032"),
        ({"client_secret": "wrong"}, 401, "tokenInvalid"),
        ({"username": "hub@OTHER"}, 401, "tokenInvalid"),
        ({"username": "hub@NORTHWIND|E999"}, 401, "tokenInvalid"),
    ],
)
def test_wrong_token_requests(world: World, change: dict[str, str], status: int, code: str) -> None:
    known = world.known
    form = {
        "grant_type": "client_credentials",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "username": "hub@NORTHWIND",
    }
    assert error(world.http.post("/ia/api/v1/oauth2/token", data={**form, **change}), status)["code"] == code
    assert error(world.http.post("/ia/api/v1/oauth2/token"), 400)["code"] == "GW-0035"


def test_headers_of_the_gateway(world: World) -> None:
    answer = world.rest("GET", CUSTOMERS)
    assert {"x-ia-throttle-limit", "x-ia-minute-rate-limit", "x-ia-hour-rate-limit"} <= set(answer.headers)
    assert error(world.rest("GET", CUSTOMERS, Authorization="Basic x"), 401)["code"] == "GW-0034"
    found = error(world.rest("GET", CUSTOMERS, Authorization="Bearer x"), 400)
    assert found["code"] == "GW-0031"
    assert found["details"]["requestId"]
    world.faults.add(Fault("throttled", times=1))
    assert error(world.rest("GET", CUSTOMERS), 429)["code"] == "GW-0010"


def test_an_order_made_by_one_door_is_seen_through_the_other(world: World) -> None:
    made = result(world.rest("POST", ORDERS, ORDER), 201)
    assert made == {
        "key": made["key"],
        "id": "Sales Order-SO0001",
        "documentType": "Sales Order",
        "href": f"/objects/order-entry/document::Sales%20Order/{made['key']}",
    }
    fields = ("DOCID", "TOTAL", "MAGENTO_ORDER_ID", "PONUMBER", "WHENDUE", "SHIPVIA")
    [row] = world.rows("SODOCUMENT", *fields, docparid="Sales Order")
    assert row == {
        "DOCID": "Sales Order-SO0001",
        "TOTAL": "67.2",
        "MAGENTO_ORDER_ID": "main:000012345",
        "PONUMBER": "000012345",
        "WHENDUE": "03/31/2026",
        "SHIPVIA": "UPS Ground",
    }
    [listed] = result(world.rest("GET", ORDERS))
    assert set(listed) == {"key", "id", "documentType", "href"}
    one = result(world.rest("GET", f"{ORDERS}/{made['key']}"))
    assert (one["state"], one["paymentStatus"], one["total"], one["txnDate"]) == (
        "pending",
        "open",
        "67.2",
        "2026-03-01",
    )
    [line] = one["lines"]
    assert (line["lineNumber"], line["quantity"], line["quantityRemaining"], line["quantityConverted"]) == (
        0,
        "3",
        "3",
        "0",
    )
    assert one["nsp::MAGENTO_ORDER_ID"] == "main:000012345"
    [subtotal] = one["subtotals"]
    assert (subtotal["description"], subtotal["txnTotal"]) == ("Shipping", "7.50")


def test_documents_are_changed_converted_and_deleted(world: World) -> None:
    made = result(world.rest("POST", ORDERS, ORDER), 201)
    line = result(world.rest("GET", f"{ORDERS}/{made['key']}"))["lines"][0]
    change = {"notes": "Hello", "lines": [{"key": line["key"], "unitQuantity": "5"}]}
    assert result(world.rest("PATCH", f"{ORDERS}/{made['key']}", change))["key"] == made["key"]
    assert result(world.rest("GET", f"{ORDERS}/{made['key']}"))["lines"][0]["quantity"] == "5"
    more = {"lines": [ORDER["lines"][0], {"key": line["key"], "ia::operation": "delete"}]}
    world.rest("PATCH", f"{ORDERS}/{made['key']}", more)
    lines = result(world.rest("GET", f"{ORDERS}/{made['key']}"))["lines"]
    assert [one["quantity"] for one in lines] == ["3"]
    shipper = {
        "customer": {"id": "C-10001"},
        "txnDate": "2026-03-02",
        "txnCurrency": "USD",
        "sourceDocument": {"key": made["key"]},
        "trackingNumber": "1Z",
        "lines": [
            {
                "dimensions": {"item": {"id": "WIDGET-01"}},
                "unitQuantity": "2",
                "sourceDocument": {"key": made["key"]},
                "sourceDocumentLine": {"key": lines[0]["key"]},
            }
        ],
    }
    sent = result(world.rest("POST", "/objects/order-entry/document::Shipper", shipper), 201)
    shown = result(world.rest("GET", f"/objects/order-entry/document::Shipper/{sent['key']}"))
    assert (shown["sourceDocument"]["id"], shown["trackingNumber"]) == ("Sales Order-SO0001", "1Z")
    assert shown["lines"][0]["sourceDocumentLine"]["key"] == lines[0]["key"]
    assert result(world.rest("GET", f"{ORDERS}/{made['key']}"))["state"] == "partiallyConverted"
    assert error(world.rest("DELETE", f"{ORDERS}/{made['key']}"), 422)["code"] == "operationFailed"
    other = result(world.rest("POST", ORDERS, ORDER), 201)
    assert world.rest("DELETE", f"{ORDERS}/{other['key']}").status_code == 204
    assert error(world.rest("GET", f"{ORDERS}/{other['key']}"), 404)["code"] == "invalidKey"


def test_records_of_customers(world: World) -> None:
    body = {
        "id": "R-1",
        "name": "Ada",
        "term": {"id": "Net 15"},
        "contacts": {"default": {"printAs": "Ada", "email1": "a@b.c"}},
    }
    key = result(world.rest("POST", CUSTOMERS, body), 201)["key"]
    one = result(world.rest("GET", f"{CUSTOMERS}/{key}"))
    assert one["contacts"]["default"]["email1"] == "a@b.c"
    assert one["term"] == {"id": "Net 15"}
    assert one["isOnHold"] is False
    assert result(world.rest("PATCH", f"{CUSTOMERS}/{key}", {"isOnHold": True}))["id"] == "R-1"
    assert error(world.rest("POST", CUSTOMERS, body), 409)["details"][0]["code"] == "BL34000061"
    assert (
        error(world.rest("POST", CUSTOMERS, {"id": "R-2", "name": "X", "bad": 1}), 400)["code"]
        == "invalidRequest"
    )
    assert error(world.rest("POST", CUSTOMERS, {"id": "R-2"}), 422)["details"][-1]["code"] == "BL01001973"
    assert error(world.rest("GET", "/objects/no/such"), 404)
    assert error(world.rest("PUT", CUSTOMERS), 405)
    world.face.options.denied = frozenset({("*", "CUSTOMER")})
    assert world.rest("DELETE", f"{CUSTOMERS}/{key}").status_code == 403


def test_arrays_are_answered_one_by_one_or_together(world: World) -> None:
    good, bad = {"id": "A-1", "name": "A"}, {"id": "C-10001", "name": "B"}
    answer = world.rest("POST", CUSTOMERS, [good, bad])
    assert answer.status_code == 207
    assert answer.json()["ia::meta"] == {"totalCount": 2, "totalSuccess": 1, "totalError": 1}
    first, second = answer.json()["ia::result"]
    assert first["ia::status"] == 201
    assert second["ia::error"]["code"] == "operationFailed"
    both = [{"id": "A-2", "name": "A"}, bad]
    headers = {"X-IA-API-Param-Transaction": "true"}
    assert world.rest("POST", CUSTOMERS, both, **headers).status_code == 409
    assert (
        world.rows("CUSTOMER", "NAME", where="<equalto><field>CUSTOMERID</field><value>A-2</value></equalto>")
        == []
    )
    assert (
        world.rest("POST", CUSTOMERS, [{"id": "A-3", "name": "A"}, {"id": "A-4", "name": "A"}]).status_code
        == 201
    )
    assert world.rest("POST", CUSTOMERS, [good] * 501).status_code == 400


def test_payments_journals_and_price_entries(world: World) -> None:
    world.done(world.document("Sales Invoice", ("WIDGET-01", "1", "72.57")))
    key = world.rows("ARINVOICE", "RECORDNO")[0]["RECORDNO"]
    payment = {
        "financialEntity": {"entityId": "BOA"},
        "paymentMethod": "eft",
        "customer": {"id": "C-10001"},
        "documentNumber": "P-1",
        "paymentSummary": {"receiptDate": "2026-03-03"},
        "txnCurrency": {"currency": "USD"},
        "baseCurrency": {"currency": "USD"},
        "paymentDetails": [{"arInvoice": {"id": key}, "txnCurrency": {"paymentAmount": "72.57"}}],
    }
    result(world.rest("POST", "/objects/accounts-receivable/payment", payment), 201)
    invoice = result(world.rest("GET", f"/objects/accounts-receivable/invoice/{key}"))
    assert (invoice["state"], invoice["totalTxnAmountDue"]) == ("paid", "0")
    document = world.rows("SODOCUMENT", "RECORDNO")[0]["RECORDNO"]
    shown = result(world.rest("GET", f"/objects/order-entry/document::Sales%20Invoice/{document}"))
    assert shown["paymentStatus"] == "paid"
    assert shown["invoice"]["key"] == key
    entry = {"txnAmount": "5.00", "dimensions": {"location": {"id": "100"}}}
    journal = {
        "glJournal": {"id": "GJ"},
        "postingDate": "2026-03-02",
        "description": "Fees",
        "lines": [
            {"txnType": "debit", "glAccount": {"id": "1000"}, **entry},
            {"txnType": "credit", "glAccount": {"id": "4905"}, **entry},
        ],
    }
    result(world.rest("POST", "/objects/general-ledger/journal-entry", journal), 201)
    price = {
        "priceList": {"id": "Wholesale"},
        "item": {"id": "WIDGET-01"},
        "value": "9.00",
        "minimumQuantity": "10",
    }
    made = result(world.rest("POST", "/objects/order-entry/price-list-entry", price), 201)
    assert result(world.rest("GET", f"/objects/order-entry/price-list-entry/{made['key']}"))["value"] == "9"


def test_entities_by_header_in_both_spellings(world: World) -> None:
    for header in ("X-IA-API-Param-Entity", "X-IA-API-ParamEntity"):
        key = result(
            world.rest("POST", CUSTOMERS, {"id": header[-9:], "name": "East"}, **{header: "E100"}), 201
        )["key"]
        assert world.rest("GET", f"{CUSTOMERS}/{key}", **{header: "E200"}).status_code == 404
        assert world.rest("GET", f"{CUSTOMERS}/{key}", **{header: "E100"}).status_code == 200
    assert world.rest("GET", CUSTOMERS, **{"X-IA-API-Param-Entity": "E999"}).status_code == 400
