"""Every kind of alert: how bad it is, whose it is, when it is raised and what ends it.

`docs/alerts.md` shows this list; a failure's own code is a kind, too, by its group.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tidegate.domain.errors import GROUP_OF, Code, Group


class Severity(StrEnum):
    """How bad it is. Quiet hours keep back everything that is not critical."""

    CRITICAL = "critical"  #: work has stopped, or may go wrong, until somebody acts
    WARNING = "warning"  #: somebody should act today
    INFO = "info"  #: good to know


class Role(StrEnum):
    """Who acts."""

    OPERATOR = "operator"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"


RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


@dataclass(frozen=True, slots=True)
class AlertKind:
    """One kind. `when` and `ends` are sentences for users, as in `docs/alerts.md`."""

    code: str
    severity: Severity
    role: Role
    title: str
    when: str
    ends: str


KINDS: dict[str, AlertKind] = {
    kind.code: kind
    for kind in (
        AlertKind(
            "halted",
            Severity.CRITICAL,
            Role.OPERATOR,
            "connection halted",
            (
                "a connection is halted and no other open alert gives the reason: a person halted it, or "
                "its alert was cleared"
            ),
            "the connection is lifted",
        ),
        AlertKind(
            "oldest-waiting",
            Severity.WARNING,
            Role.OPERATOR,
            "oldest record waits too long",
            (
                "the oldest delivery has waited for longer than `alerts.oldest_hours`, for whatever "
                "reason; hours in which the company is closed count, too"
            ),
            "no delivery has waited that long",
        ),
        AlertKind(
            "parcel-overdue",
            Severity.WARNING,
            Role.OPERATOR,
            "parcel overdue",
            "a company has not fetched, imported or answered a parcel for longer than `alerts.parcel_hours`, or the parcel has expired",
            "the parcel has its result",
        ),
        AlertKind(
            "cycle-overdue",
            Severity.WARNING,
            Role.OPERATOR,
            "cycle overdue",
            "a cycle should have begun more than 15 minutes ago and has not",
            "the cycle runs",
        ),
        AlertKind(
            "window-overrun",
            Severity.WARNING,
            Role.OPERATOR,
            "work does not fit into the window",
            (
                "the company closed while deliveries had been waiting to be sent for more than "
                "`alerts.overrun_minutes`"
            ),
            "the company is open and no delivery has waited that long",
        ),
        AlertKind(
            "company-locked",
            Severity.WARNING,
            Role.OPERATOR,
            "company closed outside its windows",
            (
                "a company that should be open has answered that it is locked, or has not answered, for "
                "more than `alerts.overrun_minutes`"
            ),
            "the company answers",
        ),
        AlertKind(
            "seats-exhausted",
            Severity.WARNING,
            Role.OPERATOR,
            "no seat free",
            "a cycle ended because no seat of the company was free",
            "a cycle of the flow gets a seat",
        ),
        AlertKind(
            "call-budget",
            Severity.WARNING,
            Role.OPERATOR,
            "budget nearly spent",
            "more than `alerts.budget_percent` of an allowance of the company (calls, metered units, bytes, seat-seconds) is used",
            "less than that is used in the period of the allowance",
        ),
        AlertKind(
            "credential-expiring",
            Severity.WARNING,
            Role.ADMINISTRATOR,
            "credential expires",
            "a sign-in or consent is missing, has ended, or ends within `alerts.credential_days`",
            "a person has signed in or consented again",
        ),
        AlertKind(
            "reconciliation",
            Severity.WARNING,
            Role.FINANCE,
            "books differ",
            (
                "an invoice, ledger entry, tax code or account differs between Magento and Sage; an order "
                "that differs raises `books-differ` instead"
            ),
            "a reconciliation that finds no difference in it",
        ),
        AlertKind(
            "not-compared",
            Severity.WARNING,
            Role.FINANCE,
            "books not compared",
            (
                "a reconciliation is due and could not read store, company and books for more than "
                "`alerts.not_compared_hours`"
            ),
            "a reconciliation that compares everything",
        ),
        AlertKind(
            "cancelled-in-magento",
            Severity.WARNING,
            Role.FINANCE,
            "cancelled in Magento only",
            (
                "the reconciliation finds an order that is cancelled or refunded in full in Magento and "
                "still open in Sage"
            ),
            "a reconciliation that finds both sides equal",
        ),
        AlertKind(
            "cancelled-in-sage",
            Severity.WARNING,
            Role.FINANCE,
            "cancelled in Sage only",
            "the reconciliation finds an order that is cancelled in Sage and still open in Magento",
            "a reconciliation that finds both sides equal",
        ),
        AlertKind(
            "partly-cancelled",
            Severity.WARNING,
            Role.FINANCE,
            "cancelled in part on one side",
            "the reconciliation finds that Magento and Sage have taken back different parts of an order",
            "a reconciliation that finds both sides equal",
        ),
        AlertKind(
            "bulk-consumer",
            Severity.CRITICAL,
            Role.ADMINISTRATOR,
            "the store's message queue has stopped",
            (
                "the store's message queue does not process the stock updates in it: start its consumer "
                '`async.operations.all`, or set `bulk = "sync"` for the store'
            ),
            "the queue has processed them",
        ),
        AlertKind(
            "drift",
            Severity.INFO,
            Role.OPERATOR,
            "values changed in the store",
            (
                "a full comparison found values in the store that somebody else had changed after Tidegate "
                "wrote them"
            ),
            "the next full comparison that finds none",
        ),
        AlertKind(
            "lost-write",
            Severity.WARNING,
            Role.OPERATOR,
            "stock was not written",
            (
                "the store answered that stock was written, but reading it back showed other numbers; they "
                "are written again"
            ),
            "a person clears it",
        ),
        AlertKind(
            "unreadable-rows",
            Severity.WARNING,
            Role.OPERATOR,
            "unreadable records",
            (
                "records of Sage or of the store cannot be read: a figure is missing or is not a number, "
                "or a field has the wrong type"
            ),
            "a cycle that can read all of them",
        ),
        AlertKind(
            "postings-refused",
            Severity.WARNING,
            Role.FINANCE,
            "postings that Sage refuses",
            (
                "documents of web orders are in Sage's sales ledger and its general ledger refuses to post them, "
                "e.g. because their period is locked: no account has them"
            ),
            "a reading that finds them posted",
        ),
        AlertKind(
            "on-hold-in-store",
            Severity.INFO,
            Role.OPERATOR,
            "put on hold after it was sent",
            "an order was put on hold in Magento after it had gone to Sage",
            "the hold ends, or Sage's order is on hold, too",
        ),
        AlertKind(
            "ended-early",
            Severity.WARNING,
            Role.OPERATOR,
            "a flow ends early again and again",
            (
                "three or more cycles of a flow in a row ended early, because a call that was not about "
                "one record failed"
            ),
            "a cycle that does not end early",
        ),
        AlertKind(
            "fault",
            Severity.CRITICAL,
            Role.ADMINISTRATOR,
            "error of Tidegate",
            (
                "an error of Tidegate itself ended a cycle; the log has the details, and the next cycles "
                "run as usual"
            ),
            "a cycle that does not end early",
        ),
        AlertKind(
            "clock-changed",
            Severity.WARNING,
            Role.ADMINISTRATOR,
            "clock jump",
            (
                "this machine's clock was put back or forward by a minute or more; a machine that was "
                "suspended looks the same"
            ),
            "the clock has not jumped for a day",
        ),
        AlertKind(
            "clock-skew",
            Severity.WARNING,
            Role.ADMINISTRATOR,
            "clocks differ",
            "the store's clock and this machine's are more than five minutes apart",
            "they are less than five minutes apart",
        ),
        AlertKind(
            "disk-space",
            Severity.CRITICAL,
            Role.ADMINISTRATOR,
            "disk nearly full",
            "less than `hub.disk_free_mb` is free on the disk of the SQLite ledger",
            "enough is free",
        ),
        AlertKind(
            "counters-differ",
            Severity.WARNING,
            Role.ADMINISTRATOR,
            "kept counters are wrong",
            "the nightly count finds another number than a counter of the tally that the ledger keeps",
            "the next night's count finds them right",
        ),
        AlertKind(
            "second-hub",
            Severity.CRITICAL,
            Role.ADMINISTRATOR,
            "second hub",
            "another `tidegate run` works with the same ledger; leases keep them apart, but only one should run",
            "the other one has ended, or has not reported for five minutes",
        ),
        AlertKind(
            "notification-failed",
            Severity.WARNING,
            Role.ADMINISTRATOR,
            "alerts do not arrive",
            "a message to a target of `[notify]` failed three times; Tidegate goes on trying",
            "a message to the target arrives",
        ),
    )
}

#: Failures that are about money or books rather than about a record's way.
_OF_FINANCE = {Code.TOTALS_DIFFER, Code.BOOKS_DIFFER, Code.PERIOD_CLOSED, Code.UNMAPPED_TAX}
_BY_PERSON = "the record is sent again, is confirmed, or a person has decided"
_BY_GROUP: dict[Group, tuple[Severity, Role, str, str]] = {
    Group.HALT_AND_ALERT: (
        Severity.CRITICAL,
        Role.ADMINISTRATOR,
        "Sage or Magento refuses access: the connection halts, and the alert is raised at once",
        "the connection is lifted, by a person or by a new sign-in",
    ),
    Group.REVIEW: (
        Severity.WARNING,
        Role.OPERATOR,
        "a record waits for a person's decision",
        _BY_PERSON,
    ),
    Group.HOLD_FOR_FIX: (
        Severity.WARNING,
        Role.OPERATOR,
        "records wait for something that is missing; one alert for each missing thing",
        "nothing waits for it any more",
    ),
}
_REPEATED = (
    Severity.WARNING,
    Role.OPERATOR,
    "a record has failed in `alerts.failures` cycles (three)",
    "the record is sent, or a person has decided",
)


def kind_of(code: str) -> AlertKind:
    """The kind of an alert by its code; a failure's by its group, an unknown code as a warning to operators."""
    known = KINDS.get(code)
    if known is not None:
        return known
    if code not in set(Code):
        return AlertKind(code, Severity.WARNING, Role.OPERATOR, words(code), "", "")
    severity, role, when, ends = _BY_GROUP.get(GROUP_OF[Code(code)], _REPEATED)
    if code in _OF_FINANCE:
        role = Role.FINANCE
    return AlertKind(code, severity, role, words(code), when, ends)


def words(code: str) -> str:
    """A code as a title: `not-authenticated` becomes `not authenticated`."""
    return code.replace("-", " ")
