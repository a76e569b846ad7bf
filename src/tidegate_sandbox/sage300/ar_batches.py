"""``ARReceiptAndAdjustmentBatches``: receipts, and documents applied to each other (contract §9.4, additions)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.customer import Customer
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage300.ar_documents import Ledgers
from tidegate_sandbox.sage300.database import Batch, Database, Entry
from tidegate_sandbox.sage300.oe_orders import whole
from tidegate_sandbox.sage300.problem import Problem
from tidegate_sandbox.sage300.resource import Body, Details, Resource, Value, number_of, text_of

TEXTS = {"Description": 60, "BankCode": 8, "DefaultBankCurrency": 3}
ENTRY = {
    "BatchType": "s",
    "EntryNumber": "n",
    "CheckReceiptNumber": "s",
    "CustomerNumber": "s",
    "EntryDescription": "s",
    "BankReceiptAmount": "n",
    "CustomerReceiptAmount": "n",
    "ReceiptTransactionType": "s",
    "DocumentNumber": "s",
}
ENTRY_TEXTS = {
    "BatchType": 2,
    "CheckReceiptNumber": 24,
    "CustomerNumber": 12,
    "EntryDescription": 60,
    "EntryReference": 60,
    "ReceiptTransactionType": 20,
    "DocumentType": 20,
    "MatchingDocumentNumber": 22,
    "DocumentNumber": 22,
    "PaymentCode": 12,
}


class Batches:
    """Batches of receipts of one company."""

    def __init__(self, database: Database, ledgers: Ledgers) -> None:
        self._database = database
        self._company = database.company
        self._ledgers = ledgers

    def resource(self) -> Resource:
        """The resource."""
        kept: dict[str, tuple[str, Value]] = {name: ("s", _kept(name)) for name in TEXTS}
        fields: dict[str, tuple[str, Value]] = {
            "BatchRecordType": ("s", lambda _one: "CA"),
            "BatchNumber": ("n", lambda one: one.number),
            "BatchDate": ("dt", lambda one: one.values["BatchDate"]),
            **kept,
            "BatchStatus": ("s", lambda one: one.status),
            "NumberOfEntries": ("n", lambda one: len(one.entries)),
            "BatchTotal": (
                "n",
                lambda one: sum((each.values["CustomerReceiptAmount"] for each in one.entries), ZERO),
            ),
        }
        return Resource(
            name="ARReceiptAndAdjustmentBatches",
            module="AR",
            key=("BatchRecordType", "BatchNumber"),
            fields=fields,
            rows=lambda: list(self._database.batches.values()),
            details={"ReceiptsAdjustments": Details(ENTRY, self._entries)},
            lookups={"BatchNumber": lambda value: self._numbered(value)},
            insert=self._insert,
            change=self._change,
        )

    def post_ready(self) -> int:
        """What a clerk does: post the batches that are ready; how many there were."""
        ready = [one for one in self._database.batches.values() if one.status == "ReadyToPost"]
        for one in ready:
            self._post(one)
        return len(ready)

    def _numbered(self, value: Any) -> Iterable[Batch]:
        found = self._database.batches.get(whole(value))
        return [found] if found is not None else []

    def _entries(self, batch: Batch) -> list[Body]:
        return [
            {
                **{name: each.values.get(name, "") for name in ENTRY},
                "EntryNumber": each.number,
                "DocumentNumber": each.document,
                "BankReceiptAmount": each.values["CustomerReceiptAmount"],
                "CustomerReceiptAmount": each.values["CustomerReceiptAmount"],
            }
            for each in batch.entries
        ]

    def _insert(self, body: Body) -> Batch:
        if body.get("BatchRecordType") != "CA":
            raise Problem("RecordInvalid", "The batch record type must be given.")
        bank = self._company.banks.first("code", text_of(body, "BankCode", 8))
        if bank is None:
            raise Problem("FieldInvalid", f"Bank Code {body.get('BankCode')} does not exist.")
        day = (
            self._database.day_of(text_of(body, "BatchDate"), "BatchDate")
            if "BatchDate" in body
            else self._company.today()
        )
        values: Body = {name: text_of(body, name, length) for name, length in TEXTS.items()}
        number = len(self._database.batches) + 1
        batch = Batch(number, {**values, "BatchDate": day, "bank": bank}, made_at=self._company.clock.now())
        for one in body.get("ReceiptsAdjustments", []):
            batch.entries.append(self._entry(batch, one))
        if not batch.entries:
            raise Problem("RecordInvalid", "The batch has no entries.")
        self._database.batches[number] = batch
        if body.get("BatchStatus") == "ReadyToPost":
            self._make_ready(batch)
        return batch

    def _change(self, batch: Batch, body: Body) -> None:
        if batch.status != "Open":
            raise Problem("RecordInvalid", "The batch is not open.")
        for one in body.get("ReceiptsAdjustments", []):
            known = [each for each in batch.entries if each.number == one.get("EntryNumber")]
            match one.get("UpdateOperation", "Unspecified"):
                case "Delete":
                    if not known:
                        raise Problem("RecordNotFound")
                    batch.entries.remove(known[0])
                case "Update":
                    raise Problem("RecordInvalid", "An entry cannot be changed here.")
                case _:  # incomplete or unknown key: a new line (C)
                    batch.entries.append(self._entry(batch, one))
        if body.get("BatchStatus") == "ReadyToPost":
            self._make_ready(batch)

    def _make_ready(self, batch: Batch) -> None:
        batch.status = "ReadyToPost"
        if self._database.options.posts_receipts:
            self._post(batch)

    def _entry(self, batch: Batch, body: Body) -> Entry:
        values: Body = {
            name: text_of(body, name, length) for name, length in ENTRY_TEXTS.items() if name in body
        }
        customer = self._customer(values.get("CustomerNumber", ""))
        day = batch.values["BatchDate"]
        if "ReceiptDateAdjustmentDate" in body:
            name = "ReceiptDateAdjustmentDate"
            day = self._database.day_of(text_of(body, name), name)
        self._company.calendar.require_open(day)
        number = max((each.number for each in batch.entries), default=0) + 1
        kind = values.get("ReceiptTransactionType", "")
        applied = [
            self._applied(customer, one)
            for one in body.get("AppliedReceiptsAdjustments", [])
            if one.get("DocumentNumber")
        ]
        if kind == "ApplyDocument":
            amount = sum((value for _, value in applied), ZERO)
            source = self._document(customer, values.get("DocumentNumber", ""), -1)
            if not applied or amount > -source.outstanding:
                raise Problem("RecordInvalid", "The amount applied exceeds the amount of the document.")
            values.update(source=source, document=values["DocumentNumber"])
        else:
            amount = number_of(
                body.get("CustomerReceiptAmount", body.get("BankReceiptAmount", 0)), "CustomerReceiptAmount"
            )
            if amount <= 0:
                raise Problem("RecordInvalid", "The receipt amount must be greater than zero.")
            values["document"] = f"PP{batch.number:06d}{number:04d}"
        if customer.currency_id != batch.values["bank"].currency_id:
            raise Problem("RecordInvalid", "The bank has another currency than the customer.")
        values.update(customer=customer, day=day, applied=applied, CustomerReceiptAmount=amount)
        return Entry(number, values, values["document"])

    def _customer(self, number: str) -> Customer:
        found = self._company.customers.table.first("code", number)
        if found is None:
            raise Problem("FieldInvalid", f"Customer Number {number} does not exist.")
        return found

    def _applied(self, customer: Customer, body: Body) -> tuple[Transaction, Decimal]:
        amount = number_of(body.get("CustomerReceiptAmount"), "CustomerReceiptAmount")
        invoice = self._document(customer, text_of(body, "DocumentNumber", 22), 1)
        if amount <= 0 or amount > invoice.outstanding:
            raise Problem("RecordInvalid", "The amount applied exceeds the amount due of the document.")
        return invoice, amount

    def _document(self, customer: Customer, number: str, sign: int) -> Transaction:
        for one in self._database.documents():
            if (
                one.customer_id == customer.id
                and self._ledgers.number(one) == number
                and one.gross * sign > 0
            ):
                return one
        raise Problem("FieldInvalid", f"Document {number} does not exist.")

    def _post(self, batch: Batch) -> None:
        receivables = self._company.receivables
        for entry in batch.entries:
            values = entry.values
            posted = values.get("source")
            if posted is None:
                posted = receivables.pay(
                    "receipt",
                    values["customer"],
                    batch.values["bank"],
                    values["CustomerReceiptAmount"],
                    day=values["day"],
                    reference=values.get("CheckReceiptNumber", ""),
                    second_reference=values.get("MatchingDocumentNumber", ""),
                )
                posted.extra.update(
                    document=entry.document,
                    description=values.get("EntryDescription", ""),
                    entered_at=batch.made_at,
                )
            entry.posted = posted.id
            try:
                for invoice, amount in values["applied"]:
                    receivables.allocate([(invoice, amount), (posted, -amount)], day=values["day"])
            except Refusal:  # somebody has paid it meanwhile
                self._refused(batch, entry)
                posted.extra["refused"] = True
        batch.status = "Posted"

    def _refused(self, batch: Batch, entry: Entry) -> None:
        """What cannot be posted comes into an error batch, which stays open for a person."""
        number = max(self._database.batches) + 1
        self._database.batches[number] = Batch(number, batch.values, [entry], made_at=batch.made_at)


def _kept(name: str) -> Value:
    return lambda one: one.values[name]
