"""What can go wrong, grouped by what the engine shall do about it.

Failures of records are values (:class:`Failure`) that travel back beside the successes; only
programmer errors raise. Every code is stable, belongs to one group and has a line in
`docs/errors.md`. Table: design, *The life of a delivery*.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Group(StrEnum):
    """What happens next."""

    VERIFY_FIRST = "verify first"
    WAIT_FOR_WINDOW = "wait for window"
    WAIT_FOR_SEAT = "wait for seat"
    HALT_AND_ALERT = "halt and alert"
    REVIEW = "review"
    HOLD_FOR_FIX = "hold for fix"
    RETRY_NEXT_CYCLE = "retry next cycle"
    CLOSED_PERIOD = "closed period"


class Code(StrEnum):
    """Stable names of every failure; the docs and the alerts use the same ones."""

    # verify first
    NO_ANSWER = "no-answer"
    UNCLEAR_ANSWER = "unclear-answer"
    GATEWAY_TIMEOUT = "gateway-timeout"
    # wait for window
    LOCKED = "locked"
    UNREACHABLE = "unreachable"
    MAINTENANCE = "maintenance"
    SERVER_TROUBLE = "server-trouble"
    # wait for seat
    NO_SEAT = "no-seat"
    THROTTLED = "throttled"
    # halt and alert
    NOT_AUTHENTICATED = "not-authenticated"
    NOT_PERMITTED = "not-permitted"
    SIGN_IN_EXPIRED = "sign-in-expired"
    WRONG_COMPANY = "wrong-company"
    UNKNOWN_ENDPOINT = "unknown-endpoint"
    ANOTHER_HUB = "another-hub"
    # review
    REFUSED = "refused"
    TOTALS_DIFFER = "totals-differ"
    OTHER_CONTENT = "other-content"
    DUPLICATE_FOUND = "duplicate-found"
    CANCEL_AFTER_SEND = "cancel-after-send"
    CHANGED_AFTER_SEND = "changed-after-send"
    BOOKS_DIFFER = "books-differ"
    UNREADABLE = "unreadable"
    MALFORMED = "malformed"
    TOO_LONG = "too-long"
    UNFORESEEN = "unforeseen"
    AMBIGUOUS_CUSTOMER = "ambiguous-customer"
    # hold for fix
    UNMAPPED_PAYMENT = "unmapped-payment"
    UNMAPPED_SHIPPING = "unmapped-shipping"
    UNMAPPED_TAX = "unmapped-tax"
    UNMAPPED_CURRENCY = "unmapped-currency"
    UNMAPPED_AMOUNT = "unmapped-amount"
    UNKNOWN_SKU = "unknown-sku"
    UNKNOWN_CUSTOMER = "unknown-customer"
    UNPROVEN_CUSTOMER = "unproven-customer"
    UNKNOWN_REFERENCE = "unknown-reference"
    SHORT_STOCK = "short-stock"
    PRICE_SCOPE = "price-scope"
    CUSTOMER_PENDING = "customer-pending"
    PARENT_PENDING = "parent-pending"
    ORDER_ON_HOLD = "order-on-hold"
    NUMBER_PENDING = "number-pending"
    PAYMENT_PENDING = "payment-pending"
    NOT_OFFERED = "not-offered"
    # retry next cycle
    TRANSIENT = "transient"
    RECORD_BUSY = "record-busy"
    PARCEL_REFUSED = "parcel-refused"
    # closed period
    PERIOD_CLOSED = "period-closed"


GROUP_OF: dict[Code, Group] = {
    Code.NO_ANSWER: Group.VERIFY_FIRST,
    Code.UNCLEAR_ANSWER: Group.VERIFY_FIRST,
    Code.GATEWAY_TIMEOUT: Group.VERIFY_FIRST,
    Code.LOCKED: Group.WAIT_FOR_WINDOW,
    Code.UNREACHABLE: Group.WAIT_FOR_WINDOW,
    Code.MAINTENANCE: Group.WAIT_FOR_WINDOW,
    Code.SERVER_TROUBLE: Group.WAIT_FOR_WINDOW,
    Code.NO_SEAT: Group.WAIT_FOR_SEAT,
    Code.THROTTLED: Group.WAIT_FOR_SEAT,
    Code.NOT_AUTHENTICATED: Group.HALT_AND_ALERT,
    Code.NOT_PERMITTED: Group.HALT_AND_ALERT,
    Code.SIGN_IN_EXPIRED: Group.HALT_AND_ALERT,
    Code.WRONG_COMPANY: Group.HALT_AND_ALERT,
    Code.UNKNOWN_ENDPOINT: Group.HALT_AND_ALERT,
    Code.ANOTHER_HUB: Group.HALT_AND_ALERT,
    Code.REFUSED: Group.REVIEW,
    Code.TOTALS_DIFFER: Group.REVIEW,
    Code.OTHER_CONTENT: Group.REVIEW,
    Code.DUPLICATE_FOUND: Group.REVIEW,
    Code.CANCEL_AFTER_SEND: Group.REVIEW,
    Code.CHANGED_AFTER_SEND: Group.REVIEW,
    Code.BOOKS_DIFFER: Group.REVIEW,
    Code.UNREADABLE: Group.REVIEW,
    Code.MALFORMED: Group.REVIEW,
    Code.TOO_LONG: Group.REVIEW,
    Code.UNFORESEEN: Group.REVIEW,
    Code.AMBIGUOUS_CUSTOMER: Group.REVIEW,
    Code.UNMAPPED_PAYMENT: Group.HOLD_FOR_FIX,
    Code.UNMAPPED_SHIPPING: Group.HOLD_FOR_FIX,
    Code.UNMAPPED_TAX: Group.HOLD_FOR_FIX,
    Code.UNMAPPED_CURRENCY: Group.HOLD_FOR_FIX,
    Code.UNMAPPED_AMOUNT: Group.HOLD_FOR_FIX,
    Code.UNKNOWN_SKU: Group.HOLD_FOR_FIX,
    Code.UNKNOWN_CUSTOMER: Group.HOLD_FOR_FIX,
    Code.UNPROVEN_CUSTOMER: Group.HOLD_FOR_FIX,
    Code.UNKNOWN_REFERENCE: Group.HOLD_FOR_FIX,
    Code.SHORT_STOCK: Group.HOLD_FOR_FIX,
    Code.PRICE_SCOPE: Group.HOLD_FOR_FIX,
    Code.CUSTOMER_PENDING: Group.HOLD_FOR_FIX,
    Code.PARENT_PENDING: Group.HOLD_FOR_FIX,
    Code.ORDER_ON_HOLD: Group.HOLD_FOR_FIX,
    Code.NUMBER_PENDING: Group.HOLD_FOR_FIX,
    Code.PAYMENT_PENDING: Group.HOLD_FOR_FIX,
    Code.NOT_OFFERED: Group.HOLD_FOR_FIX,
    Code.TRANSIENT: Group.RETRY_NEXT_CYCLE,
    Code.RECORD_BUSY: Group.RETRY_NEXT_CYCLE,
    Code.PARCEL_REFUSED: Group.RETRY_NEXT_CYCLE,
    Code.PERIOD_CLOSED: Group.CLOSED_PERIOD,
}


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure of one record or of one call.

    `text` is for users and says what to do. `retry_after` is in seconds. `missing` names what a
    held record waits for, as `kind:name` (`sku:HUB-0001`, `payment:checkmo`), so that all records
    which wait for the same thing are released together. `sent` says whether the request may have
    left this machine: a failure that certainly had no effect is never in doubt.
    """

    code: Code
    text: str
    retry_after: float | None = None
    missing: str | None = None
    sent: bool = True
    details: dict[str, str] = field(default_factory=dict)

    @property
    def group(self) -> Group:
        """What the engine shall do."""
        return GROUP_OF[self.code]

    @property
    def ends_cycle(self) -> bool:
        """Whether no further call may be made to that system in this cycle."""
        return self.group in (Group.WAIT_FOR_WINDOW, Group.WAIT_FOR_SEAT, Group.HALT_AND_ALERT)
