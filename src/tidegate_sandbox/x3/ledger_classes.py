"""Open items, payments and accounting entries as REST shows them (contract §11; fields.json)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.journal import Journal, Row
from tidegate_sandbox.erp.receivable import Transaction
from tidegate_sandbox.x3.folder import COMPANY, Folder
from tidegate_sandbox.x3.rest_class import RestClass, Value

TYPES = {"invoice": "SIN", "credit_note": "SCR", "receipt": "REC", "refund": "REF"}
MONEY = ("receipt", "refund")


class Ledgers:
    """Accounts receivable and the ledger behind them, of one folder."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._company = folder.company

    def classes(self) -> list[RestClass]:
        """All of them."""
        return [
            self._due_dates(),
            self._payments(),
            self._payment_lines(),
            self._entries(),
            self._entry_lines(),
        ]

    def number(self, one: Transaction) -> str:
        """The document's number: of a payment the one that X3 gives it."""
        return one.reference if one.kind not in MONEY else f"PAY{one.id:07d}"

    def _posted(self, *, money: bool) -> Iterator[Transaction]:
        return (one for one in self._folder.entries() if (one.kind in MONEY) is money)

    def _named(self, value: Any, *, money: bool) -> Iterable[Transaction]:
        table = self._company.receivables.table
        found: Iterable[Transaction]
        if money:
            id = str(value).removeprefix("PAY")
            one = table.get(int(id)) if id.isdigit() else None
            found = [one] if one is not None else []
        else:
            found = table.find("reference", value)
        posted = {one.id for one in self._folder.entries()}
        return [
            one
            for one in found
            if one.id in posted and (one.kind in MONEY) is money and self.number(one) == value
        ]

    # Due dates

    def _due_dates(self) -> RestClass:
        folder = self._folder
        fields: dict[str, Value] = {
            "TYP": lambda one: TYPES[one.kind],
            "NUM": self.number,
            "DUDLIG": lambda _one: 1,
            "CPY": lambda _one: COMPANY,
            "FCY": lambda _one: "FR011",
            "BPR": lambda one: folder.account(one.customer_id),
            "BPRPAY": lambda one: folder.account(one.customer_id),
            "DUDDAT": lambda one: folder.day(one.due_date),
            "CUR": self._currency,
            "AMTCUR": lambda one: abs(one.gross),
            "PAYCUR": lambda one: abs(one.allocated) - self._temporary(one),
            "TMPCUR": self._temporary,
            "PAYDAT": lambda one: folder.day(one.settled_on),
            "FLGCLE": lambda one: 2 if one.outstanding == 0 and not self._temporary(one) else 1,
            "SNS": lambda one: 1 if one.gross >= 0 else -1,
            "UPDDATTIM": lambda one: folder.moment(one.updated_at),
        }
        return RestClass(
            name="GACCDUDATE",
            key=("TYP", "NUM", "DUDLIG"),
            fields=fields,
            rows=lambda: self._posted(money=False),
            lookups={"NUM": lambda value: self._named(value, money=False)},
        )

    def _temporary(self, one: Transaction) -> Decimal:
        """What payments that are not final yet have paid."""
        return Decimal(one.extra.get("temporary", 0))

    def _currency(self, one: Transaction) -> str:
        return self._folder.currency(self._company.customers.table[one.customer_id].currency_id)

    # Payments

    def _payments(self) -> RestClass:
        folder = self._folder
        fields: dict[str, Value] = {
            "NUM": self.number,
            "CPY": lambda _one: COMPANY,
            "FCY": lambda _one: "FR011",
            "BPR": lambda one: folder.account(one.customer_id),
            "ACCDAT": lambda one: folder.day(one.date),
            "CUR": self._currency,
            "AMTCUR": lambda one: abs(one.gross),
            "REF": lambda one: one.reference,
            "DES": lambda one: one.second_reference,
            "BAN": self._bank,
            "STAFLG": lambda _one: 9,
            "PAYTYP": lambda one: TYPES[one.kind],
            "UPDDATTIM": lambda one: folder.moment(one.updated_at),
        }
        return RestClass(
            name="PAYMENTH",
            key=("NUM",),
            fields=fields,
            rows=lambda: self._posted(money=True),
            lookups={"NUM": lambda value: self._named(value, money=True)},
        )

    def _bank(self, one: Transaction) -> str:
        found = self._company.banks.get(one.bank_id)
        return found.code if found is not None else ""

    def _payment_lines(self) -> RestClass:
        receivables = self._company.receivables.table
        Part = tuple[Transaction, int, Transaction, Decimal]

        def parts(found: Iterable[Transaction]) -> Iterator[Part]:
            for one in found:
                for at, match in enumerate(one.matches, 1):
                    yield one, 1000 * at, receivables[match.other_ids[0]], abs(match.value)

        fields: dict[str, Value] = {
            "NUM": lambda one: self.number(one[0]),
            "LIN": lambda one: one[1],
            "VCRTYP": lambda one: TYPES[one[2].kind],
            "VCRNUM": lambda one: self.number(one[2]),
            "DUDLIG": lambda _one: 1,
            "AMTLIN": lambda one: one[3],
            "AMTLIN2": lambda one: one[3],
            "CURLIN": lambda one: self._currency(one[0]),
            "BPRINV": lambda one: self._folder.account(one[2].customer_id),
        }
        return RestClass(
            name="PAYMENTD",
            key=("NUM", "LIN"),
            fields=fields,
            rows=lambda: parts(self._posted(money=True)),
            lookups={
                "NUM": lambda value: parts(self._named(value, money=True)),
                "VCRNUM": lambda value: (
                    part for part in parts(self._posted(money=True)) if self.number(part[2]) == value
                ),
            },
        )

    # Accounting entries

    def _journals(self) -> Iterator[Journal]:
        hidden = {one.id for one in self._company.receivables.table} - {
            one.id for one in self._folder.entries()
        }
        return (
            one for one in self._company.ledger.journals if one.is_posted and one.transaction_id not in hidden
        )

    def _source(self, journal: Journal) -> str:
        posted = self._company.receivables.table.get(journal.transaction_id)
        return self.number(posted) if posted is not None else ""

    def _entry_type(self, journal: Journal) -> str:
        posted = self._company.receivables.table.get(journal.transaction_id)
        return TYPES[posted.kind] if posted is not None else "GEN"

    def _entry_number(self, journal: Journal) -> str:
        """As its source, where there is one: a second entry of it has a number behind."""
        source = self._source(journal)
        if not source:
            return f"GEN{journal.urn:07d}"
        same = [one for one in self._company.ledger.by_urn(journal.urn) if one.is_posted]
        at = same.index(journal) if journal in same else 0
        return source if not at else f"{source}-{at + 1}"

    def _entries(self) -> RestClass:
        folder = self._folder
        fields: dict[str, Value] = {
            "TYP": self._entry_type,
            "NUM": self._entry_number,
            "CPY": lambda _one: COMPANY,
            "FCY": lambda _one: "FR011",
            "JOU": lambda one: "VEN" if self._source(one) else "OD",
            "ACCDAT": lambda one: folder.day(one.date),
            "REF": lambda one: one.reference,
            "BPRVCR": self._source,
            "STA": lambda _one: 2,
            "FNLPSTNUM": lambda one: f"{one.urn:08d}",
        }
        return RestClass(
            name="GACCENTRY",
            key=("TYP", "NUM"),
            fields=fields,
            rows=self._journals,
            lookups={"BPRVCR": self._of_source, "NUM": self._numbered},
        )

    def _of_source(self, value: Any) -> list[Journal]:
        named = [*self._named(value, money=False), *self._named(value, money=True)]
        return [
            journal
            for one in named
            for journal in self._company.ledger.by_urn(one.urn)
            if journal.is_posted and journal.transaction_id == one.id
        ]

    def _numbered(self, value: Any) -> list[Journal]:
        found = [
            one for one in self._of_source(str(value).partition("-")[0]) if self._entry_number(one) == value
        ]
        if found or not str(value).startswith("GEN"):
            return found
        return [one for one in self._journals() if self._entry_number(one) == value]

    def _entry_lines(self) -> RestClass:
        Part = tuple[Journal, int, Row]

        def parts(found: Iterable[Journal]) -> Iterator[Part]:
            for one in found:
                yield from ((one, at, row) for at, row in enumerate(one.rows, 1))

        fields: dict[str, Value] = {
            "TYP": lambda one: self._entry_type(one[0]),
            "NUM": lambda one: self._entry_number(one[0]),
            "LIN": lambda one: one[1],
            "LEDTYP": lambda _one: 1,
            "ACC": lambda one: one[2].target.account,
            "SNS": lambda one: 1 if one[2].debit >= one[2].credit else -1,
            "AMTCUR": lambda one: abs(one[2].debit - one[2].credit),
            "AMTLOC": lambda one: abs(one[2].debit - one[2].credit),
            "DES": lambda one: one[2].narrative,
        }
        return RestClass(
            name="GACCENTRYD",
            key=("TYP", "NUM", "LIN", "LEDTYP"),
            fields=fields,
            rows=lambda: parts(self._journals()),
            lookups={"NUM": lambda value: parts(self._numbered(value))},
        )
