"""Sage 50's stand: the room over the simulator, in-process and in virtual time; the desktop is off until it works."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import httpx

from conformance.erp_stand import ErpStand
from conformance.sage50_staff import Administrator, Patient, Platform
from tidegate.conformance.stand import Booked, Call, Codes
from tidegate.sage.port.company import Company
from tidegate.sage.port.doorbell import Heard, Ring
from tidegate.sage.port.entrance import Consent, Passcode
from tidegate.sage.sage50.settings import Sage50Settings
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory
from tidegate_sandbox.faults import Fault
from tidegate_sandbox.inprocess import InProcessTransport
from tidegate_sandbox.sage50 import Sage50Face, build, spanish_company
from tidegate_sandbox.server import SandboxServer

HOST = "https://platform.example"
TOKEN, SECRET = "k3-long-and-random", "Zr7uFq0m4wYt2Lk9Xc1vBn8s"
APPLICATION = {
    "name": "Tidegate",
    "domains": ["ecommerce"],
    "approvalUrl": f"https://hub.example/{TOKEN}/approval",
    "notificationUrl": f"https://hub.example/{TOKEN}/notify",
}
#: A call of the suite -> the platform's, by what is to happen to it.
CALLS: dict[Call, tuple[str, str]] = {
    "send": ("PUT", r"/u/"),
    "prepare": ("GET", r"/files/ecommerce/products$"),
    "read stock": ("GET", r"/files/ecommerce/products$"),
    "find customer": ("GET", r"/files/ecommerce/customers$"),
}
TRACKING = r"/api/files/tracking/"


class CallBacks(httpx.BaseTransport):
    """The way of the platform's call-backs: into the doorbell of the company."""

    def __init__(self) -> None:
        self.company: Company | None = None
        self.drops_underscores = False  #: as many web servers do
        self.lost = False  #: nothing arrives
        self.heard: list[tuple[str, int]] = []
        self.answers: list[Heard] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if self.lost:
            raise httpx.ConnectError("refused", request=request)
        assert self.company is not None
        assert self.company.doorbell is not None
        headers = {
            name.lower(): value
            for name, value in request.headers.items()
            if not (self.drops_underscores and "_" in name)
        }
        path = urlsplit(str(request.url)).path
        heard = self.company.doorbell.ring(Ring(request.method, path, headers, request.content))
        self.heard.append((path.rpartition("/")[2], heard.status))
        self.answers.append(heard)
        return httpx.Response(heard.status)


