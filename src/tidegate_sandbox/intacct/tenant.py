"""The company with all that the product adds to the kernel's: both doors work in it."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.intacct.failure import ErrorItem, FunctionFailure, no_object
from tidegate_sandbox.intacct.object_type import ObjectType
from tidegate_sandbox.intacct.options import Options
from tidegate_sandbox.intacct.sign_in import Credentials, Sessions
from tidegate_sandbox.intacct.store import Store


class Usage:
    """What was used: requests by door, and metered transactions by function (§12).

    A transaction is a function that was executed, read or write, whatever its outcome; a sign-in is none (A).
    REST: a request, and each part of a composite one.
    """

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.transactions: Counter[str] = Counter()

    def to_json(self) -> dict[str, Any]:
        """The counts, and their sums."""
        return {
            "requests": dict(self.requests),
            "transactions": dict(self.transactions),
            "metered": sum(self.transactions.values()),
        }


class Tenant:
    """One company of the product. Whoever works in it holds the company's lock."""

    def __init__(
        self,
        clock: SandboxClock,
        faults: FaultPlan,
        company: Company,
        options: Options,
        credentials: Credentials,
    ) -> None:
        self.clock = clock
        self.faults = faults
        self.company = company
        self.options = options
        self.credentials = credentials
        self.senders = {credentials.sender_id: credentials.sender_password}
        self.authorised = {credentials.sender_id}  #: senders on the company's list
        self.policies: dict[str, str] = {}  #: transport policies: the URL that answers are posted to
        self.store = Store()
        self.sessions = Sessions(clock, options)
        self.usage = Usage()
        self.types: dict[str, ObjectType] = {}
        self.is_offline = False  #: for maintenance
        self.expired = False

    def add(self, one: ObjectType) -> None:
        """Make an object known to both doors."""
        self.types[one.name] = one

    def type(self, name: str) -> ObjectType:
        """An object by its name. FunctionFailure for an unknown one."""
        found = self.types.get(name)
        if found is None:
            raise no_object(name)
        return found

    def allow(self, function: str, name: str) -> None:
        """FunctionFailure ``PL04000005`` where the user's role lacks an operation on an object."""
        denied = self.options.denied
        if denied & {(function, name), (function, "*"), ("*", name)}:
            text = f"You do not have permission for API operation {function.upper()} on objects of type {name.lower()}"
            raise FunctionFailure([ErrorItem("PL04000005", text)])

    @contextmanager
    def undoing(self) -> Iterator[None]:
        """All or nothing: whatever is raised within takes back all that was done within."""
        company, store = self.company, self.store
        keep = (company, company.lock, company.clock, company.window, company.seats)
        memo: dict[int, Any] = {id(one): one for one in keep}
        before = copy.deepcopy({**company.__dict__}, memo), copy.deepcopy({**store.__dict__}, memo)
        try:
            yield
        except BaseException:
            company.__dict__.clear()
            company.__dict__.update(before[0])
            store.__dict__.clear()
            store.__dict__.update(before[1])
            raise
