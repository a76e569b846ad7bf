"""What shall go wrong, and how often: the plan that every simulator of the sandbox follows.

A fault is armed for requests that match it and counted when it strikes. The kinds of ``WIRE_KINDS`` are
carried out by the wire for every face alike; any other kind belongs to a face (a simulator of one product),
which asks the plan for it by name.
"""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tidegate_sandbox import unreadable
from tidegate_sandbox.wire_answer import path_template

WIRE_KINDS: frozenset[str] = frozenset(
    {
        "refuse",
        "drop_before",
        "drop_after",
        "late",
        "cut_body",
        "duplicate_request",
        "status",
        "login_page",
        "slow",
        "drip",
        "garbage",
        "unreadable",
    }
)
"""The kinds that the wire carries out; each is described at ``tidegate_sandbox.wire``."""

_ANY_KIND_OPTIONS = frozenset({"probability", "skip", "query"})
_WIRE_OPTIONS: dict[str, frozenset[str]] = {
    "late": frozenset({"seconds", "seen"}),
    "status": frozenset({"status", "retry_after", "effect", "body", "content_type"}),
    "login_page": frozenset({"effect"}),
    "slow": frozenset({"seconds", "effect"}),
    "drip": frozenset({"seconds"}),
    "garbage": frozenset({"effect"}),
    "unreadable": frozenset({"field", "figure", "record"}),
}
_KEYS = ("kind", "times", "method", "path", "body", "options", "name")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(frozen=True)
class Fault:
    """One thing that shall go wrong.

    ``times``: how many requests it strikes, None for no end. ``method``: the HTTP method. ``path``: a regular
    expression searched in the path (without query). ``body``: a text that the request's body contains. None
    matches everything. Options for any kind: ``probability`` (0 to 1, per matching request), ``skip`` (so
    many matches pass first), ``query`` (a text that the decoded query string contains). Others belong to the
    kind. ``name`` is what ``fired`` counts it as, "" for its kind.

    Raises ValueError, naming the key, for a value that cannot be meant.
    """

    kind: str
    times: int | None = 1
    method: str | None = None
    path: str | None = None
    body: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or not self.kind:
            raise ValueError("'kind' must be the name of a fault")
        if not isinstance(self.name, str):
            raise ValueError(f"'name' must be a text; got {self.name!r}")
        if self.times is not None and (
            not isinstance(self.times, int) or isinstance(self.times, bool) or self.times < 1
        ):
            raise ValueError(f"'times' must be a whole number from 1, or null for no end; got {self.times!r}")
        for key in ("method", "path", "body"):
            if not isinstance(getattr(self, key), str | None):
                raise ValueError(f"'{key}' must be a text or null; got {getattr(self, key)!r}")
        try:
            re.compile(self.path or "")
        except re.error as error:
            raise ValueError(f"'path' must be a regular expression; {self.path!r} is none: {error}") from None
        if not isinstance(self.options, dict):
            raise ValueError(f"'options' must be an object; got {self.options!r}")
        self._check_options()

    def _check_options(self) -> None:
        options = self.options
        probability, skip = options.get("probability", 1), options.get("skip", 0)
        if not _is_number(probability) or not 0 <= probability <= 1:
            raise ValueError(f"option 'probability' must be a number from 0 to 1; got {probability!r}")
        if not isinstance(skip, int) or isinstance(skip, bool) or skip < 0:
            raise ValueError(f"option 'skip' must be a whole number from 0; got {skip!r}")
        if not isinstance(options.get("query", ""), str):
            raise ValueError(f"option 'query' must be a text; got {options['query']!r}")
        if self.kind in WIRE_KINDS:
            _check_wire_options(self.kind, options)

    @classmethod
    def from_json(cls, value: object) -> Fault:
        """Read a fault from decoded JSON. Raises ValueError, naming the key and what is allowed."""
        if not isinstance(value, dict):
            raise ValueError(f"a fault is an object with the keys {', '.join(_KEYS)}; got {value!r}")
        for key in value:
            if key not in _KEYS:
                raise ValueError(f"unknown key {key!r}; allowed: {', '.join(_KEYS)}")
        if "kind" not in value:
            raise ValueError(f"'kind' is missing; on every face one of: {', '.join(sorted(WIRE_KINDS))}")
        return cls(**value)

    def to_json(self) -> dict[str, Any]:
        """The fault as a JSON object, as ``from_json`` reads it."""
        return {key: getattr(self, key) for key in _KEYS}


