"""The cycle of a flow that keeps the store as the company has it: only what differs is written.

The ledger's mirror holds what was written to the store. Each batch is recorded before it leaves; an item
without a clear answer is read back before it is written again; one bad item harms only itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from tidegate.domain.cadence import parse_every
from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.policy import after_failure
from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.flows import drift
from tidegate.flows.cycle import Cycle
from tidegate.flows.fence import fenced
from tidegate.flows.item_words import name_of, value_in_words
from tidegate.flows.writing.attempts import commit_mirrored
from tidegate.ledger import alerts, marks, mirror
from tidegate.ledger.database import transaction
from tidegate.ledger.mirror import MirrorItem
from tidegate.magento.whose_fault import patiently

#: The beginning of a wanted value that is not for the store: why the item is left out.
LEFT_OUT = "left out: "
#: What the store shall not have.
GONE = "-"
#: More than any mirror has open.
ALL = 100_000_000
DRIFT = "drift"
#: A cycle does not write for longer: a store takes most of a second for some calls. The rest waits.
LONGEST = timedelta(minutes=15)
#: Most names in one alert; the rest is counted.
NAMED = 5


class Writer(Protocol):
    """Writes a flow's items into the store, and reads them there."""

    @property
    def flow(self) -> str:
        """The flow of the items."""
        ...

    def together(self, items: Sequence[MirrorItem]) -> Sequence[MirrorItem]:
        """The first items, as many as one call may carry."""
        ...

    def write(self, items: Sequence[MirrorItem]) -> Mapping[str, Failure] | Failure:
        """Write them; the failed ones by key, or the failure of the whole call."""
        ...

    def read(self, keys: Sequence[str]) -> Mapping[str, str] | Failure:
        """What the store has, "" where it has nothing; an entry for every key."""
        ...


def recover(cycle: Cycle, writer: Writer) -> None:
    """First act of a cycle: what an earlier one began without hearing an answer is read back."""
    with transaction("reclaim"):
        cycle.count("in_doubt", mirror.reclaim(cycle.lease, cycle.now()))
    while cycle.now() - cycle.started < LONGEST:
        items = mirror.doubtful(cycle.name, cycle.flow, cycle.now())
        if not items:
            return
        there, bad = seen(writer, items)
        if isinstance(there, Failure):
            cycle.call_failed(there, of_company=False)
            return
        cycle.keep_lease()
        with transaction("observe"):
            mirror.observe(cycle.lease, cycle.name, there, cycle.now())
        if bad:
            settle(cycle, [item for item in items if item.key in bad], bad)


def seen(
    writer: Writer, items: Sequence[MirrorItem]
) -> tuple[Mapping[str, str] | Failure, dict[str, Failure]]:
    """The store's values of the items, and the items whose reading raised an unforeseen error."""
    found = fenced(name_of(writer.flow, items[0].key), lambda: writer.read([item.key for item in items]))
    if not isinstance(found, Failure) or found.code is not Code.UNFORESEEN:
        return found, {}
    if len(items) == 1:
        return {}, {items[0].key: found}
    half = len(items) // 2
    (first, bad), (second, worse) = seen(writer, items[:half]), seen(writer, items[half:])
    if isinstance(first, Failure) or isinstance(second, Failure):
        return first if isinstance(first, Failure) else second, {}
    return {**first, **second}, {**bad, **worse}


def want(cycle: Cycle, wanted: Mapping[str, str], left_out: Mapping[str, str], gone: Sequence[str]) -> int:
    """Record in the mirror what the store shall have; returns how many items are new to be sent. In a transaction."""
    now = cycle.now()
    skipped = mirror.listing(cycle.name, cycle.flow, states=(State.SKIPPED,), limit=ALL)
    again = [item.key for item in skipped if item.key in wanted]
    new = mirror.want(cycle.name, cycle.flow, wanted, now, gone=gone)
    mirror.retry(cycle.name, cycle.flow, again, now)
    if left_out:
        mirror.want(cycle.name, cycle.flow, {key: LEFT_OUT + why for key, why in left_out.items()}, now)
        skip = [
            Verdict(item.id, "n", text=item.wanted.removeprefix(LEFT_OUT))
            for item in mirror.listing(cycle.name, cycle.flow, states=(State.QUEUED,), limit=ALL)
            if item.wanted.startswith(LEFT_OUT)
        ]
        mirror.settle(cycle.lease, skip, now)
    return new + len(again)


