"""AR invoices, payments and the general ledger (contract §10)."""

from __future__ import annotations

import pytest

from integration.sandbox.intacct.world import World

INVOICE = (
    "<create_invoice><customerid>C-10001</customerid><datecreated><year>2026</year><month>03</month><day>02</day></datecreated>"
    "<termname>Net 30</termname><invoiceno>{}</invoiceno><invoiceitems><lineitem><glaccountno>4000</glaccountno>"
    "<amount>100.00</amount><memo>Work</memo><locationid>100</locationid></lineitem></invoiceitems></create_invoice>"
)


def payment(more: str = "", details: str = "", bank: str = "<FINANCIALENTITY>BOA</FINANCIALENTITY>") -> str:
    return (
        f"<create><ARPYMT>{bank}<PAYMENTMETHOD>EFT</PAYMENTMETHOD><CUSTOMERID>C-10001</CUSTOMERID><DOCNUMBER>P-1</DOCNUMBER>"
        f"<RECEIPTDATE>03/02/2026</RECEIPTDATE><CURRENCY>USD</CURRENCY>{more}"
        f"{f'<ARPYMTDETAILS>{details}</ARPYMTDETAILS>' if details else ''}</ARPYMT></create>"
    )


def detail(key: str, amount: str) -> str:
    return f"<ARPYMTDETAIL><RECORDKEY>{key}</RECORDKEY><TRX_PAYMENTAMOUNT>{amount}</TRX_PAYMENTAMOUNT></ARPYMTDETAIL>"


def test_invoices_are_paid_in_parts_and_show_what_is_due(world: World) -> None:
    key = world.done(INVOICE.format("MY-1")).findtext("key") or ""
    fields = (
        "RECORDNO",
        "RECORDID",
        "STATE",
        "CUSTOMERID",
        "TOTALENTERED",
        "TOTALPAID",
        "TOTALDUE",
        "WHENDUE",
        "WHENPAID",
        "MODULEKEY",
    )
    assert world.rows("ARINVOICE", *fields) == [
        {
            "RECORDNO": key,
            "RECORDID": "MY-1",
            "STATE": "Posted",
            "CUSTOMERID": "C-10001",
            "TOTALENTERED": "100",
            "TOTALPAID": "0",
            "TOTALDUE": "100",
            "WHENDUE": "04/01/2026",
            "WHENPAID": "",
            "MODULEKEY": "4.AR",
        }
    ]
    paid = world.done(payment(details=detail(key, "40.00"))).findtext("data/arpymt/RECORDNO")
    assert [one["STATE"] for one in world.rows("ARINVOICE", "STATE")] == ["Partially Paid"]
    world.done(payment(more="<TRX_AMOUNTTOPAY>80.00</TRX_AMOUNTTOPAY>", details=detail(key, "60.00")))
    [row] = world.rows("ARINVOICE", "STATE", "TOTALDUE", "WHENPAID")
    assert row == {"STATE": "Paid", "TOTALDUE": "0", "WHENPAID": "03/02/2026"}
    assert [one["TOTALDUE"] for one in world.rows("ARPYMT", "TOTALDUE", "STATE")] == ["0", "20"]
    rows = world.rows("ARINVOICEPAYMENT", "RECORDKEY", "PAYMENTKEY", "AMOUNT", "PAYMENTDATE")
    assert rows[0] == {"RECORDKEY": key, "PAYMENTKEY": paid, "AMOUNT": "40", "PAYMENTDATE": "03/02/2026"}
    assert world.rows(
        "CUSTOMER", "TOTALDUE", where="<equalto><field>CUSTOMERID</field><value>C-10001</value></equalto>"
    ) == [{"TOTALDUE": "-20"}]
    assert world.company.books()["violations"] == []


def test_lines_of_an_invoice_name_their_accounts(world: World) -> None:
    world.done(INVOICE.format("MY-1"))
    [row] = world.rows("ARINVOICEITEM", "ACCOUNTNO", "AMOUNT", "ENTRYDESCRIPTION", "LINE_NO")
    assert row == {"ACCOUNTNO": "4000", "AMOUNT": "100", "ENTRYDESCRIPTION": "Work", "LINE_NO": "1"}
    assert world.refused(INVOICE.format("MY-1"))[0] == "BL34000061"
    assert world.refused(INVOICE.format("MY-2").replace("4000", "9999"))[0] == "BL03000018"
    assert world.refused(INVOICE.format("MY-2").replace("<year>2026", "<year>2020"))[0] == "BL03000130"


