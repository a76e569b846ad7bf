"""The states of a delivery and the lettered transitions between them.

The drawing is in `docs/states.md`; each letter is carried out by one function of the ledger and
nowhere else.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The state of one delivery."""

    CAPTURED = "captured"
    QUEUED = "queued"
    SENDING = "sending"
    HANDED_OVER = "handed over"
    CONFIRMED = "confirmed"
    IN_DOUBT = "in doubt"
    REVIEW = "review"
    HELD = "held"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


#: In the account, these three together are *waiting*: they will go out without anybody's help.
WAITING = (State.CAPTURED, State.QUEUED, State.SENDING)
#: The target may have these, and only its answer or a look-up says whether it does.
OUT = (State.SENDING, State.HANDED_OVER, State.IN_DOUBT)
#: Nothing more happens to these by itself.
FINAL = (State.CONFIRMED, State.CANCELLED, State.SKIPPED)

#: letter -> (from, to, when)
TRANSITIONS: dict[str, tuple[tuple[State, ...], State, str]] = {
    "a": ((State.CAPTURED,), State.QUEUED, "a captured document is ready to be sent"),
    "b": ((State.QUEUED,), State.SENDING, "the attempt is recorded, the request may leave now"),
    "c": ((State.SENDING,), State.CONFIRMED, "the target accepted it"),
    "d": ((State.SENDING,), State.IN_DOUBT, "no answer, or none that can be trusted"),
    "e": (
        (State.IN_DOUBT, State.QUEUED, State.HANDED_OVER),
        State.CONFIRMED,
        "a look-up found it in the target: adopted",
    ),
    "f": (
        (State.IN_DOUBT, State.HANDED_OVER),
        State.QUEUED,
        "a look-up proved that the target does not have it",
    ),
    "g": ((State.SENDING, State.QUEUED), State.QUEUED, "refused for now: next cycle"),
    "h": (
        (State.SENDING, State.QUEUED, State.IN_DOUBT, State.CAPTURED, State.HELD),
        State.REVIEW,
        "a person must decide",
    ),
    "i": (
        (State.SENDING, State.QUEUED, State.CAPTURED),
        State.HELD,
        "a mapping, record or prerequisite is missing",
    ),
    "j": ((State.HELD,), State.QUEUED, "what was missing is there"),
    "k": ((State.QUEUED, State.CAPTURED, State.HELD), State.HELD, "an operator holds it"),
    "l": ((State.REVIEW, State.HELD), State.QUEUED, "an operator retries or releases it"),
    "m": (
        (State.QUEUED, State.CAPTURED, State.HELD, State.REVIEW),
        State.CANCELLED,
        "cancelled before it was sent",
    ),
    "n": (
        (State.CAPTURED, State.QUEUED, State.HELD, State.REVIEW),
        State.SKIPPED,
        "not to be sent, with the reason",
    ),
    "o": ((State.REVIEW, State.HELD), State.CONFIRMED, "an operator links it to the document that exists"),
    "p": (
        (State.SKIPPED, State.CANCELLED),
        State.QUEUED,
        "the reason to skip is gone (the order is payable now), or a cancellation before sending is undone",
    ),
    "q": ((State.CONFIRMED,), State.CANCELLED, "the sent document was cancelled in the target"),
    "r": (
        (State.REVIEW,),
        State.IN_DOUBT,
        "an operator retries what the target may have: it is looked up first",
    ),
    "s": (
        (State.SENDING, State.IN_DOUBT),
        State.HANDED_OVER,
        "it lies with the target in a parcel: its fate is read later",
    ),
    "t": ((State.HANDED_OVER,), State.CONFIRMED, "the parcel's result says that the target made it"),
    "u": ((State.HANDED_OVER,), State.QUEUED, "the parcel's result says that it may be sent again"),
    "v": ((State.HANDED_OVER,), State.REVIEW, "the parcel's result says that a person must decide"),
    "w": ((State.HANDED_OVER,), State.HELD, "the parcel's result says that something is missing"),
    "x": ((State.HANDED_OVER,), State.IN_DOUBT, "its parcel was answered, and the result leaves it out"),
}
