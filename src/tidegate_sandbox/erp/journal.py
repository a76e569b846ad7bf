"""The nominal ledger: balanced entries under one number (URN), and the posting run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date as Day
from decimal import Decimal

from tidegate_sandbox.erp.company_setup import CompanySetup
from tidegate_sandbox.erp.money import ZERO
from tidegate_sandbox.erp.nominal import NominalAccount, Target
from tidegate_sandbox.erp.record import Record
from tidegate_sandbox.erp.refusal import Refusal


@dataclass(slots=True, kw_only=True, eq=False)
class Row(Record):
    """One row of a journal: a debit or a credit on one account."""

    journal_id: int
    account_id: int
    target: Target
    debit: Decimal
    credit: Decimal
    narrative: str


@dataclass(slots=True, kw_only=True, eq=False)
class Journal(Record):
    """Rows that balance, and share one URN."""

    urn: int
    date: Day
    period_id: int
    period_number: int
    source: str  #: orders, sales, stock, cash
    reference: str
    user: str
    is_posted: bool = True  #: False while it waits for the posting run
    rows: list[Row] = field(default_factory=list)
    transaction_id: int | None = None  #: the sales ledger transaction, where there is one


class Ledger:
    """The nominal ledger of one company; its trial balance is zero at every moment."""

    def __init__(self, company: CompanySetup) -> None:
        self._company = company
        self.journals: list[Journal] = []
        self.rows: list[tuple[Journal, Row]] = []
        self.runs = 0
        self._by_urn: dict[int, list[Journal]] = {}
        self._by_target: dict[Target, NominalAccount] = {}

    def account(self, target: Target) -> NominalAccount:
        """The account a value is posted to; the account without its divisions stands in for them.

        Refusal ``unknown`` when there is none.
        """
        found = self._by_target.get(target) or self._by_target.get(Target(target.account))
        if found is None:
            raise Refusal("unknown", f"The nominal account {target.account} does not exist.", "account")
        return found

    def has(self, target: Target) -> bool:
        """Whether exactly this account, cost centre and department exists."""
        return target in self._by_target

    def open_account(self, account: NominalAccount) -> None:
        """Make an account known to the ledger."""
        self._by_target[account.target] = account

    def control(self, name: str) -> Target:
        """The account that the company posts a kind of value to, such as ``debtors``."""
        for account in self._by_target.values():
            if account.control == name:
                return account.target
        raise Refusal("unknown", f"No control account for {name}.")

    def post(
        self,
        day: Day,
        source: str,
        reference: str,
        entries: Sequence[tuple[Target, Decimal, str]],
        *,
        user: str = "",
        urn: int | None = None,
        at_once: bool = False,
    ) -> Journal:
        """Post entries of (account, value, narrative); a debit is positive, zero is left out.

        All rows share one URN; ``at_once`` does not wait for the posting run. Refusal ``invalid`` when they do not balance, ``closed_period`` when the day's
        period is closed, ``unknown`` for an account that does not exist.
        """
        company = self._company
        if sum((value for _, value, _ in entries), ZERO) != 0:
            raise Refusal("invalid", "The journal does not balance.")
        period = company.calendar.require_open(day)
        accounts = [(self.account(target), target, value, text) for target, value, text in entries if value]
        stamp = company.stamp()
        journal = Journal(
            id=company.ids.next(),
            created_at=stamp,
            updated_at=stamp,
            urn=company.urns.next() if urn is None else urn,
            date=day,
            period_id=period.id,
            period_number=period.number,
            source=source,
            reference=reference,
            user=user or company.user,
            is_posted=at_once or company.rules.posting == "immediate",
        )
        for account, target, value, text in accounts:
            journal.rows.append(
                Row(
                    id=company.ids.next(),
                    created_at=stamp,
                    updated_at=stamp,
                    journal_id=journal.id,
                    account_id=account.id,
                    target=target,
                    debit=max(value, ZERO),
                    credit=max(-value, ZERO),
                    narrative=text,
                )
            )
        self.journals.append(journal)
        self._by_urn.setdefault(journal.urn, []).append(journal)
        if journal.is_posted:
            self._book(journal)
        return journal

    def _book(self, journal: Journal) -> None:
        journal.is_posted = True
        accounts = self._company.nominal_accounts
        for row in journal.rows:
            account = accounts[row.account_id]
            account.debits += row.debit
            account.credits += row.credit
            self.rows.append((journal, row))

    def by_urn(self, urn: int) -> list[Journal]:
        """The journals under one URN."""
        return self._by_urn.get(urn, [])

    def waiting(self) -> list[Journal]:
        """Journals that wait for the posting run."""
        return [journal for journal in self.journals if not journal.is_posted]

    def run(self) -> int:
        """The posting run: book every waiting journal; how many there were."""
        waiting = self.waiting()
        for journal in waiting:
            self._book(journal)
        self.runs += 1
        return len(waiting)

    def trial_balance(self) -> Decimal:
        """Debits less credits of all accounts: zero."""
        return sum((account.balance for account in self._company.nominal_accounts), ZERO)
