"""What the gateway refuses: on which level, and with which errors (contract §2, §3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.intacct.options import Options

GENERAL = "BL01001973"
ROLLED_BACK = "The entire transaction in this operation has been rolled back due to an error."


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """One error. ``category`` and ``errorid`` are shown with `showadditionalerrorinfo` only."""

    errorno: str
    description2: str
    description: str = ""
    correction: str = ""
    errorid: str = ""
    category: str = ""
    object: str = ""
    field: str = ""


@dataclass
class GatewayFailure(Exception):
    """A refusal with its errors, the specific one first."""

    errors: list[ErrorItem] = field(default_factory=list)

    def __str__(self) -> str:
        return "; ".join(one.description2 for one in self.errors)


class ControlFailure(GatewayFailure):
    """Nothing was executed: sender, schema, policy or company (§2.2)."""


class AuthenticationFailure(GatewayFailure):
    """Nothing was executed: user, password, session or entity (§2.3)."""


class FunctionFailure(GatewayFailure):
    """One function was refused (§2.4)."""


@dataclass
class TransportRefusal(Exception):
    """A refusal in front of the application, with an HTTP status and a short document (§2.1)."""

    status: int
    errorno: str
    text: str


def schema_failure(text: str) -> ControlFailure:
    """The document does not parse, or fits no schema."""
    return ControlFailure([ErrorItem("XL03000003", f"XML Parse schema error: {text} Line: 1, column: 0.")])


def general(verb: str, record: str) -> ErrorItem:
    """The general error that stands last."""
    return ErrorItem(
        GENERAL, f"Could not {verb} {record} record.", errorid="CO-0504", category=f"Unable to {verb} record."
    )


def invalid(text: str, *, errorno: str = GENERAL, correction: str = "", field: str = "") -> FunctionFailure:
    """A value breaks a rule."""
    return FunctionFailure(
        [
            ErrorItem(
                errorno, text, correction=correction, errorid="CO-0100", category="Validation", field=field
            )
        ]
    )


def duplicate(record: str, value: str) -> FunctionFailure:
    """Another record with that id exists."""
    return FunctionFailure(
        [
            ErrorItem(
                "BL34000061",
                f"Another {record} with the given value(s) {value} already exists",
                correction="Use a unique value instead.",
                errorid="AR-0061",
                category="Duplication Prevention",
            ),
            general("create", record),
        ]
    )


def unknown(record: str, value: str) -> FunctionFailure:
    """A value names nothing."""
    return invalid(f"Invalid {record} '{value}' specified.", errorno="BL03000018")


def bad_request(text: str) -> FunctionFailure:
    """An unknown field, or a value that cannot be read (§3)."""
    return FunctionFailure(
        [ErrorItem("DL02000001", text, description="There was an error processing the request.")]
    )


def no_object(name: str) -> FunctionFailure:
    """The object does not exist; the words stand where a number is expected (§3)."""
    return FunctionFailure([ErrorItem("Query Failed", f"Object definition {name} not found")])


def refused(refusal: Refusal, options: Options) -> FunctionFailure:
    """What the company refused, as the gateway says it."""
    if refusal.kind == "closed_period":
        return invalid(
            f"The period is closed. {refusal.text}",
            errorno=options.closed_period_errorno,
            correction="Open the period, or use another date.",
        )
    if refusal.kind == "locked":
        return invalid("The Service is Temporarily Off-line", errorno="XL03000009")
    if refusal.kind == "duplicate":
        return FunctionFailure(
            [
                ErrorItem(
                    "BL34000061",
                    f"{refusal.text} Another record already exists",
                    correction="Use a unique value instead.",
                    category="Duplication Prevention",
                )
            ]
        )
    return invalid(refusal.text, errorno="BL03000018" if refusal.kind == "missing" else GENERAL)