def test_a_draft_invoice_is_posted_nowhere(world: World) -> None:
    draft = INVOICE.format("MY-1").replace("<invoiceno>", "<action>Draft</action><invoiceno>")
    key = world.done(draft).findtext("key")
    assert world.rows("ARINVOICE", "RECORDNO", "STATE", "TOTALDUE") == [
        {"RECORDNO": key, "STATE": "Draft", "TOTALDUE": "100"}
    ]
    assert world.company.books()["transactions"] == []


def test_an_unpaid_invoice_is_reversed(world: World) -> None:
    key = world.done(INVOICE.format("MY-1")).findtext("key")
    world.done(f'<reverse_invoice key="{key}"/>')
    assert world.rows("ARINVOICE", "STATE", "TOTALDUE") == [{"STATE": "Reversed", "TOTALDUE": "0"}]
    assert world.refused(f'<reverse_invoice key="{key}"/>')[0] == "BL01001973"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<FINANCIALENTITY>BOA", "<FINANCIALENTITY>NONE"),
        ("<FINANCIALENTITY>BOA</FINANCIALENTITY>", ""),
        ("<PAYMENTMETHOD>EFT", "<PAYMENTMETHOD>Barter"),
        ("<CURRENCY>USD</CURRENCY>", ""),
        ("<CURRENCY>USD", "<CURRENCY>EUR"),
        ("<RECEIPTDATE>03/02/2026</RECEIPTDATE>", ""),
        ("<RECEIPTDATE>03/02/2026", "<RECEIPTDATE>2 March"),
        ("<CUSTOMERID>C-10001", "<CUSTOMERID>C-10002"),
        ("<TRX_PAYMENTAMOUNT>40.00", "<TRX_PAYMENTAMOUNT>140.00"),
        ("<RECORDKEY>", "<RECORDKEY>9"),
    ],
)
def test_payments_that_cannot_be(world: World, old: str, new: str) -> None:
    key = world.done(INVOICE.format("MY-1")).findtext("key") or ""
    before = world.company.books()
    world.refused(payment(details=detail(key, "40.00")).replace(old, new))
    assert world.company.books() == before


def test_undeposited_funds_and_drafts(world: World) -> None:
    world.done(
        payment(
            more="<TRX_AMOUNTTOPAY>5.00</TRX_AMOUNTTOPAY>",
            bank="<UNDEPOSITEDACCOUNTNO>1050</UNDEPOSITEDACCOUNTNO>",
        )
    )
    draft = world.done(
        payment(more="<TRX_AMOUNTTOPAY>7.00</TRX_AMOUNTTOPAY><ACTION>Draft</ACTION>")
    ).findtext("data/arpymt/RECORDNO")
    rows = world.rows("ARPYMT", "RECORDNO", "STATE", "UNDEPOSITEDACCOUNTNO", "FINANCIALENTITY")
    assert [(one["STATE"], one["UNDEPOSITEDACCOUNTNO"], one["FINANCIALENTITY"]) for one in rows] == [
        ("Complete", "1050", ""),
        ("Draft", "", "BOA"),
    ]
    assert world.company.books()["accounts"]["1050"] == "5.00"
    assert world.company.books()["accounts"]["1000"] == "0.00"
    world.done(
        f"<update><ARPYMT><RECORDNO>{draft}</RECORDNO><DESCRIPTION>later</DESCRIPTION></ARPYMT></update>"
    )
    assert world.refused(
        f"<update><ARPYMT><RECORDNO>{rows[0]['RECORDNO']}</RECORDNO><DESCRIPTION>x</DESCRIPTION></ARPYMT></update>"
    )[0]
    world.done(f"<delete><object>ARPYMT</object><keys>{draft}</keys></delete>")


