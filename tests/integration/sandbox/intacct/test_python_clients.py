"""The public Python clients, unchanged, against the simulator: judges of the wire form (contract §17.4)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import intacctsdk
import pytest
import sageintacctsdk
from intacctsdk.exceptions import BadRequestError, InternalServerError, InvalidTokenError
from sageintacctsdk import exceptions as refused

from integration.sandbox.intacct.address import Stage, mapped, served
from tidegate_sandbox.faults import Fault

ORDER = {
    "transactiontype": "Sales Order",
    "datecreated": {"year": "2026", "month": "03", "day": "02"},
    "customerid": "C-10001",
    "referenceno": "000012345",
    "termname": "Net 30",
    "currency": "USD",
    "exchratetype": "Intacct Daily Rate",
    "customfields": {
        "customfield": {"customfieldname": "MAGENTO_ORDER_ID", "customfieldvalue": "main:12345"}
    },
    "state": "Pending",
    "sotransitems": {
        "sotransitem": {
            "itemid": "WIDGET-01",
            "warehouseid": "WH1",
            "quantity": "3",
            "unit": "Each",
            "price": "19.90",
            "locationid": "100",
        }
    },
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with served(tmp_path_factory.mktemp("tls")) as one:
        yield one


@pytest.fixture
def xml(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Any:
    mapped(monkeypatch, stage)
    return sign_in(stage)


def sign_in(stage: Stage, **more: Any) -> Any:
    known = stage.face.credentials
    wanted = {
        "sender_id": known.sender_id,
        "sender_password": known.sender_password,
        "user_id": known.user_id,
        "company_id": known.company_id,
        "user_password": known.user_password,
    }
    return sageintacctsdk.SageIntacctSDK(**{**wanted, **more})


@pytest.fixture
def rest(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Any:
    mapped(monkeypatch, stage)
    return rest_sign_in(stage)


def rest_sign_in(stage: Stage, **more: Any) -> Any:
    known = stage.face.credentials
    wanted = {
        "username": f"{known.user_id}@{known.company_id}",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
    }
    return intacctsdk.IntacctRESTSDK(**{**wanted, **more})


def test_the_xml_client_makes_finds_changes_and_deletes_a_customer(xml: Any) -> None:
    contact = {"PRINTAS": "Zoë Łuk", "EMAIL1": "zoe@example.com"}
    made = xml.customers.post({"CUSTOMERID": "PY-1", "NAME": "Zoe", "DISPLAYCONTACT": contact})
    key = made["data"]["customer"]["RECORDNO"]
    [found] = xml.customers.get_by_query(
        fields=["RECORDNO", "NAME", "STATUS", "DISPLAYCONTACT.EMAIL1"],
        and_filter=[("equalto", "CUSTOMERID", "PY-1")],
    )
    assert found == {
        "RECORDNO": key,
        "NAME": "Zoe",
        "STATUS": "active",
        "DISPLAYCONTACT.EMAIL1": "zoe@example.com",
    }
    xml.customers.update({"RECORDNO": key, "NAME": "Zoe the second", "ONHOLD": "true"})
    answer = xml.customers.get("CUSTOMERID", "PY-1", fields=["NAME", "ONHOLD"])["CUSTOMER".lower()]
    assert answer == {"NAME": "Zoe the second", "ONHOLD": "true"}
    assert xml.customers.delete(key)["status"] == "success"
    assert xml.customers.count("CUSTOMERID", "PY-1") == 0


def test_the_xml_client_pages_through_every_public_list(xml: Any) -> None:
    for object, least in (
        (xml.customers, 7),
        (xml.items, 10),
        (xml.locations, 4),
        (xml.location_entities, 2),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(object.get_by_query()) == object.count(None) >= least
    xml.items._ApiBase__pagesize = 3
    ordered = list(xml.items.get_all_generator(order_by_field="RECORDNO", order="ascending"))
    keys = [row["RECORDNO"] for page in ordered for row in page]
    assert len(keys) == xml.items.count(None) == len(set(keys))
    assert {len(page) for page in ordered[:-1]} == {3}


def test_the_xml_client_enters_an_order_and_looks_it_up(xml: Any) -> None:
    made = xml.order_entry_transactions.post(ORDER)
    docid = made["key"]
    assert docid.startswith("Sales Order-SO")
    [found] = xml.order_entry_transactions.get_by_query(
        fields=["DOCID", "STATE", "PONUMBER", "TOTAL"],
        and_filter=[("equalto", "DOCPARID", "Sales Order"), ("in", "PONUMBER", ["000012345", "x"])],
    )
    assert found == {"DOCID": docid, "STATE": "Pending", "PONUMBER": "000012345", "TOTAL": "59.7"}
    fields = xml.order_entry_transactions.get_lookup()["Type"]["Fields"]["Field"]
    assert {"DOCID", "PONUMBER"} <= {each["ID"] for each in fields}
    assert len(xml.dimensions.get_all()) == 5
    assert "SODOCUMENT" in str(xml.dimensions.get_objects())


def test_the_xml_client_makes_an_invoice_a_payment_and_a_batch(xml: Any) -> None:
    day = {"year": "2026", "month": "03", "day": "02"}
    lines = {"lineitem": {"glaccountno": "4000", "amount": "10.00", "locationid": "100"}}
    key = xml.ar_invoices.post(
        {"customerid": "C-10002", "datecreated": day, "termname": "Net 30", "invoiceitems": lines}
    )["key"]
    xml.ar_payments.post(
        {
            "FINANCIALENTITY": "BOA",
            "PAYMENTMETHOD": "EFT",
            "CUSTOMERID": "C-10002",
            "RECEIPTDATE": "03/02/2026",
            "CURRENCY": "USD",
            "ARPYMTDETAILS": {"ARPYMTDETAIL": {"RECORDKEY": key, "TRX_PAYMENTAMOUNT": "10.00"}},
        }
    )
    [found] = xml.ar_invoices.get_by_query(
        fields=["STATE", "TOTALDUE", "MODULEKEY"], and_filter=[("equalto", "RECORDNO", key)]
    )
    assert found == {"STATE": "Paid", "TOTALDUE": "0", "MODULEKEY": "4.AR"}
    entry = {"TRX_AMOUNT": "5.00", "LOCATION": "100"}
    rows = [{"ACCOUNTNO": "1000", "TR_TYPE": "1", **entry}, {"ACCOUNTNO": "4000", "TR_TYPE": "-1", **entry}]
    batch = {"JOURNAL": "GJ", "BATCH_DATE": "03/02/2026", "BATCH_TITLE": "Fees", "ENTRIES": {"GLENTRY": rows}}
    assert xml.journal_entries.post(batch)["data"]["glbatch"]["RECORDNO"]
    lists = (xml.contacts, xml.checking_accounts, xml.ar_invoices, xml.ar_invoice_items, xml.ar_payments)
    for object in (*lists, xml.gl_detail, xml.journal_entries):  # with the client's own lists of fields
        assert object.get_by_query()


def test_the_xml_client_sees_failures_of_every_level(xml: Any, stage: Stage) -> None:
    with pytest.raises(refused.WrongParamsError) as duplicate:
        xml.customers.post({"CUSTOMERID": "C-10001", "NAME": "Again"})
    assert "already exists" in str(duplicate.value.response)
    with pytest.raises(refused.WrongParamsError):
        xml.customers.get_by_query(fields=["NO_SUCH_FIELD"])
    with pytest.raises(refused.WrongParamsError):
        xml.customers.delete("99999999")
    with pytest.raises(refused.WrongParamsError):
        xml.order_entry_transactions.post({"transactiontype": "Sales Order"})
    stage.face.options.denied = frozenset({("create", "CUSTOMER")})
    with pytest.raises(refused.NoPrivilegeError):
        xml.customers.post({"CUSTOMERID": "PY-2", "NAME": "Nobody"})
    stage.face.options.denied = frozenset()
    stage.faults.add(Fault("offline", times=1))
    with pytest.raises(refused.InternalServerError):
        xml.customers.count()
    stage.faults.add(Fault("session_expired", times=1))
    with pytest.raises(refused.InvalidTokenError):
        xml.customers.count()
    stage.faults.add(Fault("invalid_request", times=1))
    with pytest.raises(refused.WrongParamsError):
        xml.customers.count()


@pytest.mark.parametrize("wrong", ["user_password", "company_id", "user_id"])
def test_the_xml_client_is_refused_at_the_door(
    wrong: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped(monkeypatch, stage)
    with pytest.raises(refused.InvalidTokenError):
        sign_in(stage, **{wrong: "wrong"})
    with pytest.raises(refused.WrongParamsError):
        sign_in(stage, sender_password="wrong")


def test_the_xml_client_works_in_an_entity(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    mapped(monkeypatch, stage)
    east = sign_in(stage, entity_id="E100")
    east.customers.post({"CUSTOMERID": "EAST-1", "NAME": "East only"})
    assert east.customers.count("CUSTOMERID", "EAST-1") == 1
    assert sign_in(stage, entity_id="E200").customers.count("CUSTOMERID", "EAST-1") == 0
    assert sign_in(stage).customers.count("CUSTOMERID", "EAST-1") == 0
    assert sign_in(stage, show_private=True).customers.count("CUSTOMERID", "EAST-1") == 1


def test_the_rest_client_makes_finds_changes_and_deletes(rest: Any) -> None:
    made = rest.customers.post({"id": "REST-1", "name": "Zoë"}, idempotent_key="k-1")["ia::result"]
    again = rest.customers.post({"id": "REST-1", "name": "Zoë"}, idempotent_key="k-1")["ia::result"]
    assert made == again
    assert rest.customers.get_by_key(made["key"])["ia::result"]["name"] == "Zoë"
    rest.customers.update(made["key"], {"name": "Zoë II", "isOnHold": True})
    [rows] = rest.customers.get_all_generator(
        fields=["id", "name", "isOnHold"], filters=[{"$eq": {"id": "REST-1"}}], order_by=[{"key": "asc"}]
    )
    assert rows == [{"id": "REST-1", "name": "Zoë II", "isOnHold": True}]
    assert rest.customers.count(filters=[{"$startsWith": {"id": "REST"}}]) == 1
    rest.customers.delete(made["key"])
    assert rest.customers.count(filters=[{"$eq": {"id": "REST-1"}}]) == 0


def test_the_rest_client_pages_and_reads_services(rest: Any, stage: Stage) -> None:
    rest.items._ApiBase__page_size = 4
    pages = list(rest.items.get_all_generator(fields=["key", "id"], order_by=[{"key": "asc"}]))
    keys = [row["key"] for page in pages for row in page]
    assert len(keys) == rest.items.count() == len(set(keys)) > 8
    assert rest.sessions.get_session_id()["sessionId"]
    assert rest.dimensions.list()
    assert "fields" in rest.customers.get_model()["ia::result"]
    for object in (rest.contacts, rest.locations, rest.location_entities, rest.journals, rest.accounts):
        assert object.count() > 0


def test_the_rest_client_sees_failures(rest: Any, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadRequestError, match="409"):
        rest.customers.post({"id": "C-10001", "name": "Again"})
    with pytest.raises(BadRequestError, match="404"):
        rest.customers.get_by_key("99999999")
    with pytest.raises(BadRequestError, match="400"):
        rest.customers.count(filters=[{"$eq": {"noSuchField": "1"}}])
    stage.faults.add(Fault("offline", times=1))
    with pytest.raises(InternalServerError):
        rest.customers.count()
    with pytest.raises(BadRequestError, match="401"):
        rest_sign_in(stage, client_secret="wrong")
    with pytest.raises(InvalidTokenError):
        rest_sign_in(stage, access_token="not-a-token").customers.count()


def test_the_rest_client_renews_its_token_once(rest: Any, stage: Stage) -> None:
    first = rest.refresh_token
    known = stage.face.credentials
    again = intacctsdk.IntacctRESTSDK(
        refresh_token=first,
        client_id=known.client_id,
        client_secret=known.client_secret,
        use_client_credentials_auth=False,
    )
    assert again.refresh_token != first
    with pytest.raises(BadRequestError, match="401"):
        intacctsdk.IntacctRESTSDK(
            refresh_token=first,
            client_id=known.client_id,
            client_secret=known.client_secret,
            use_client_credentials_auth=False,
        )
