"""The mini-weeks in which mutants are looked for: each holds what one kind of bug would spoil.

Without a bug every one of them ends well.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from simulation.script import START, Script, Scripted

SAGE, MAGENTO = "sage", "magento"
#: POST of an order, of an account; the pages of a read (not the call that asks for the time).
ORDER = {"method": "POST", "path": "sop_orders$"}
ACCOUNT = {"method": "POST", "path": "customers$"}
PAGES = {"method": "GET", "path": "V1/orders$", "options": {"query": "updated_at"}}
NO_AUDIT: dict[str, Any] = {"audit_every": ""}
#: Cycles every five minutes, and a shorter end.
QUICK: dict[str, Any] = {"settings": {"every_orders": "5m"}, "settling": (2, timedelta(minutes=31))}


def inject(system: str, kind: str, times: int | None = 1, **match: Any) -> dict[str, Any]:
    """Options of the event `inject`."""
    return {"system": system, "kind": kind, "times": times, **match}


# --- questions of single scenarios ---------------------------------------------------------------


def no_failure_counted(week: Scripted) -> str:
    """A closed window costs no retry."""
    counted = {each["label"]: each["failures"] for each in week.deliveries if each["failures"]}
    return f"failures were counted: {counted}" if counted else ""


def somebody_was_notified(week: Scripted) -> str:
    """After three failed cycles a person is told."""
    told = week.outside.alarms
    return "" if "record-busy" in told else f"no alert about the failing record, only {sorted(told)}"


def one_worker(week: Scripted) -> str:
    """A second hub finds the flow taken."""
    outcomes = [report.outcome for report in week.outside.twins]
    return "" if outcomes == ["busy"] else f"the twin's cycle: {outcomes}"


def two_calls_at_most(week: Scripted) -> str:
    """A company that answers nothing is asked twice in a cycle, not for every order."""
    most = max(Counter(at for at, *_ in week.orders_sent).values())
    return "" if most <= 2 else f"{most} orders were sent into the silence of one cycle"


def others_went_at_once(week: Scripted) -> str:
    """One bad record delays no other."""
    first = min(at for at, *_ in week.orders_sent)
    late = [
        each["number"]
        for each in week.world.sage.company.books()["orders"]
        if datetime.fromisoformat(each["created_at"]) > first + timedelta(minutes=1)
        and each["key"] != f"magento:main:{week.outside.placed[0]}"
    ]
    return f"delayed by a bad record: {late}" if late else ""


# --- the scenarios -------------------------------------------------------------------------------

MONEY = Script(
    events=tuple(
        (5 + place, "place", {"kind": kind})
        for place, kind in enumerate(
            ("guest", "coupon", "configurable", "bundle", "special_price", "coupon", "shipping_discount")
        )
    )
)
POUNDS = Script(
    events=tuple(
        (5 + place, "place", {"kind": kind})
        for place, kind in enumerate(("gbp", "mixed_vat", "eur", "gbp", "mixed_vat"))
    ),
    country="uk",
)
LATE = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (6, "inject", inject(SAGE, "late", options={"seconds": 400}, **ORDER)),
    ),
    minutes=60,
    **QUICK,
)
LATE_AND_DEAD = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (6, "inject", inject(SAGE, "late", options={"seconds": 900}, **ORDER)),
        (6, "die-with-next-order", {}),
    ),
    minutes=60,
    settings={"every_orders": "5m", "settle_minutes": 20},
    settling=(2, timedelta(minutes=31)),
)
RESTORED = Script(events=((5, "place", {"kind": "guest"}), (40, "backup", {}), (90, "restore", {})))
OUTAGE = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (
            50,
            "inject",
            inject(MAGENTO, "status", 4, **{**PAGES, "options": {"query": "updated_at", "status": 503}}),
        ),
    ),
    settings=NO_AUDIT,
)
POISON = Script(
    events=((5, "place", {"kind": "guest"}), (6, "place", {"kind": "guest"}), (7, "poison", {"place": 0})),
    settings=NO_AUDIT,
)
POISONED_CHANGE = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (70, "cancel-order", {"place": 0}),
        (71, "poison", {"place": 0}),
        (130, "mend", {"system": MAGENTO}),
    ),
    settings=NO_AUDIT,
)
LATE_COMMIT = Script(
    events=(
        (58, "inject", inject(MAGENTO, "late_commit", options={"seconds": 120})),
        (58.5, "place", {"kind": "guest"}),
    ),
    settings=NO_AUDIT,
)
VERY_LATE_COMMIT = Script(
    events=(
        (29, "inject", inject(MAGENTO, "late_commit", options={"seconds": 4000})),
        (30, "place", {"kind": "guest"}),
    ),
    settings={"audit_every": "1h"},
)
BUSY = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (
            6,
            "inject",
            inject(
                SAGE,
                "status",
                3,
                **ORDER,
                options={"status": 400, "body": '{"Message": "The order record is locked by SMITH."}'},
            ),
        ),
        (190, "look-at-alarms", {}),
    ),
    minutes=300,
    checks={"three failures are told": somebody_was_notified},
)
NIGHT = Script(
    events=tuple((minute, "place", {"kind": "guest"}) for minute in (5, 65, 125)),
    start=START.replace(hour=5),
    settings={
        "window": '\n[[companies.sage.closed]]\nrule = "FREQ=DAILY;BYHOUR=1;BYMINUTE=0;BYSECOND=0"\nminutes = 120\n'
    },
)
FORBIDDEN = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (6, "inject", inject(SAGE, "status", None, path="accounts/v1", options={"status": 403})),
    ),
    minutes=120,
    settings={"every_orders": "5m"},
)
LOCKED = Script(
    events=((5, "place", {"kind": "guest"}), (50, "lock", {}), (260, "unlock", {})),
    minutes=280,
    checks={"a closed window costs no failure": no_failure_counted},
)
LOST_COMMENT = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (6, "inject", inject(MAGENTO, "drop_after", method="POST", path="comments$")),
    ),
)
IN_DOUBT = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (6, "inject", inject(SAGE, "drop_after", **ORDER)),
        (70, "cancel-order", {"place": 0}),
    ),
)
EDITED = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (80, "inject", inject(SAGE, "status", 1, method="DELETE", options={"status": 503})),
        (90, "edit-order", {"place": 0}),
    ),
    minutes=240,
)
UNPAID = Script(events=((5, "place", {"kind": "pending_payment"}), (6, "place", {"kind": "guest"})))
UNMAPPED = Script(
    events=((5, "place", {"kind": "guest", "lines": (("HUB-0001", 1),), "tax_percent": Decimal("7.5")}),)
)
PUT_ON_HOLD = Script(
    events=(
        (5, "place", {"kind": "guest"}),
        (6, "lock", {}),
        (70, "set-state", {"place": 0, "state": "holded"}),
    ),
)
LOST_ACCOUNT = Script(
    events=((5, "register", {}), (6, "inject", inject(SAGE, "drop_after", **ACCOUNT))),
)
SAME_NUMBER = Script(
    events=tuple(
        (minute, "place", {"kind": kind, "lines": (("HUB-0001", 2),), "shipping": Decimal(5)})
        for minute, kind in ((5, "guest"), (70, "french"))
    ),
    settings={"colliding": True},
)
MUTE = Script(
    events=(
        *((5 + place, "place", {"kind": "guest"}) for place in range(5)),
        (11, "inject", inject(SAGE, "drop_after", 5, **ORDER)),
    ),
    minutes=400,
    checks={"a silent company is left alone": two_calls_at_most},
)
REFUSED = Script(
    events=(
        *((5 + place, "place", {"kind": "guest"}) for place in range(3)),
        (
            11,
            "inject",
            inject(
                SAGE,
                "status",
                1,
                **ORDER,
                options={"status": 400, "body": '{"Message": "The order record is locked by SMITH."}'},
            ),
        ),
    ),
    checks={"one bad record delays no other": others_went_at_once},
)
DEAD = Script(events=((5, "place", {"kind": "guest"}), (50, "die", {"point": "send-after", "after": 9})))
TWINS = Script(
    events=(
        *((5 + place, "place", {"kind": "guest"}) for place in range(2)),
        (50, "twin", {}),
    ),
    checks={"one worker a flow": one_worker},
)

# --- what the shop takes back --------------------------------------------------------------------

SIX = {"kind": "guest", "lines": (("HUB-0001", 4), ("HUB-0002", 2)), "method": "checkmo"}
REST_CANCELLED = Script(
    events=((5, "place", SIX), (6, "cancel-rest", {"pick": 0.0, "share": 0.4})),
    minutes=90,
)
REFUNDED_IN_DOUBT = Script(
    events=(
        (5, "place", SIX),
        (6, "inject", inject(SAGE, "drop_before", **ORDER)),
        (62, "refund", {"pick": 0.0, "share": 0.9, "returned": 0.1}),
    ),
    minutes=150,
)
PAYMENT_ABANDONED = Script(events=((5, "place", {**SIX, "status": "canceled"}),), minutes=90)
