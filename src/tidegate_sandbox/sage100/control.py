"""The control surface below ``/_sandbox/``: what people do, what goes wrong, for tests and scenarios.

``POST /_sandbox/<action>`` with JSON; ``company`` names the company (ABC). Actions of Sage 100 stand here; all
others are the kernel's (`erp/control.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tidegate_sandbox.erp.control import ACTIONS, perform
from tidegate_sandbox.sage100.installation import Installation
from tidegate_sandbox.sage100.staff import Staff

Body = dict[str, Any]


class Control:
    """Carries actions out. ``perform`` raises KeyError for an unknown one, ValueError for a wrong value."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._taken: list[int] = []
        self._actions: dict[str, Callable[[Staff, Body], Any]] = {
            "ship": self._ship,
            "track-package": lambda staff, body: staff.track(str(body["invoice"]), str(body["tracking"])),
            "unship": lambda staff, body: staff.unship(str(body["invoice"])),
            "post-sales-journal": lambda staff, _: {
                "invoices": [one.number for one in staff.post_sales_journal()]
            },
            "daily-transaction-register": lambda staff, _: {"postings": staff.daily_transaction_register()},
            "credit-memo": self._credit,
            "backup": lambda staff, _: {"backup": staff.backup()},
            "take-seats": self._take_seats,
            "leave-seats": self._leave_seats,
            "arrange": self._arrange,
            "options": self._options,
            "tables-down": self._tables_down,
        }

    @property
    def names(self) -> frozenset[str]:
        """Every action there is."""
        return frozenset(self._actions) | frozenset(ACTIONS)

    def perform(self, action: str, body: Body) -> Any:
        """Carry out an action; the answer is plain JSON."""
        given = dict(body)
        company = self._installation.companies[
            str(given.pop("company", next(iter(self._installation.companies))))
        ]
        with self._installation.lock:
            if action in self._actions:
                return self._actions[action](Staff(self._installation, company), given)
            return perform(company.kernel, action, given)

    def _quantities(self, body: Body) -> dict[str, Decimal] | None:
        found = body.get("quantities")
        return None if found is None else {code: Decimal(str(value)) for code, value in found.items()}

    def _ship(self, staff: Staff, body: Body) -> Any:
        entry = staff.ship(
            str(body["order"]),
            self._quantities(body),
            ship_via=str(body.get("ship_via", "")),
            tracking=str(body.get("tracking", "")),
        )
        return {"invoice": entry.invoice}

    def _credit(self, staff: Staff, body: Body) -> Any:
        made = staff.credit(str(body["order"]), self._quantities(body))
        return {"number": made.number}

    def _take_seats(self, staff: Staff, body: Body) -> Any:
        self._taken += staff.take_seats(int(body.get("count", 1)))
        return {"held": self._installation.licence.held}

    def _leave_seats(self, staff: Staff, _body: Body) -> Any:
        staff.leave(self._taken)
        self._taken = []
        return {"held": self._installation.licence.held}

    def _arrange(self, _staff: Staff, body: Body) -> Any:
        kinds = ("die_before", "die_during", "die_after", "hang", "hang_after", "busy", "null")
        if body.get("kind") not in kinds:
            raise ValueError(f"'kind' must be one of {', '.join(kinds)}")
        self._installation.arrange(
            body["kind"],
            str(body.get("method", "")),
            str(body.get("object", "")),
            skip=int(body.get("skip", 0)),
            times=int(body.get("times", 1)),
        )
        return {"arranged": len(self._installation.faults)}

    def _options(self, _staff: Staff, body: Body) -> Any:
        options = self._installation.options
        for name, value in body.items():
            if not hasattr(options, name):
                raise ValueError(f"there is no option {name}")
            setattr(options, name, value)
        return {name: getattr(options, name) for name in body}

    def _tables_down(self, _staff: Staff, body: Body) -> Any:
        self._installation.tables_down = str(body.get("state", "")) if body.get("down", True) else ""
        if body.get("down", True) and not self._installation.tables_down:
            self._installation.tables_down = "08001"
        return {"tables_down": self._installation.tables_down}