def _check_wire_options(kind: str, options: Mapping[str, Any]) -> None:
    allowed = _ANY_KIND_OPTIONS | _WIRE_OPTIONS.get(kind, frozenset())
    for key in options:
        if key not in allowed:
            raise ValueError(f"unknown option {key!r} for {kind!r}; allowed: {', '.join(sorted(allowed))}")
    if kind == "unreadable":
        unreadable.check_options(options)
    seconds, status = options.get("seconds", 0), options.get("status", 503)
    if not _is_number(seconds) or not 0 <= seconds < float("inf"):
        raise ValueError(f"option 'seconds' must be a number from 0; got {seconds!r}")
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise ValueError(f"option 'status' must be an HTTP status from 200 to 599; got {status!r}")
    if not _is_number(options.get("retry_after", 0)) and not isinstance(options["retry_after"], str):
        raise ValueError("option 'retry_after' must be seconds or an HTTP date")
    for key in ("body", "content_type"):
        if not isinstance(options.get(key, ""), str):
            raise ValueError(f"option {key!r} must be a text; got {options[key]!r}")
    if options.get("seen", "drop") not in ("drop", "timeout"):
        raise ValueError(f"option 'seen' must be 'drop' or 'timeout'; got {options['seen']!r}")
    effect = options.get("effect")
    if kind == "slow" and effect not in (None, "now", "late", "never"):
        raise ValueError(f"option 'effect' of 'slow' must be 'now', 'late' or 'never'; got {effect!r}")
    if kind != "slow" and not isinstance(effect, bool | None):
        raise ValueError(f"option 'effect' of {kind!r} must be true or false; got {effect!r}")


class _Armed:
    """A fault in the plan, with how many matches still pass, how often it is still to be injected and was injected."""

    __slots__ = ("body", "fault", "fired", "left", "method", "path", "skip")

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.left = fault.times
        self.skip = int(fault.options.get("skip", 0))
        self.fired = 0
        self.method = fault.method.upper() if fault.method is not None else None
        self.path = re.compile(fault.path) if fault.path is not None else None
        self.body = fault.body.encode() if fault.body is not None else None

    def matches(
        self, method: str | None, path: str | None, body: bytes | None, more: Mapping[str, Any]
    ) -> bool:
        """What the caller does not say (None) matches whatever the fault asks for."""
        if self.method is not None and method is not None and self.method != method.upper():
            return False
        if self.path is not None and path is not None and not self.path.search(path):
            return False
        if self.body is not None and body is not None and self.body not in body:
            return False
        options = self.fault.options
        for key, value in more.items():
            if key not in options:
                continue
            if options[key] not in value if key == "query" else options[key] != value:
                return False
        return True


