"""Whose fault a 401 or 403 of Sage is: the sign-in's, the role's, or one record's.

Several connections share one company's sign-in, so nothing is said of it before another call with the same token
and keys, the probe, was refused, too. A missing feature of the role that Sage names itself (contract §8) is no
record's fault either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage200 import answers
from tidegate.sage.sage200.fields import Row, text_of
from tidegate.sage.sage200.queries import query
from tidegate.transport import Answer, NoAnswer

#: A cheap read of the company itself, which every connection makes before anything else.
COMPANY = "/sop_settings"
ONE_ROW = query(top=1)
THIS_CALL = "this_call"  #: key of `Failure.details`: the sign-in is good, this one call is refused
_FEATURE = re.compile(r"(?i)\bforbidden for this (account|user)\b")

TUNNEL_DOWN = Failure(
    Code.UNREACHABLE,
    "Sage lists no company: the connection from the customer's server to Sage (Native API) is down",
    sent=False,
)


def probe_of(method: str, path: str) -> str:
    """What to read, to see whether the role is refused: the collection of what was read, else the company."""
    if method != "GET":
        return COMPANY
    return path.rpartition("/")[0] if is_record(path) else path


def is_record(path: str) -> bool:
    """Whether a path is one record's: `/customers/27825`."""
    collection, _, number = path.rpartition("/")
    return bool(collection) and number.isdecimal()


def lacks_feature(method: str, path: str, refused: Failure) -> bool:
    """Whether Sage says that the role may not make such records at all: no read can show that."""
    return method == "POST" and bool(_FEATURE.search(refused.text))


def after_probe(refused: Failure, method: str, path: str, probe: Answer | NoAnswer) -> Failure:
    """What a refused call means once the probe was answered; a read is made again in the next cycle."""
    problem = answers.read_failure(probe)
    if problem is None:
        text = f"Sage refuses this call, but accepts others with the same sign-in: {refused.text}"
        code = Code.REFUSED
        if method == "GET":
            code = Code.TRANSIENT if is_record(path) else Code.SERVER_TROUBLE
        return Failure(code, text, sent=False, details={THIS_CALL: "yes"})
    if isinstance(probe, Answer) and probe.status in (401, 403):
        return refused
    text = f"{refused.text}; whether the sign-in is valid could not be checked: {problem.text}"
    return Failure(Code.SERVER_TROUBLE, text, problem.retry_after, sent=False)


def of_one(refused: Failure) -> Failure:
    """A read that turned out to be refused for one name alone: the others go on."""
    return replace(refused, code=Code.TRANSIENT) if THIS_CALL in refused.details else refused


def lists(sites: Sequence[Row], site: str, company: str) -> Row | None:
    """The row of `sites` for this site and company."""
    for row in sites:
        same_site = text_of(row, "site_id").lower() == site.lower()
        if same_site and text_of(row, "company_id") == company:
            return row
    return None


def wrong_company(site: str, company: str, said: str) -> Failure:
    """The sign-in is good, and not for this company."""
    return Failure(
        Code.WRONG_COMPANY,
        f"the signed-in user has no company {company} on site {site}: {said} (see site_id and company_id)",
        sent=False,
    )