def send(cycle: Cycle, writer: Writer, size: int) -> None:
    """Write what is due, batch by batch, in the order of the keys."""
    after: MirrorItem | None = None
    while cycle.may_go_on() and not cycle.should_stop() and cycle.now() - cycle.started < LONGEST:
        items = mirror.due(cycle.name, cycle.flow, cycle.now(), size, after)
        if not items:
            break
        meant = leave_out(cycle, items)
        batch = writer.together(meant) if meant else []
        after = batch[-1] if batch else items[-1]
        if not batch:
            continue
        leaving = commit_mirrored(cycle, batch)
        if leaving:
            settle(cycle, leaving, written(writer, leaving))
    finish(cycle)


def leave_out(cycle: Cycle, items: Sequence[MirrorItem]) -> Sequence[MirrorItem]:
    """Those that are for the store: skip items whose value is only a reason, even if they were queued again."""
    skip = [
        Verdict(item.id, "n", text=item.wanted.removeprefix(LEFT_OUT))
        for item in items
        if item.wanted.startswith(LEFT_OUT)
    ]
    if not skip:
        return items
    with transaction("settle"):
        mirror.settle(cycle.lease, skip, cycle.now())
    return [item for item in items if not item.wanted.startswith(LEFT_OUT)]


def written(writer: Writer, items: Sequence[MirrorItem]) -> Mapping[str, Failure]:
    """The failures by key. A refused call is halved until it holds only the item that fails."""
    answer = fenced(name_of(writer.flow, items[0].key), lambda: writer.write(items))
    if not isinstance(answer, Failure):
        return answer
    if answer.group is Group.REVIEW and len(items) > 1:
        half = len(items) // 2
        first = written(writer, items[:half])
        end = next((each for each in first.values() if each.ends_cycle), None)
        rest = dict.fromkeys((item.key for item in items[half:]), end) if end else None
        return {**first, **(rest or written(writer, items[half:]))}
    return {item.key: answer for item in items}


def settle(cycle: Cycle, items: Sequence[MirrorItem], failures: Mapping[str, Failure]) -> None:
    """Commit what became of the items; each kind of failure has its consequences once."""
    now, verdicts, followed = cycle.now(), [], set()
    for item in items:
        failure = failures.get(item.key)
        if failure is None:
            verdicts.append(Verdict(item.id, "c"))
            continue
        failure = patiently(failure, item.failures)
        ruling = after_failure(
            failure,
            failures_before=item.failures,
            threshold=cycle.connection.settings.alerts.failures,
            now=now,
            delivery_id=item.id,
            attempt_id=item.id,
        )
        verdicts.append(ruling.verdict)
        cycle.count({"d": "in_doubt", "h": "review", "i": "held"}.get(ruling.verdict.letter, "failed"))
        if failure.ends_cycle and failure.code not in followed:
            consequence = ruling.consequence
            if not consequence.halt:
                consequence = replace(consequence, alert=None)  # `finish` has one for all values of the flow
            cycle.follow(failure, consequence, name_of(cycle.flow, item.key), of_company=False)
            followed.add(failure.code)
        if failure.ends_cycle:
            cycle.end(failure)
    with transaction("settle"):
        mirror.settle(cycle.lease, verdicts, now)
    confirmed = sum(verdict.letter == "c" for verdict in verdicts)
    cycle.count("sent", len(items))
    cycle.count("confirmed", confirmed)
    unclear = next((each for each in failures.values() if each.group is Group.VERIFY_FIRST), None)
    cycle.heard(unclear if not confirmed else None)


