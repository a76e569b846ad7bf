"""Exit codes: what a script may rely on. `docs/commands.md` tells the same."""

from __future__ import annotations

from typing import Final

FINE: Final = 0  #: done, nothing to object to
FOUND: Final = 1  #: done, and something was found: a check failed, the account does not add up, a violation
USAGE: Final = 2  #: the command line itself is wrong
CONFIGURATION: Final = 3  #: the configuration cannot be used, or a secret is missing
LEDGER: Final = 4  #: the ledger cannot be used
UNKNOWN: Final = 5  #: no such order, delivery, connection, company, flow, reason or alert
STOPPED: Final = 6  #: nothing was done: the connection is halted, or another worker is busy with it
UNREAD: Final = (
    141  #: whoever read the output has gone, as `head` does: by custom 128 and the signal's number
)
BUG: Final = 70  #: an error that Tidegate did not foresee; please report it

MEANINGS: Final = {
    FINE: "done, no problem found",
    FOUND: "done, but something needs a person",
    USAGE: "the command line is wrong",
    CONFIGURATION: "the configuration cannot be used",
    LEDGER: "the ledger cannot be used",
    UNKNOWN: "there is no such order, delivery, connection, company, flow, reason or alert",
    STOPPED: "nothing was done: halted, or another worker is busy",
    BUG: "an unforeseen error of Tidegate itself",
    UNREAD: "the program that read the output ended, as with `tidegate status \\| head`",
}
