"""Contacts: the addresses that orders refer to by name.

Source: contract §7. Contacts are shared by the whole company and unique by name, so a name follows from the
customer and the address: the same address finds its contact again, another one never overwrites it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tidegate.domain.errors import Code, Failure, Group
from tidegate.domain.orders.keys import payload_hash
from tidegate.domain.orders.order import Address
from tidegate.sage.fitting_texts import one_line, street_lines
from tidegate.sage.intacct import answers
from tidegate.sage.intacct.client import IntacctClient, Outcome
from tidegate.sage.intacct.elements import element
from tidegate.sage.intacct.envelope import Function
from tidegate.sage.intacct.lengths import Codes
from tidegate.sage.intacct.queries import Query, among, in_parts
from tidegate.sage.intacct.rows import text_of

NAME = 200  #: characters of CONTACTNAME (A)
PERSON = 100  #: characters of PRINTAS (A)
LINE = 80  #: characters of an address line (A)
LINES = 3


def contact_of(address: Address, account: str, codes: Codes) -> dict[str, Any]:
    """An address as the record of a contact, its name first. `codes` notes what cannot be cut and does not fit."""
    fields = contact_fields(address, codes)
    digest = payload_hash({"fields": fields, "street": address.street})[:12]  # what does not fit counts, too
    return {"CONTACTNAME": f"{_last_first(address)[:120]} ({account}) {digest}"[:NAME], **fields}


def contact_fields(address: Address, codes: Codes) -> dict[str, Any]:
    """The fields of a contact, without its name. `codes.over` gets a street that does not fit, in full."""
    lines, rest = street_lines(address.street, LINE, LINES)
    if rest:
        full = ", ".join(" ".join(line.split()) for line in address.street if line.strip())
        codes.over.append(f"Too long for its field. Street: {full}")
    person = one_line(address.name or address.company, PERSON)
    mail = {f"ADDRESS{number}": line for number, line in enumerate(lines, 1)}
    mail |= {
        "CITY": codes.check("city", address.city, LINE),
        "STATE": codes.check("region", address.region, 40),
        "ZIP": codes.check("postcode", address.postcode, 30),
        "ISOCOUNTRYCODE": address.country.strip().upper(),
    }
    fields = {
        "PRINTAS": person or "-",
        "COMPANYNAME": one_line(address.company, PERSON),
        "PHONE1": one_line(address.telephone, 30),
        "EMAIL1": codes.check("e-mail", address.email, 200),
    }
    kept: dict[str, Any] = {name: value for name, value in fields.items() if value}
    there = {name: value for name, value in mail.items() if value}
    if there:  # a shopper may register without an address; an empty group is no field
        kept["MAILADDRESS"] = there
    return kept


def _last_first(address: Address) -> str:
    first, _, last = " ".join((address.name or address.company or "-").split()).rpartition(" ")
    return f"{last}, {first}" if first else last


class Contacts:
    """Makes the contacts that orders need, several in one function; existing ones are not made again."""

    def __init__(self, client: IntacctClient) -> None:
        self._client = client
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def ensure(self, wanted: Sequence[Mapping[str, Any]]) -> dict[str, Failure]:
        """What became of those that do not exist afterwards, by name. No order was touched."""
        by_name = {str(one["CONTACTNAME"]): one for one in wanted}
        with self._lock:
            missing = [name for name in by_name if name not in self._known]
        if not missing:
            return {}
        failed = self._make([by_name[name] for name in missing])
        with self._lock:
            self._known.update(name for name in missing if name not in failed)
        return failed

    def forget(self) -> None:
        """Forget all contacts: some may have been deleted."""
        with self._lock:
            self._known.clear()

    def _make(self, records: Sequence[Mapping[str, Any]]) -> dict[str, Failure]:
        """Create contacts in one function, which is metered once; if it fails as a whole, create them one by one."""
        failure = _outcome(self._client.write_one(_creation(records)))
        if failure is None:
            return {}
        names = [str(one["CONTACTNAME"]) for one in records]
        if failure.code is Code.REFUSED or answers.DONE_BEFORE in failure.details:
            return self._make_each(records)
        return dict.fromkeys(names, _not_made(failure))

    def _make_each(self, records: Sequence[Mapping[str, Any]]) -> dict[str, Failure]:
        """Some contacts exist already, or are refused: look up which exist, and create the others one by one."""
        there: set[str] = set()
        names = [str(one["CONTACTNAME"]) for one in records]
        for part in in_parts(names):
            rows = self._client.read(
                Query("CONTACT", ("RECORDNO", "CONTACTNAME"), among("CONTACTNAME", part))
            )
            if isinstance(rows, Failure):
                return dict.fromkeys(names, rows)
            there.update(text_of(row, "CONTACTNAME") for row in rows)
        others = [one for one in records if one["CONTACTNAME"] not in there]
        if not others:
            return {}
        functions = {str(one["CONTACTNAME"]): _creation([one], alone=True) for one in others}
        made = self._client.write(list(functions.values()))
        outcomes = {name: _outcome(made[one.control_id]) for name, one in functions.items()}
        return {name: _not_made(one) for name, one in outcomes.items() if one is not None}


def _creation(records: Sequence[Mapping[str, Any]], *, alone: bool = False) -> Function:
    # The names follow from the content, so that one digest of them stands for all of it.
    names = "\n".join(str(one["CONTACTNAME"]) for one in records)
    digest = hashlib.sha256(names.encode()).hexdigest()[:32]
    call = element("create", [element("CONTACT", one) for one in records])
    return Function(f"{'contact' if alone else 'contacts'}-{digest}", call)


def _outcome(made: Outcome) -> Failure | None:
    return made if isinstance(made, Failure) else None


def _not_made(failure: Failure) -> Failure:
    """For the orders that wait for it, which were not sent: an unclear answer is looked at in the next cycle."""
    code = Code.SERVER_TROUBLE if failure.group is Group.VERIFY_FIRST else failure.code
    return replace(failure, code=code, text=f"the order's address: {failure.text}", sent=False)
