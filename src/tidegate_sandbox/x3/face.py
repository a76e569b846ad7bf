"""The face: from an HTTP request to an answer of SOAP or REST, and the control surface."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

import msgspec

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.company import Company
from tidegate_sandbox.erp.control import ACTIONS, perform
from tidegate_sandbox.erp.refusal import Refusal
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.reply import HTML, Reply
from tidegate_sandbox.wire import ConnectionDropped
from tidegate_sandbox.x3 import graph, texts
from tidegate_sandbox.x3.customer_object import CustomerObject
from tidegate_sandbox.x3.demo import demo_company
from tidegate_sandbox.x3.export_templates import Export
from tidegate_sandbox.x3.folder import Folder
from tidegate_sandbox.x3.import_task import ImportTask
from tidegate_sandbox.x3.ledger_classes import Ledgers
from tidegate_sandbox.x3.master_classes import Masters
from tidegate_sandbox.x3.options import Options
from tidegate_sandbox.x3.order_object import OrderObject
from tidegate_sandbox.x3.problem import Denied
from tidegate_sandbox.x3.rest import ROOT, Rest, diagnoses
from tidegate_sandbox.x3.sales_classes import Sales
from tidegate_sandbox.x3.sign_in import SignIn
from tidegate_sandbox.x3.soap import FAULTS, SERVICE, WSDL, Pool, Published, Soap, SubProgram
from tidegate_sandbox.x3.templates import BatchGet, Import

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

CONTROLS = ("/_sim/", "/_sandbox/")
POOLS = "/api1/syracuse/collaboration/syracuse/soapClassicPools("
FACE_KINDS = frozenset(FAULTS)
"""Kinds of fault that this face carries out; the wire carries out the rest."""
TOKENS = "/token"  #: of X3 Online's service (A)
SLOWER = 20.0  #: seconds that an answer takes longer within the licence's grace


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who the hub is, and where it works."""

    user: str = "WSRV"
    password: str = "wsrv-password"
    client_id: str = "7d3c1f0a-tidegate"
    client_secret: str = "simulated-secret-of-a-connected-application"
    pool: str = "TIDEGATE"
    endpoint: str = "SEED"
    other_endpoint: str = "TEST"
    other_pool: str = "TIDETEST"