class Sage50Stand(ErpStand):
    """:class:`tidegate.conformance.stand.Stand` over the simulator; options are those of its `Options`."""

    foreign = "USD"

    def __init__(
        self,
        *,
        settings: dict[str, Any] | None = None,
        is_on: bool = False,
        uploads: bool = True,
        consents: bool = True,
        at_once: bool = False,
        served: bool = False,
        **options: Any,
    ) -> None:
        """`at_once`: the files are waited for, with a desktop that works on each; `served`: over real sockets."""
        self._at_once = at_once
        super().__init__()
        self.erp = spanish_company(self.sandbox_clock, items=20)
        self.call_backs = CallBacks()
        self.face: Sage50Face
        options = {"validation_seconds": 0, **options}
        self.face, self.wire = build(
            self.sandbox_clock, self.faults, self.erp, call_backs=self.call_backs, **options
        )
        self._server = SandboxServer(self.wire).start() if served else None
        url = HOST if self._server is None else self._server.url
        self.factory = ClientFactory(InProcessTransport(self.wire)) if not served else self.sockets
        self.wire_http = httpx.Client(transport=InProcessTransport(self.wire), base_url=url)
        developer, application = self._registered()
        self.settings = Sage50Settings(
            base_url=url,
            developer_id=developer,
            application_id=application,
            secret=SECRET,
            call_back_token=TOKEN,
            currency="EUR",
            time_zone="Europe/Madrid",
            payment_methods={"": "Tarjeta", "checkmo": "Transferencia"},
            seats=2,
            **(settings or {}),
        )
        self.vault = MemoryVault()
        self.company: Company = self.open()
        self.seats = self.company.seats  # type: ignore[attr-defined]
        self.sign_ins = None
        self.desktop = Desktop(self)
        self.codes = Codes(
            account="WEB001",
            other_account="OTHER",
            skus=("HUB-0001", "HUB-0002", "HUB-0003", "INSTALL"),
            charge="CARRIAGE",
            revenue="4000",
            taxes={Decimal(rate): str(rate) for rate in (21, 20, 10, 5, 4, 0)},
            currency="EUR",
        )
        for account, name in (("WEB001", "Web shop customers"), ("OTHER", "Other")):
            self.open_account(account, name)
        self.consents = Administrator(self)
        self.bells = Platform(TOKEN, SECRET)
        if consents:
            self.consent()
        if uploads:
            self.desktop.upload()
        if not is_on:
            self.sim("installations", {"on": False})

    # The platform

    def sim(self, name: str, body: Any = None) -> Any:
        """A call of the control surface; GET without a body."""
        path = f"/_sim/{name}"
        answer = self.wire_http.get(path) if body is None else self.wire_http.post(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _registered(self) -> tuple[str, str]:
        body = {"name": "Dev", "email": "dev@hub.example", "application": APPLICATION}
        answer = self.wire_http.post("/api/developers", json=body)
        assert answer.status_code == 201, answer.text
        self.wire_http.post(answer.json()["registrationUrl"])
        mail = self.sim("mail")[-1]
        return mail["developerId"], mail["applicationId"]

    def open(self) -> Company:
        """The company as a process opens it; the platform's call-backs reach this one."""
        company: Company = self.opened(self.factory, self.vault)
        if self._at_once:
            company = Patient(company, self)
        self.call_backs.company = company
        return company

    def desktop_on(self) -> None:
        """Somebody switches the computer on, and leaves it on."""
        self.sim("installations", {"on": True})

    def consent(self) -> None:
        """A person asks for a passcode here and types it there."""
        entrance = self.company.entrance
        assert isinstance(entrance, Consent)
        passcode = entrance.ask()
        assert isinstance(passcode, Passcode), passcode
        self.sim("consent", {"action": "grant", "passcode": passcode.text})

    # The company's own books and people

    def booked(self, key: str) -> list[Booked]:
        return [
            Booked(one.external_key, one.number, one.totals.gross, one.status == "cancelled")
            for one in self.erp.orders.table
            if one.external_key == key
        ]

    def typed_in(self, reference: str, *, key: str = "", times: int = 1) -> None:
        raise NotImplementedError("nobody can look for it")

    def inject(
        self, kind: str, on: Call, *, times: int | None = 1, body: str | None = None, **options: Any
    ) -> None:
        method, path = CALLS[on]
        text = options.pop("body_text", None)
        if text is not None:
            options["body"] = json.dumps({"code": "error", "message": text})
        self.faults.add(Fault(kind, times=times, method=method, path=path, body=body, options=options))

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self.face.run_due()

    def lock(self) -> None:
        self.faults.add(Fault("status", times=None, path=TRACKING, options={"status": 503}))

    def unlock(self) -> None:
        self.faults.clear()

    def forbid(self, call: Call) -> None:
        method, path = CALLS[call]
        self.faults.add(Fault("status", times=None, method=method, path=path, options={"status": 403}))

    def open_account(self, account: str, name: str, email: str = "", *, foreign: bool = False) -> None:
        super().open_account(account, name, email, foreign=foreign)
        with self.erp.staff():
            address = self.erp.customer(account).address
            address.line_1, address.city, address.postcode = "Calle Mayor 1", "Burgos", "09001"

    def reopen(self, **settings: Any) -> None:
        """Open it with changed settings."""
        values = {name: getattr(self.settings, name) for name in self.settings.__struct_fields__}
        self.settings = Sage50Settings(**{**values, **settings})
        self.company.close()
        self.company = self.open()

    def add_product(self, sku: str) -> None:
        self.erp_item(sku)
        self.desktop.upload()

    def erp_item(self, sku: str) -> None:
        """A new article, in no file yet."""
        self.new_item(sku, extra={})

    def do(self, action: str, **values: Any) -> Any:
        done = super().do(action, **values)
        self.desktop.upload()
        return done

    def close(self) -> None:
        super().close()
        self.wire_http.close()
        if self._server is not None:
            self._server.stop()


class Desktop:
    """Sage 50 on a computer that is switched on only to work."""

    def __init__(self, stand: Sage50Stand) -> None:
        self._stand = stand
        self._names_the_bad = True

    def upload(self) -> None:
        """It sends its files."""
        with _SwitchedOn(self._stand):
            self._stand.sim("sage-upload", {})

    def work(self, at_most: int | None = None) -> None:
        """It fetches what lies there and enters it."""
        with _SwitchedOn(self._stand):
            self._stand.sim("sage-process", {} if at_most is None else {"most": at_most})
        if not self._names_the_bad:
            self._stand.advance(31 * 60)  # so long a result could still come

    def refuse_files_with(self, key: str) -> None:
        self._names_the_bad = False
        self._stand.sim("orders", {"refuse": [key]})
        self._stand.sim("options", {"refusal": "file", "result": "none"})

    def refuse(self, key: str) -> None:
        self._stand.sim("orders", {"refuse": [key]})

    def leave_out(self, key: str) -> None:
        self._stand.sim("orders", {"leaveOut": [key]})

    def lose_results(self) -> None:
        """The platform's word for it is one that nobody knows, and no result file is ever seen."""
        self._stand.sim("options", {"result": "none"})
        self._stand.faults.add(Fault("status_word", times=None, path=TRACKING, options={"word": "archiving"}))

    @property
    def second_file_replaces(self) -> bool:
        return self._stand.face.options.upload_mode == "replace"

    @property
    def kept_for(self) -> timedelta | None:
        return timedelta(days=self._stand.face.options.expiry_days)

    def again(self) -> Company:
        return self._stand.open()


class _SwitchedOn:
    """The computer is on for the block, and as it was after."""

    def __init__(self, stand: Sage50Stand) -> None:
        self._stand = stand

    def __enter__(self) -> None:
        [here] = self._stand.sim("installations")
        self._was_on = here["on"]
        self._stand.sim("installations", {"on": True})

    def __exit__(self, *_: object) -> None:
        if not self._was_on:
            self._stand.sim("installations", {"on": False})