def batch(*entries: tuple[str, str, str, str], state: str = "Posted", day: str = "03/02/2026") -> str:
    rows = "".join(
        f"<GLENTRY><ACCOUNTNO>{account}</ACCOUNTNO><TR_TYPE>{sign}</TR_TYPE><TRX_AMOUNT>{amount}</TRX_AMOUNT><LOCATION>{location}</LOCATION>"
        f"<DESCRIPTION>Fee</DESCRIPTION><DOCUMENT>D-1</DOCUMENT></GLENTRY>"
        for account, sign, amount, location in entries
    )
    return (
        f"<create><GLBATCH><JOURNAL>GJ</JOURNAL><BATCH_DATE>{day}</BATCH_DATE><BATCH_TITLE>Fees</BATCH_TITLE>"
        f"<REFERENCENO>R-9</REFERENCENO><STATE>{state}</STATE><ENTRIES>{rows}</ENTRIES></GLBATCH></create>"
    )


def test_batches_balance_in_each_entity(world: World) -> None:
    good = batch(("1000", "1", "5.00", "100"), ("4905", "-1", "5.00", "E100"))
    key = world.done(good).findtext("data/glbatch/RECORDNO")
    where = f"<equalto><field>BATCHKEY</field><value>{key}</value></equalto>"
    rows = world.rows(
        "GLDETAIL",
        "ACCOUNTNO",
        "TR_TYPE",
        "DEBITAMOUNT",
        "CREDITAMOUNT",
        "SYMBOL",
        "LOCATIONID",
        "DOCUMENT",
        "MODULEKEY",
        where=where,
    )
    assert rows[0] == {
        "ACCOUNTNO": "1000",
        "TR_TYPE": "1",
        "DEBITAMOUNT": "5",
        "CREDITAMOUNT": "0",
        "SYMBOL": "GJ",
        "LOCATIONID": "100",
        "DOCUMENT": "D-1",
        "MODULEKEY": "2.GL",
    }
    [head] = world.rows(
        "GLBATCH",
        "BATCH_TITLE",
        "JOURNAL",
        "STATE",
        "REFERENCENO",
        "MODULE",
        where=f"<equalto><field>RECORDNO</field><value>{key}</value></equalto>",
    )
    assert head == {
        "BATCH_TITLE": "Fees",
        "JOURNAL": "GJ",
        "STATE": "Posted",
        "REFERENCENO": "R-9",
        "MODULE": "2.GL",
    }
    assert len(world.rows("GLENTRY", "RECORDNO", where=where)) == 2
    for bad in (
        batch(("1000", "1", "5.00", "100"), ("4905", "-1", "4.00", "100")),
        batch(("1000", "1", "5.00", "100"), ("4905", "-1", "5.00", "200")),
        batch(("1000", "1", "5.00", "100")),
        batch(("1000", "1", "5.00", "100"), ("9999", "-1", "5.00", "100")),
        batch(("1000", "2", "5.00", "100"), ("4905", "-1", "5.00", "100")),
        batch(("1000", "1", "5.00", "777"), ("4905", "-1", "5.00", "777")),
        good.replace("<JOURNAL>GJ", "<JOURNAL>XX"),
        good.replace("03/02/2026", "03/02/2020"),
    ):
        world.refused(bad)
    world.done(batch(("1000", "1", "9.00", "100"), ("4905", "-1", "9.00", "100"), state="Draft"))
    assert world.company.books()["accounts"]["1000"] == "5.00"
    assert world.company.books()["trial_balance"] == "0.00"


def test_a_payment_on_account_is_applied_later_to_what_is_due_and_no_more(world: World) -> None:
    invoice = world.done(INVOICE.format("MY-1")).findtext("key") or ""
    paid = world.done(payment(more="<TRX_AMOUNTTOPAY>120.00</TRX_AMOUNTTOPAY>")).findtext(
        "data/arpymt/RECORDNO"
    )
    apply = (
        "<apply_arpayment><arpaymentkey>{}</arpaymentkey><paymentdate><year>2026</year><month>03</month><day>02</day>"
        "</paymentdate><arpaymentitems><arpaymentitem><invoicekey>{}</invoicekey><amount>{}</amount></arpaymentitem>"
        "</arpaymentitems></apply_arpayment>"
    )
    assert world.refused(apply.format(paid, invoice, "100.01"))[0] == "XL03000027"
    assert world.refused(apply.format("999999", invoice, "1.00"))[0] == "BL03000018"
    assert world.done(apply.format(paid, invoice, "100.00")).findtext("key") == paid
    assert [one["TOTALDUE"] for one in world.rows("ARINVOICE", "TOTALDUE")] == ["0"]
    assert [one["TOTALDUE"] for one in world.rows("ARPYMT", "TOTALDUE")] == ["20"]
    assert world.company.books()["violations"] == []