class X3Face:
    """The simulated product. ``app`` is its WSGI app; put a wire around it for faults and the clock."""

    def __init__(self, clock: SandboxClock, faults: FaultPlan, company: Company, options: Options) -> None:
        self.clock = clock
        self.faults = faults
        self.company = company
        self.options = options
        self.credentials = known = Credentials()
        other = demo_company(clock, items=5, home="USD", name="Test folder", first_id=100)
        self.folder = Folder(clock, known.endpoint, company, options)
        folders = {
            known.endpoint: self.folder,
            known.other_endpoint: Folder(clock, known.other_endpoint, other, options),
        }
        self.ledgers = Ledgers(self.folder)
        classes = {
            name: {
                one.name: one
                for one in (*Sales(each).classes(), *Ledgers(each).classes(), *Masters(each).classes())
            }
            for name, each in folders.items()
        }
        self.classes = classes
        published: dict[str, dict[str, Published]] = {}
        programs: dict[str, dict[str, SubProgram]] = {}
        orders_of = {name: OrderObject(each) for name, each in folders.items()}
        for name, each in folders.items():
            orders = orders_of[name]
            published[name] = {"WSSOH": orders, "WSBPC": CustomerObject(each)}
            task = ImportTask(each, orders)
            each.batch, each.batch_due = task.run_due, task.next_due
            if each is self.folder:
                self.import_task = task
            programs[name] = {
                "AOWSIMPORT": Import(task),
                "AOWSEXPORT": Export(each, classes[name]),
                "AOWSBATGET": BatchGet(task),
            }
        self.pools = {
            known.pool: Pool(known.pool, folders[known.endpoint], options),
            known.other_pool: Pool(known.other_pool, folders[known.other_endpoint], options),
        }
        self.sign_in = SignIn(
            clock,
            options,
            {known.user: known.password},
            known.client_id,
            known.client_secret,
            known.user,
        )
        self.rest = Rest(folders, classes, options)
        self.soap = Soap(faults, self.pools, published, programs, options)
        self.graph = graph.Graph(classes, orders_of, folders, options)
        self.used = 0  #: bytes of the licence's period

    def app(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI app."""
        return self._reply(environ).send(start_response)

    def settle(self) -> None:
        """Do what is due by the clock."""
        with self.company.lock:
            self.folder.catch_up()

    def next_due(self) -> datetime | None:
        """When something is due next."""
        with self.company.lock:
            return self.folder.next_due()

    def export_text(self, template: str = "YTGSTOCK") -> str:
        """What the export task of a template writes now."""
        with self.company.lock:
            return Export(self.folder, self.classes[self.folder.endpoint]).text(template)

    def perform(self, name: str, body: dict[str, Any]) -> Any:
        """What the company's people do: the kernel's actions, and those of X3."""
        with self.company.lock:
            self.folder.catch_up()
            done = self._own(name, body)
            if done is None:
                done = perform(self.company, name, body)
            self.folder.catch_up()
            return done

    def _own(self, name: str, body: dict[str, Any]) -> Any:
        """Deeds that other products do not know; None for any other."""
        match name:
            case "post-invoices":
                return {"invoices": self.folder.post_invoices()}
            case "validate":
                waiting = [one for one in self.company.despatches.table if "validated" not in one.extra]
                for one in waiting:
                    one.extra["validated"] = True
                    one.updated_at = self.company.stamp()
                return {"deliveries": len(waiting)}
            case "run-batch":
                self.import_task.run()
                return {"requests": len(self.import_task.requests)}
            case "open-document":
                self.folder.locks[str(body["document"])] = str(body.get("user", "ADMIN"))
                return {"locks": self.folder.locks}
            case "close-document":
                self.folder.locks.pop(str(body["document"]), None)
                return {"locks": self.folder.locks}
            case "rename-company":
                company, title = str(body["company"]), str(body["name"])
                self.folder.companies = [
                    (code, title if code == company else there) for code, there in self.folder.companies
                ]
                return {"companies": self.folder.companies}
        return None

    def _reply(self, environ: dict[str, Any]) -> Reply:
        path: str = environ["PATH_INFO"]
        method: str = environ["REQUEST_METHOD"]
        length = int(environ.get("CONTENT_LENGTH") or 0)
        raw: bytes = environ["wsgi.input"].read(length) if length else b""
        for prefix in CONTROLS:
            if path.startswith(prefix):
                return self._control(method, path.removeprefix(prefix).strip("/"), raw)
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        origin = f"{environ['wsgi.url_scheme']}://{host}"
        if path == TOKENS and method == "POST":
            return self._tokens(raw)
        try:
            if path == WSDL and method == "GET":
                return self.soap.wsdl(origin)
            if environ.get("sandbox.replay") != "late":  # it was let in when it came
                self.sign_in.user(str(environ.get("HTTP_AUTHORIZATION", "")))
            self._weigh(len(raw))
            reply = self._answer(method, path, raw, origin, environ)
        except Denied as denied:
            reply = Reply(denied.status, diagnoses(denied.text))
        except Refusal as refusal:  # a read by REST in single-user mode
            status = 503 if refusal.kind == "locked" else 500
            reply = Reply(status, diagnoses(texts.SINGLE_USER if status == 503 else refusal.text))
        self.used += len(reply.body)
        return reply

    def _tokens(self, raw: bytes) -> Reply:
        given = self.sign_in.exchange(dict(parse_qsl(raw.decode("utf-8", "replace"))))
        if given is None:
            return Reply(400, b'{"error":"invalid_grant"}')
        return Reply(200, msgspec.json.encode(given))

    def _answer(self, method: str, path: str, raw: bytes, origin: str, environ: dict[str, Any]) -> Reply:
        if path == SERVICE:
            return self.soap.reply(raw, has_action="HTTP_SOAPACTION" in environ)
        if path.startswith(POOLS):
            return self._pool_service(method, unquote(path))
        if path.startswith(ROOT):
            path = path.encode("latin-1").decode("utf-8", "replace")
            return self.rest.reply(method, path, environ.get("QUERY_STRING", ""), origin)
        if path == graph.PATH:
            signed = str(environ.get("HTTP_AUTHORIZATION", "")).startswith("Bearer ")
            return self.graph.reply(method, str(environ.get("HTTP_X_XTREM_ENDPOINT", "")), raw, signed=signed)
        return Reply(404, b"<html><body>404 Not Found</body></html>", HTML)

    def _weigh(self, size: int) -> None:
        """The licence is by volume: beyond it answers get slower, and beyond the grace there is none (§5)."""
        self.used += size
        allowance = self.options.allowance
        if allowance is None or self.used <= allowance:
            return
        if self.used > allowance * (100 + self.options.grace) // 100:
            raise ConnectionDropped("timeout")
        self.clock.advance(SLOWER)

    def _pool_service(self, method: str, path: str) -> Reply:
        """How administrators stop and start a pool."""
        if method == "POST" and path.endswith(("/$service/stop", "/$service/start")):
            self.options.stopped = path.endswith("stop")
            return Reply(200, b"{}")
        raise Denied(404, "the service does not exist")

    def _control(self, method: str, name: str, raw: bytes) -> Reply:
        """The control surface: ours, never part of the real product."""
        try:
            found = self._controlled(method, name, raw)
        except Refusal as refusal:
            status = 503 if refusal.kind == "locked" else 409
            return Reply(status, msgspec.json.encode({"error": refusal.text, "kind": refusal.kind}))
        except LookupError as error:
            return Reply(404, msgspec.json.encode({"error": f"there is no {error}"}))
        except (ValueError, TypeError) as error:
            return Reply(400, msgspec.json.encode({"error": str(error)}))
        return Reply(200, msgspec.json.encode(found))

    def _controlled(self, method: str, name: str, raw: bytes) -> Any:
        reading: dict[str, Callable[[], Any]] = {
            "books": self.company.books,
            "credentials": lambda: asdict(self.credentials),
            "pools": lambda: {
                one.alias: {"peak": one.peak, "refused": one.refused} for one in self.pools.values()
            },
            "volume": lambda: {"used": self.used, "allowance": self.options.allowance},
        }
        if method == "GET":
            return reading[name]()
        body = msgspec.json.decode(raw) if raw else {}
        if not isinstance(body, dict):
            raise ValueError("the body must be an object")
        if name == "options":
            return self._options(body)
        done = self._own(name, body)
        if done is not None:
            return done
        if name in ACTIONS:
            return self.perform(name, body)
        raise LookupError(name)

    def _options(self, changes: dict[str, Any]) -> Any:
        """Switches by name; lists become sets. ValueError for an unknown one."""
        known = {each.name for each in fields(Options)}
        if unknown := changes.keys() - known:
            raise ValueError(f"there is no option {sorted(unknown)[0]}; there are {', '.join(sorted(known))}")
        for name, value in changes.items():
            setattr(self.options, name, frozenset(value) if isinstance(value, list) else value)
        return {name: changes[name] for name in changes}