def finish(cycle: Cycle) -> None:
    """Drop what the store no longer has, fold the snapshot, and report what people must hear of.

    That is what waits for them, and what has failed as often as `alerts.failures` says, refused or in doubt, and is
    tried again all the same.
    """
    now = cycle.now()
    confirmed = mirror.listing(cycle.name, cycle.flow, states=(State.CONFIRMED,), limit=ALL)
    with transaction("fold"):
        mirror.drop(cycle.name, cycle.flow, [item.key for item in confirmed if item.sent == GONE], now)
        mirror.fold(cycle.name, cycle.flow, now)
    waiting = mirror.not_written(cycle.name, cycle.flow, cycle.connection.settings.alerts.failures)
    counted = Counter(item.reason_code for item in waiting)
    with transaction("alert"):
        for code, count in counted.items():
            first = next(item for item in waiting if item.reason_code == code)
            value = f" ({value_in_words(first.wanted)})" if cycle.flow in drift.NAMELESS else ""
            text = (
                f"{count} {'value' if count == 1 else 'values'} of the flow {cycle.flow} not written to the store. "
                f"The first is the {name_of(cycle.flow, first.key)}{value}: {first.reason}. "
                f"`tidegate items list {cycle.name} {cycle.flow}` shows all"
            )
            alerts.raise_alert(code, cycle.name, cycle.flow, text, now)
        for alert in alerts.open_alerts(cycle.name):
            if alert.subject == cycle.flow and alert.code in set(Code) - set(counted):
                alerts.clear_alert(alert.code, cycle.name, cycle.flow, now)


def full_is_due(cycle: Cycle, every: str) -> bool:
    """Whether everything is to be read and compared, on both sides."""
    last = marks.read(_full(cycle))
    cycle.all_read = last is None or cycle.now() - datetime.fromisoformat(last) >= parse_every(every)
    return cycle.all_read


def full_is_done(cycle: Cycle) -> None:
    """Everything was compared now. In a transaction."""
    marks.write(_full(cycle), cycle.started.isoformat(), cycle.now())


def _full(cycle: Cycle) -> str:
    return f"full:{cycle.name}:{cycle.flow}"


def compare(
    cycle: Cycle, there: Mapping[str, str], rule: str, extra: Mapping[str, str] | None = None
) -> None:
    """Find drift: what was changed in the store after Tidegate wrote it. Once in a full compare.

    What the ledger never wrote is taken as written, so that the first load sends only what differs. `extra` is
    what the store has and nothing wants. Drift is put right, or only shown, by `rule`.
    """
    sent_before = dict(mirror.settled(cycle.name, cycle.flow).iter_rows())
    known = sent_before.keys() | {item.key for item in mirror.listing(cycle.name, cycle.flow, limit=ALL)}
    first = not known
    drifted = {
        key: value
        for key, value in there.items()
        if key in sent_before
        and sent_before[key] not in (value, GONE)
        and not sent_before[key].startswith(LEFT_OUT)
    }
    stray = {key: value for key, value in (extra or {}).items() if key not in known}
    with transaction("compare"):
        now = cycle.now()
        mirror.baseline(
            cycle.name,
            cycle.flow,
            {key: value for key, value in there.items() if value and key not in known},
            now,
        )
        if rule == "correct":
            mirror.observe(cycle.lease, cycle.name, drifted, now)
            mirror.baseline(cycle.name, cycle.flow, stray, now)
            mirror.want(cycle.name, cycle.flow, dict.fromkeys(stray, GONE), now)
        drift.keep(cycle, {key: (sent_before[key], value) for key, value in drifted.items()}, stray)
        found = sorted(drifted.keys() | stray.keys())
        if found and not first:
            then = "They are written again" if rule == "correct" else 'They stay, by drift = "show"'
            names = "; ".join(name_of(cycle.flow, key) for key in found[:NAMED])
            more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
            text = (
                f"somebody else changed values of the flow {cycle.flow} in the store. {then}: {names}{more}"
            )
            alerts.raise_alert(DRIFT, cycle.name, cycle.flow, text, now)
        elif not found:
            alerts.clear_alert(DRIFT, cycle.name, cycle.flow, now)


def missing(cycle: Cycle) -> set[str]:
    """What the flow's held items wait for, as `kind:name`."""
    held = mirror.listing(cycle.name, cycle.flow, states=(State.HELD,), limit=ALL)
    return {item.waits_for for item in held}


def appeared(cycle: Cycle, names: Iterable[str]) -> None:
    """Queue the items whose prerequisite exists by now."""
    with transaction("release"):
        cycle.count("released", mirror.release(cycle.name, names, cycle.now()))
