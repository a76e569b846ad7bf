"""From what the company refuses to what the API answers (contract §8)."""

from __future__ import annotations

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.sage200.options import Options
from tidegate_sandbox.sage200.problem import FORBIDDEN, ApplicationProblem, GatewayProblem, Problem

LOCKED = "The company database is locked: backup in progress."
LATER = " Please try again later."
NO_SEATS = "No licences available: all user seats are in use."


def problem(refusal: Refusal, options: Options) -> Problem:
    """The answer to a refusal: nearly everything is 400, the first problem only."""
    match refusal.kind:
        case "forbidden":
            return ApplicationProblem(403, FORBIDDEN)
        case "locked":
            return ApplicationProblem(503, refusal.text + LATER)
        case "seats":
            return no_seats(options)
    fields = {refusal.field: [refusal.text]} if refusal.field else {}
    return ApplicationProblem(400, refusal.text, fields)


def no_seats(options: Options) -> Problem:
    """No seat is free: nothing public says how that looks (A)."""
    if options.seats_status == 429:
        return GatewayProblem(429, NO_SEATS)
    return ApplicationProblem(503, NO_SEATS)
