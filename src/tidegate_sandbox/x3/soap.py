"""The service `CAdxWebServiceXmlCC`: pools, published names, and what each operation does (contract §3, §5, §15)."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from typing import Any, Protocol

from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import Reply
from tidegate_sandbox.x3 import envelope, objects, texts
from tidegate_sandbox.x3.envelope import Call, Result
from tidegate_sandbox.x3.folder import Folder
from tidegate_sandbox.x3.objects import Row, Screen
from tidegate_sandbox.x3.options import Options
from tidegate_sandbox.x3.problem import Denied, Problem, from_refusal

SERVICE = "/soap-generic/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC"
WSDL = "/soap-wsdl/syracuse/collaboration/syracuse/CAdxWebServiceXmlCC"
XML = "text/xml; charset=utf-8"
VENDOR_ADDRESS = f"https://x3.example{SERVICE}"
FAULTS = ("record_locked", "changed_meanwhile", "no_number", "no_result", "pool_busy", "pool_stopped")
WRITES = ("save", "modify", "delete", "actionObject", "actionObjectKeys", "run")
ORDERS = "WSSOH"
INFORMATION, WARNING, ERROR = 1, 2, 3


class Published(Protocol):
    """An object that the administrator has published."""

    name: str
    key: str

    @property
    def lines(self) -> str: ...
    @property
    def screen(self) -> Screen: ...
    def save(self, header: Row, tables: Mapping[str, list[Row]]) -> tuple[Any, list[str]]: ...
    def find(self, key: str) -> Any: ...
    def shown(self, one: Any) -> dict[str, Any]: ...
    def listed(self, keys: Mapping[str, str], size: int) -> list[Row]: ...
    def modify(self, one: Any, header: Row) -> None: ...


class SubProgram(Protocol):
    """A sub-program that the administrator has published."""

    def run(self, values: Row, *, as_json: bool) -> str: ...


class Pool:
    """The channels of one pool, over all processes of the server."""

    def __init__(self, alias: str, folder: Folder, options: Options) -> None:
        self.alias = alias
        self.folder = folder
        self._options = options
        self._lock = threading.Lock()
        self._busy = 0
        self.peak = 0
        self.refused = 0

    @contextmanager
    def channel(self) -> Iterator[None]:
        """Take a channel for one call. Problem when all are busy until the queue's time is over."""
        options = self._options
        with self._lock:
            if self._busy + options.others >= options.pool_size * options.children:
                self.refused += 1
                raise Problem(texts.QUEUE)
            self._busy += 1
            self.peak = max(self.peak, self._busy)
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1