class FaultPlan:
    """The armed faults of one simulator. Safe to use from several threads; the same seed injects the same faults."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)
        self._armed: list[_Armed] = []
        self._kinds: frozenset[str] = frozenset()  #: of what is armed: most questions are about others
        self._fired: Counter[str] = Counter()
        self._calls: Counter[str] = Counter()

    def add(self, fault: Fault) -> None:
        """Arm a fault, behind those already armed."""
        with self._lock:
            self._arm([*self._armed, _Armed(fault)])

    def add_json(self, value: object, *, kinds: Collection[str] | None = None) -> None:
        """Arm the fault, or all faults of the list, in decoded JSON; none if one of them is not valid.

        ``kinds`` are all the kinds that may be armed. Raises ValueError, naming the key and what is allowed.
        """
        faults = [Fault.from_json(one) for one in (value if isinstance(value, list) else [value])]
        for fault in faults:
            if kinds is not None and fault.kind not in kinds:
                raise ValueError(f"unknown 'kind' {fault.kind!r}; allowed: {', '.join(sorted(kinds))}")
        for fault in faults:
            self.add(fault)

    def clear(self, kind: str | None = None) -> None:
        """Disarm all faults, or those of one kind. The counts of ``fired`` stay."""
        with self._lock:
            self._arm([] if kind is None else [a for a in self._armed if a.fault.kind != kind])

    def _arm(self, armed: list[_Armed]) -> None:
        self._armed, self._kinds = armed, frozenset(one.fault.kind for one in armed)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """No fault is injected meanwhile; what was armed is armed afterwards."""
        with self._lock:
            armed = self._armed
            self._arm([])
        try:
            yield
        finally:
            with self._lock:
                self._arm([*armed, *self._armed])

    def take(
        self,
        method: str,
        path: str,
        body: bytes | str,
        *,
        query: str = "",
        kinds: Collection[str] | None = None,
    ) -> Fault | None:
        """The first armed fault that is due for this request, counted; None if none does.

        ``kinds`` narrows the search. ``query`` is the decoded query string.
        """
        if not self._armed:
            return None
        return self._take(kinds, method, path, body, {"query": query})

    def take_kind(
        self,
        kind: str,
        *,
        method: str | None = None,
        path: str | None = None,
        body: bytes | str | None = None,
        **match: Any,
    ) -> Fault | None:
        """The first armed fault of ``kind`` that is due, counted.

        A face says what it knows of the case: what it leaves out is not compared. A further keyword is
        compared with the fault's option of that name, where the fault has one: ``take_kind("lock",
        company="A")`` is struck by ``Fault("lock")`` and by ``Fault("lock", options={"company": "A"})``.
        """
        if kind not in self._kinds:
            return None
        return self._take((kind,), method, path, body, match)

    def active(
        self,
        kind: str,
        *,
        method: str | None = None,
        path: str | None = None,
        body: bytes | str | None = None,
        **match: Any,
    ) -> Fault | None:
        """The first armed fault of ``kind`` that matches, not counted.

        For states that last until they are cleared, such as maintenance. ``skip`` and ``probability`` play no
        part in it.
        """
        return next(self.matching(kind, method=method, path=path, body=body, **match), None)

    def matching(
        self,
        kind: str,
        *,
        method: str | None = None,
        path: str | None = None,
        body: bytes | str | None = None,
        **match: Any,
    ) -> Iterator[Fault]:
        """The armed faults of ``kind`` that match, not counted; ``strike`` counts the one that is used."""
        if kind not in self._kinds:
            return
        raw = body.encode() if isinstance(body, str) else body
        for armed in self._armed:
            if armed.fault.kind == kind and armed.matches(method, path, raw, match):
                yield armed.fault

    def inject(self, fault: Fault, method: str | None = None, path: str | None = None) -> bool:
        """Whether this armed fault is due now by its ``times``, ``skip`` and ``probability``; counted if so."""
        with self._lock:
            injected = any(armed.fault is fault and self._is_due(armed) for armed in self._armed)
            if injected:
                self._count_call(fault, method, path)
            return injected

    def _take(
        self,
        kinds: Collection[str] | None,
        method: str | None,
        path: str | None,
        body: bytes | str | None,
        more: Mapping[str, Any],
    ) -> Fault | None:
        raw = body.encode() if isinstance(body, str) else body
        with self._lock:
            for armed in self._armed:
                if kinds is not None and armed.fault.kind not in kinds:
                    continue
                if armed.matches(method, path, raw, more) and self._is_due(armed):
                    self._count_call(armed.fault, method, path)
                    return armed.fault
        return None

    def _count_call(self, fault: Fault, method: str | None, path: str | None) -> None:
        if method is not None and path is not None:
            called = re.sub(r"^.*?/[vV]1/", "", path_template(path))
            self._calls[f"{fault.name or fault.kind} {method} {called}"] += 1

    def _is_due(self, armed: _Armed) -> bool:
        if armed.skip:
            armed.skip -= 1
            return False
        probability = armed.fault.options.get("probability")
        if probability is not None and self._random.random() >= probability:
            return False
        armed.fired += 1
        self._fired[armed.fault.name or armed.fault.kind] += 1
        if armed.left is not None:
            armed.left -= 1
            if not armed.left:
                self._arm([other for other in self._armed if other is not armed])
        return True

    def fired(self) -> dict[str, int]:
        """How often each kind, or name, has struck since the plan was made."""
        with self._lock:
            return dict(self._fired)

    def fired_by_call(self) -> dict[str, int]:
        """The same by kind, or name, method and path, of the faults that struck one call."""
        with self._lock:
            return dict(self._calls)

    def armed(self) -> list[dict[str, Any]]:
        """The armed faults as JSON objects; ``times`` is what is left, ``fired`` how often it has struck."""
        with self._lock:
            return [{**a.fault.to_json(), "times": a.left, "fired": a.fired} for a in self._armed]
