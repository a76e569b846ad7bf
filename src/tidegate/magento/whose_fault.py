"""Whose fault a 401 or 403 is: the keys', or one record's.

Magento refuses one record's call as it refuses wrong keys: a SKU in the path that it signs otherwise (contract
point 34), a firewall that dislikes one body. So nothing is said of the keys before another call with them, the
probe, was refused, too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from tidegate.domain.errors import Code, Failure
from tidegate.magento.answer import RESOURCE, SIGNATURE, WEB_PAGE, status_of

T = TypeVar("T")

SIGN_IN = "sign_in"  #: key of `Failure.details`: the sign-in itself was refused, there is nothing to probe
#: So often something in front of the store may refuse one write before a person is asked.
PATIENCE = 3
THIS_CALL = "this_call"  #: key of `Failure.details`: the keys are good, this one call is refused


def blames_keys(answer: object) -> bool:
    """Whether an answer says that the keys, or their permissions, do not suffice."""
    return (
        isinstance(answer, Failure)
        and answer.code in (Code.NOT_AUTHENTICATED, Code.NOT_PERMITTED)
        and status_of(answer) in (401, 403, 407)
    )


def blames_signature(answer: object) -> bool:
    """Whether the store arrived at another signature."""
    return isinstance(answer, Failure) and SIGNATURE in answer.details


def of_sign_in(failure: Failure) -> Failure:
    """No call was sent, since the sign-in before it failed."""
    details = {**failure.details, SIGN_IN: "failed"}
    return Failure(failure.code, failure.text, failure.retry_after, sent=failure.sent, details=details)


def after_probe(refused: Failure, probe: object) -> Failure | None:
    """What a refused call means once the probe was answered; None: the keys are good."""
    if not isinstance(probe, Failure):
        return None
    if blames_keys(probe):
        return refused
    text = f"{refused.text}; whether the keys are valid could not be checked: {probe.text}"
    return Failure(probe.code, text, probe.retry_after, sent=False, details=probe.details)


def of_this_call(refused: Failure) -> Failure:
    """The keys are good, and this call was refused all the same.

    A missing permission that the store names is nobody's record: it stays what it is.
    """
    if RESOURCE in refused.details:
        return refused
    text = f"the store refuses this call, but accepts others with the same keys: {refused.text}"
    return Failure(Code.REFUSED, text, sent=False, details={**refused.details, THIS_CALL: "yes"})


def of_no_record(answer: T | Failure) -> T | Failure:
    """A read of many records at once that was refused alone concerns none of them: it is not read, this time."""
    if isinstance(answer, Failure) and THIS_CALL in answer.details:
        return Failure(Code.SERVER_TROUBLE, answer.text, sent=False, details=answer.details)
    return answer


def of_one_record(answer: T | Failure) -> T | Failure:
    """A read of one record that something in front of the store refuses: it is not read, and the others go on.

    The page is no word of the store, so that no person is asked about this record; least of all about one in doubt,
    which must be looked up before anybody decides.
    """
    if isinstance(answer, Failure) and {THIS_CALL, WEB_PAGE} <= answer.details.keys():
        return replace(answer, code=Code.TRANSIENT, sent=False)
    return answer


def patiently(refused: Failure, failures_before: int) -> Failure:
    """What a refused write means after so many counted failures.

    The page of a firewall is no word of the store: it is looked up and tried again, and only the third one asks a
    person.
    """
    on_the_way = refused.code is Code.REFUSED and {THIS_CALL, WEB_PAGE} <= refused.details.keys()
    if not on_the_way or failures_before >= PATIENCE - 1:
        return refused
    return replace(refused, code=Code.UNCLEAR_ANSWER, sent=True)