class Soap:
    """Answers SOAP calls: the published names of each pool's folder."""

    def __init__(
        self,
        faults: FaultPlan,
        pools: Mapping[str, Pool],
        published: Mapping[str, Mapping[str, Published]],
        programs: Mapping[str, Mapping[str, SubProgram]],
        options: Options,
    ) -> None:
        self._faults = faults
        self.pools = pools
        self._published = published
        self._programs = programs
        self._options = options
        self.saves = 0  #: of orders, as they arrived

    @staticmethod
    def wsdl(origin: str) -> Reply:
        """The vendor's own, with the server's address in it."""
        text = resources.files(__package__).joinpath("interface.wsdl").read_text(encoding="utf-8")
        return Reply(200, text.replace(VENDOR_ADDRESS, f"{origin}{SERVICE}").encode(), XML)

    def reply(self, raw: bytes, *, has_action: bool) -> Reply:
        """The answer of one call. Denied for what never reaches X3."""
        if not has_action:
            raise Denied(500, "SOAPAction header is missing")
        if self._options.children < 1:
            raise Denied(500, texts.NO_CHILDREN)
        try:
            call = envelope.read(raw)
        except envelope.BadEnvelope as error:
            return Reply(500, envelope.fault(f"org.xml.sax: {error}"), XML)
        self.saves += call.operation == "save" and call.texts.get("publicName") == ORDERS
        result = self._result(call, raw)
        if self._injected("no_result", raw):
            result = Result(0, None, result.messages or [(ERROR, "Fatal error")])
        return Reply(200, envelope.written(call.operation, result, multi_ref=self._options.multi_ref), XML)

    def _injected(self, kind: str, raw: bytes) -> bool:
        return self._faults.take_kind(kind, method="POST", path=SERVICE, body=raw) is not None

    def _result(self, call: Call, raw: bytes) -> Result:
        """Carry out a call: HTTP 200 whatever X3 says."""
        try:
            alias = call.context.get("poolAlias", "")
            pool = self.pools.get(alias)
            if pool is None or self._options.stopped or self._injected("pool_stopped", raw):
                raise Problem(texts.NO_POOL.format(alias))
            if self._injected("pool_busy", raw):
                raise Problem(texts.QUEUE)
            with pool.channel():
                return self._done(call, pool.folder, raw)
        except Problem as problem:
            messages = [(ERROR, texts.in_language(one, self._language(call))) for one in problem.messages]
            return Result(0, None, messages)

    def _language(self, call: Call) -> str:
        return self._options.language or call.context.get("codeLang", "")

    def _done(self, call: Call, folder: Folder, raw: bytes) -> Result:
        name = call.texts.get("publicName", "")
        if name in self._options.unpublished:
            raise Problem(texts.MISSING.format("Web service", name))
        if {name, f"{name} {call.operation}"} & self._options.denied:
            raise Problem(texts.RIGHTS.format(name))
        as_json = call.wants_json and not self._options.xml_results
        if call.operation not in WRITES and folder.company.window.closed() is not None:
            raise Problem(texts.NO_POOL.format(call.context.get("poolAlias", "")))
        try:
            with folder.working(writes=call.operation in WRITES):
                if call.operation == "run":
                    return self._run(call, folder, name, as_json)
                if call.operation == "getDescription" and name in self._programs[folder.endpoint]:
                    return Result(1, f'<PARAM NAME="{name}"><GRP ID="GRP1"/><GRP ID="GRP2"/></PARAM>')
                known = self._published[folder.endpoint].get(name)
                if known is None:
                    raise Problem(texts.MISSING.format("Web service", name))
                return self._of_object(call, known, raw, as_json)
        except Refusal as refusal:
            if refusal.kind == "locked":  # single-user mode: the pools are stopped (§16)
                raise Problem(texts.NO_POOL.format(call.context.get("poolAlias", ""))) from None
            raise from_refusal(refusal, name) from None

    def _run(self, call: Call, folder: Folder, name: str, as_json: bool) -> Result:
        program = self._programs[folder.endpoint].get(name)
        if program is None:
            raise Problem(texts.MISSING.format("Web service", name))
        groups = objects.read(call.texts.get("inputXml", ""))
        values = {
            key: value for one in groups.values() if isinstance(one, dict) for key, value in one.items()
        }
        return Result(1, program.run(values, as_json=as_json))

    def _of_object(self, call: Call, known: Published, raw: bytes, as_json: bool) -> Result:
        keys = dict(call.keys)
        match call.operation:
            case "getDescription" | "getDataXmlSchema":
                return Result(1, objects.described(known.screen, no_groups=self._options.no_groups))
            case "read":
                found = known.find(keys.get(known.key, ""))
                return Result(1, objects.written(known.shown(found), as_json=as_json))
            case "query":
                size = call.texts.get("listSize", "")
                rows = known.listed(keys, int(size) if size.isdigit() else 0)
                return Result(1, objects.listed(rows, as_json=as_json))
        if self._injected("record_locked", raw):
            raise Problem(texts.LOCKED)
        if call.operation == "modify" and self._injected("changed_meanwhile", raw):
            raise Problem(texts.CHANGED)  # updates are optimistic, by a tick counter (§16)
        match call.operation:
            case "save":
                header, tables = self._object(call, known)
                made, warnings = known.save(header, tables)
                shown = known.shown(made)
                if self._injected("no_number", raw):
                    first = next(iter(shown))
                    shown[first] = {**shown[first], known.key: ""}
                messages = [(WARNING, one) for one in warnings] or [(INFORMATION, "Record created")]
                return Result(1, objects.written(shown, as_json=as_json), messages)
            case "modify":
                found = known.find(keys.get(known.key, ""))
                header, _ = self._object(call, known)
                known.modify(found, header)
                return Result(1, objects.written(known.shown(found), as_json=as_json))
        raise Problem(f"{call.operation} : not implemented")

    def _object(self, call: Call, known: Published) -> tuple[Row, dict[str, list[Row]]]:
        return objects.flat(objects.read(call.texts.get("objectXml", "")), known.screen, table=known.lines)
