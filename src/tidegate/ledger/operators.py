"""What a person can do with one delivery. Each function says what it did, or what is possible instead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tidegate.domain.states import State
from tidegate.domain.verdict import Verdict
from tidegate.ledger import models
from tidegate.ledger.database import inside
from tidegate.ledger.faults import NotAllowed, NotFound
from tidegate.ledger.verdicts import carry_out


@dataclass(frozen=True, slots=True)
class Done:
    """What an operator's order did."""

    delivery_id: int
    before: State
    after: State
    text: str


#: The reason's code of what a person holds, has cancelled or left out.
OPERATOR = "operator"
#: The step of an order whose status differs between store, ledger and company.
DIFFERENCE = "reconciliation"
#: Steps that only ask a person, by how their names begin, and what to do instead of sending.
QUESTIONS = {
    "change": "a change cannot be sent again. Compare the order with its document in the target, correct "
    "the document by hand, then skip this with the reason",
    DIFFERENCE: "a difference cannot be sent. Correct the side that is wrong, and the next reconciliation "
    "ends this by itself; or skip it with the reason",
}
#: What a person can do in each state; the words are those of the command line and the console.
_POSSIBLE = {
    State.CAPTURED: "it is sent by itself; possible: hold, cancel, skip",
    State.QUEUED: "it is sent by itself with the next cycle; possible: hold, cancel, skip",
    State.SENDING: "it is being sent at this moment; wait for the answer",
    State.HANDED_OVER: "it is handed over, and the target works on it later; the result is read by itself, "
    "and `tidegate status` shows the parcel",
    State.IN_DOUBT: "the target may have it; it is looked up by itself and then confirmed or sent again",
    State.CONFIRMED: "it has arrived; correct it in the target",
    State.REVIEW: "possible: retry, cancel, skip, link",
    State.HELD: "possible: release, hold, cancel, skip, link",
    State.CANCELLED: "it is cancelled; possible, if it was never sent: retry",
    State.SKIPPED: "it is not to be sent; possible: retry",
}


def retry(delivery_id: int, *, actor: str, now: datetime, text: str = "", overrule: bool = False) -> Done:
    """Try again what waits in review, is held, skipped, or was cancelled before it was sent (l, p, r).

    What the target may have goes back in doubt, so that it is looked up before anything is sent.
    `overrule` sets the present reason aside: `Item.overruled` makes the flow ignore it.
    """
    row, unresolved = _row(delivery_id, now)
    for step, instead in QUESTIONS.items():
        if row.step.startswith(step):
            raise NotAllowed(f"{row.label or row.key}: {instead}")
    letter = {State.HELD: "l", State.REVIEW: "l", State.SKIPPED: "p", State.CANCELLED: "p"}.get(
        State(row.state), ""
    )
    if row.state == State.REVIEW and _may_be_there(row, unresolved):
        letter = "r"
    return _do(
        row,
        letter,
        "retry",
        Verdict(delivery_id, letter, text=text or "retried"),
        actor,
        now,
        overrule=overrule,
    )


def release(delivery_id: int, *, actor: str, now: datetime, text: str = "") -> Done:
    """Let a held delivery go (l)."""
    row, _ = _row(delivery_id, now)
    letter = "l" if row.state == State.HELD else ""
    return _do(row, letter, "release", Verdict(delivery_id, letter, text=text or "released"), actor, now)


def hold(delivery_id: int, *, actor: str, now: datetime, text: str = "") -> Done:
    """Hold a delivery until it is released by a person (k); also one that waits for a mapping or record."""
    row, _ = _row(delivery_id, now)
    verdict = Verdict(delivery_id, "k", code=OPERATOR, text=text or f"held by {actor}")
    return _do(row, "k", "hold", verdict, actor, now)


def cancel(delivery_id: int, *, actor: str, now: datetime, text: str = "") -> Done:
    """Never send it (m). Not possible once the target may have it."""
    row, unresolved = _row(delivery_id, now)
    if row.state == State.REVIEW and _may_be_there(row, unresolved):
        raise NotAllowed(_in_target(row, "cancel"))
    verdict = Verdict(delivery_id, "m", code=OPERATOR, text=text or f"cancelled by {actor}")
    return _do(row, "m", "cancel", verdict, actor, now)


def skip(delivery_id: int, *, actor: str, now: datetime, text: str) -> Done:
    """Leave it out of the flow, with a reason (n). Not possible once the target may have it."""
    row, unresolved = _row(delivery_id, now)
    if not text.strip():
        raise NotAllowed("skip needs a reason: give --reason")
    if row.state == State.REVIEW and _may_be_there(row, unresolved):
        raise NotAllowed(_in_target(row, "skip"))
    return _do(row, "n", "skip", Verdict(delivery_id, "n", code=OPERATOR, text=text), actor, now)


def link_to(
    delivery_id: int,
    target_id: str,
    number: str,
    *,
    actor: str,
    now: datetime,
    kind: str = "sage-order",
    text: str = "",
) -> Done:
    """Confirm it as the document that exists in the target (o), typed in by hand for instance.

    With neither id nor number: as the document that is recorded already, e.g. with a differing total.
    """
    row, _ = _row(delivery_id, now)
    if row.step == DIFFERENCE:  # a document would end it for good, whatever the next night finds
        raise NotAllowed(f"{row.label or row.key}: {QUESTIONS[DIFFERENCE]}")
    if not target_id.strip() and not number.strip():
        target_id, number = row.target_id, row.target_number
    if not target_id.strip() and not number.strip():
        raise NotAllowed("link needs the document's id or number in the target")
    verdict = Verdict(
        delivery_id,
        "o",
        text=text or f"linked to {number or target_id} by {actor}",
        target_id=target_id.strip(),
        target_number=number.strip(),
        adopted=True,
        links=((kind, target_id.strip() or number.strip(), number.strip()),),
    )
    return _do(row, "o", "link", verdict, actor, now)


def _row(delivery_id: int, now: datetime) -> tuple[models.Delivery, bool]:
    inside(now)
    row = models.Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if row is None:
        raise NotFound(f"no delivery has the id {delivery_id}")
    return row, models.Attempt.objects.filter(delivery_id=delivery_id, outcome="").exists()


def _do(
    row: models.Delivery,
    letter: str,
    wish: str,
    verdict: Verdict,
    actor: str,
    now: datetime,
    *,
    overrule: bool = False,
) -> Done:
    before = State(row.state)
    refused = not letter or carry_out([verdict], now, lease=None, actor=actor, overrule=overrule)
    if refused:
        raise NotAllowed(
            f"{row.label or row.key} is {before.value}: {wish} is not possible; {_POSSIBLE[before]}"
        )
    after = State(models.Delivery.objects.values_list("state", flat=True).get(pk=row.pk))
    return Done(row.pk, before, after, f"{row.label or row.key}: {before.value} -> {after.value}")


def _may_be_there(row: models.Delivery, unresolved: bool) -> bool:
    return unresolved or bool(row.target_id or row.target_number)


def _in_target(row: models.Delivery, wish: str) -> str:
    there = row.target_number or row.target_id
    known = f"the target has it as {there}" if there else "the target may have it"
    return (
        f"{row.label or row.key} is {row.state}, and {known}: {wish} is not possible; retry (it is looked "
        "up first), or link it to the document in the target"
    )
