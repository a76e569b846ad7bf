"""Checks of what was called, and when: windows, retries, refused credentials.

Shares no code with the hub. Calls are those that the wire has seen; what the hub tried is what it reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tidegate_sandbox.checker import Terms, Verdict

Call = tuple[datetime, str, str, int | None]
"""When, method, path, and the status of the answer; None where none was given."""

SIGN_IN = "/oauth/token"
#: Where a sign-in that has an end is renewed: with a new token, or a new key.
RENEWALS = (SIGN_IN, "/api/apikeys")
#: So many refused calls in a row may be one story: the call, its sign-in renewed, the call once more, and
#: the same again by a process that died before it had noted the first.
MOST_REFUSED = 5


def quiet_in_windows(calls: Iterable[Call], terms: Terms, verdict: Verdict) -> None:
    """Promise 4: no call to the company inside an announced window."""
    for at, method, path, _ in calls:
        for start, end in terms.closed:
            if start <= at < end:
                verdict.add(
                    "windows", path, f"{method} at {at.isoformat()} in the window from {start.isoformat()}"
                )


def one_try_a_cycle(attempts: Mapping[str, Sequence[int]], verdict: Verdict) -> None:
    """Promise 4: nothing is retried within the cycle that failed it. `attempts`: key -> its tries' batches."""
    for key, batches in attempts.items():
        for batch, count in Counter(batches).items():
            if count > 1:
                verdict.add("retry discipline", key, f"{count} tries in batch {batch}")


def every_order_recorded(sent: int, attempts: Mapping[str, Sequence[int]], verdict: Verdict) -> None:
    """Promise 2: what leaves was written down before. More orders sent than tries recorded: some were not."""
    recorded = sum(map(len, attempts.values()))
    if sent > recorded:
        verdict.add("write-ahead", "orders", f"{sent} orders left, {recorded} tries are recorded")


def silent_when_refused(calls: Iterable[Call], fresh_starts: Iterable[datetime], verdict: Verdict) -> None:
    """A system that refuses the credentials is not asked on and on.

    `fresh_starts`: when a person did something about it, and when a process began that may not know of it.
    """
    waiting = sorted(fresh_starts, reverse=True)
    refused = 0
    for at, method, path, status in calls:
        while waiting and waiting[-1] <= at:
            waiting.pop()
            refused = 0
        signing_in = path.endswith(SIGN_IN)
        # 403 at the sign-in server is its front door: it says nothing about the credentials
        if status in (401, 400 if signing_in else 403):
            refused += 1
        elif status is not None and status < 400 and not signing_in:
            refused = 0
        if refused > MOST_REFUSED:
            verdict.add(
                "authentication",
                path,
                f"{method} at {at.isoformat()}: refused {refused} times in a row, and nobody lifted the halt",
            )
            return


def silent_when_forbidden(calls: Iterable[Call], fresh_starts: Iterable[datetime], verdict: Verdict) -> None:
    """A 403 is the end, unless another read with the same sign-in is answered: nothing more before a fresh start.

    But for the same call with the second subscription key, and a renewal that the other read needs since keys live
    minutes. A 401 of the other read is a sign-in that has ended: it is renewed, and the read is made once more (the
    contracts: refresh once, repeat once). Neither a document that may not be deleted nor a sign-in server that is
    closed is a matter of credentials.
    """
    waiting = sorted(fresh_starts, reverse=True)
    forbidden: Call | None = None
    probe: tuple[str, str] | None = None
    asked_again = ended = False
    for call in calls:
        at, method, path, status = call
        while waiting and waiting[-1] <= at:
            waiting.pop()
            forbidden = None
        if forbidden is not None and path.endswith(RENEWALS) and (ended if probe else not asked_again):
            continue
        if forbidden is not None and (method, path) == forbidden[1:3] and status not in (401, 403):
            forbidden = None  # the very same read was the probe, or the second key is good
        elif forbidden is not None and (method, path) != forbidden[1:3]:
            once_more = ended and (method, path) == probe
            if method != "GET" or (probe is not None and not once_more):
                verdict.add(
                    "authentication", path, f"{method} at {at.isoformat()}: after a 403 for {forbidden[2]}"
                )
                return
            probe, ended = (method, path), status == 401 and not once_more
            if status not in (401, 403):
                forbidden = None
            continue
        if status == 403 and method != "DELETE" and not path.endswith(SIGN_IN):
            asked_again = forbidden is not None and (method, path) == forbidden[1:3]
            forbidden, probe, ended = call, None, False
