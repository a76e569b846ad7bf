"""How a person lets Tidegate into a Sage 50: registration, passcode, approval; or a key typed in by hand.

Source: contract §2, §3. The approval comes by the doorbell and is stored there; what is open, granted or lost is kept in
the vault, so that every process sees the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.reading import values
from tidegate.reading.document import Unreadable
from tidegate.redaction import remember_secret
from tidegate.sage.port.entrance import Applicant, ConsentState, ConsentStatus, Passcode, RegistrationPage
from tidegate.sage.sage50 import answers, keys, wire_names
from tidegate.sage.sage50.client import JSON, encode
from tidegate.sage.sage50.settings import Sage50Settings
from tidegate.sage.vault import Secret, Secrets, Vault
from tidegate.transport import Answer, HttpClient, NoAnswer

PASSCODE, DENIED = "passcode", "consent-denied"  #: names in the vault
LIFE = timedelta(minutes=15)  #: of a passcode, where the answer does not say (A)
GRACE = timedelta(minutes=60)  #: how long after a passcode's end its approval may be delivered again
#: What a new consent begins without.
FORMER = (keys.INITIAL, keys.CURRENT, keys.PREVIOUS, keys.REVOKED, keys.LOST, DENIED)
APPLICATION = "Tidegate"


class Asked(msgspec.Struct, frozen=True):
    """A passcode that was asked for; `application` is what it was asked for with."""

    text: str
    until: datetime
    application: str


class Consent:
    """The consent of one company: :class:`tidegate.sage.port.entrance.Consent`."""

    def __init__(
        self,
        company: str,
        settings: Sage50Settings,
        http: HttpClient,
        vault: Vault,
        clock: Clock,
        *,
        developer_id: str,
        application_id: str,
        secret: str,
        call_back_token: str,
        probe: Callable[[], Failure | None],
    ) -> None:
        """`probe`: whether the platform takes the key that is stored."""
        self._company = company
        self._settings = settings
        self._http = http
        self._vault = vault
        self._clock = clock
        self._developer_id = developer_id
        self._application_id = application_id
        self._secret = secret
        self._token = call_back_token
        self._probe = probe

    @property
    def application_id(self) -> str:
        """What the approval must name."""
        return self._application_id

    def register(self, applicant: Applicant) -> RegistrationPage | Failure | None:
        """Make the developer and its first application; further steps are a person's (§2)."""
        if self._developer_id and self._application_id:
            return None
        if not self._call_backs():
            text = (
                "call_back_url and call_back_token are needed first: the registration says where approvals go"
            )
            return Failure(Code.NOT_AUTHENTICATED, text, sent=False)
        application = {
            "name": APPLICATION,
            "description": "Orders of a Magento shop",
            "domains": [wire_names.DOMAIN],
            **self._call_backs(),
        }
        body = {"name": applicant.name, "email": applicant.email, "company": applicant.company}
        if self._developer_id:
            path = wire_names.APPLICATIONS.format(developer=self._developer_id)
            found = self._post(path, application)
            if isinstance(found, Failure):
                return found
            application_id = found.get(wire_names.APPLICATION_ID)
            page = self._settings.base_url  # there is no page for it
            return RegistrationPage(
                page, f"Put application_id = {application_id!r} into the company's table."
            )
        found = self._post(wire_names.DEVELOPERS, {**body, "application": application})
        if isinstance(found, Failure):
            return found
        url = found.get(wire_names.REGISTRATION_URL)
        if not isinstance(url, str) or not url:
            return Failure(
                Code.SERVER_TROUBLE, "the platform's answer has no address for the registration", sent=False
            )
        then = (
            "Open the page and pass its captcha. An e-mail brings developer_id and application_id: put both into "
            "the company's table, then run the command again."
        )
        return RegistrationPage(url, then)

    def _call_backs(self) -> dict[str, str]:
        base = self._settings.call_back_url.rstrip("/")
        if not base or not self._token:
            return {}
        return {
            "approvalUrl": f"{base}/{self._token}/approval",
            "notificationUrl": f"{base}/{self._token}/notify",
        }

    def ask(self) -> Passcode | Failure:
        """A new passcode, with which the secret of this connection goes along (§3)."""
        if not (self._developer_id and self._application_id):
            text = (
                "developer_id and application_id are not known yet: `tidegate connect COMPANY --register EMAIL "
                "--name NAME --firm FIRM` registers the application, and an e-mail brings them"
            )
            return Failure(Code.NOT_AUTHENTICATED, text, sent=False)
        path = wire_names.PASSCODES.format(developer=self._developer_id, application=self._application_id)
        asked_at = self._clock.now()
        answer = self._call(path, {wire_names.SECRET: self._secret})
        found = answers.object_or_failure(answer)
        if isinstance(found, Failure):
            return self._silent(found)
        code = found.get(wire_names.PASSCODE)
        if not isinstance(code, str) or not code:
            return Failure(Code.SERVER_TROUBLE, "the platform's answer has no passcode", sent=False)
        remember_secret(code)
        until = asked_at + LIFE
        if isinstance(answer, Answer):
            until = _end(found, answer, asked_at) or until
        asked = Asked(code, until, self._application_id)
        secret = Secret(encode(asked).decode(), asked_at, until + GRACE)
        with self._vault.rotating(self._company) as turn:
            turn.keep({PASSCODE: secret}, forget=(DENIED,))
        return Passcode(code, until)

    def state(self) -> ConsentState:
        """The status by the vault. A passcode without an answer ends by its time alone: no denial is awaited."""
        secrets = self._vault.load(self._company)
        asked = asked_in(secrets)
        is_open = asked is not None and self._clock.now() < asked.until
        if is_open and asked is not None:
            return ConsentState(ConsentStatus.WAITING, Passcode(asked.text, asked.until))
        for name, status in ((keys.REVOKED, ConsentStatus.REVOKED), (keys.LOST, ConsentStatus.LOST)):
            if name in secrets:
                return ConsentState(status, text=f"since {secrets[name].obtained_at:%Y-%m-%d %H:%M} UTC")
        if DENIED in secrets:
            return ConsentState(ConsentStatus.DENIED, text="an administrator of Sage 50 has denied it")
        if keys.INITIAL in secrets:
            return ConsentState(ConsentStatus.GRANTED)
        text = "the passcode was not used in time: ask for a new one" if asked is not None else ""
        return ConsentState(ConsentStatus.NOT_ASKED, text=text)

    def enter(self, key: str) -> Failure | None:
        """Take the initial key from a person, where no call-back reaches the hub."""
        key = key.strip()
        if not key or any(sign.isspace() for sign in key):
            return Failure(Code.MALFORMED, "a key is one word", sent=False)
        now, before = self._clock.now(), self._vault.load(self._company)
        with self._vault.rotating(self._company) as turn:
            turn.keep({keys.INITIAL: Secret(key, now, granted_at=now)}, forget=forgotten())
        refused = self._probe()
        if refused is not None:
            former = {name: each for name, each in before.items() if name in (*FORMER, PASSCODE)}
            with self._vault.rotating(self._company) as turn:
                turn.keep(former, forget=[name for name in FORMER if name not in former])
        return refused

    def ends_at(self) -> datetime | None:
        """A consent has no known end."""
        return None

    def warning(self) -> str | None:
        """What is missing."""
        state = self.state()
        if state.status is ConsentStatus.GRANTED:
            return None
        again = f"run `tidegate connect {self._company}`"
        return f"Sage 50's consent to {self._company} is {state.status.value}: {state.text or again}"

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any] | Failure:
        found = answers.object_or_failure(self._call(path, body))
        return self._silent(found) if isinstance(found, Failure) else found

    def _call(self, path: str, body: dict[str, Any]) -> Answer | NoAnswer:
        remember_secret(self._secret)
        return self._http.request("POST", path, headers=JSON, content=encode(body), anytime=True)

    @staticmethod
    def _silent(failure: Failure) -> Failure:
        """The service may be closed to new developers: that must be said plainly (additions of 29 November)."""
        if failure.code not in (Code.UNREACHABLE, Code.UNKNOWN_ENDPOINT, Code.SERVER_TROUBLE):
            return failure
        text = (
            f"{failure.text}. If this does not change, the platform may be closed to new developers, or "
            "base_url is wrong: ask Sage"
        )
        return Failure(failure.code, text, sent=False)


def asked_in(secrets: Secrets) -> Asked | None:
    """The passcode that was asked for last."""
    found = secrets.get(PASSCODE)
    return msgspec.json.decode(found.value, type=Asked) if found is not None else None


def forgotten() -> tuple[str, ...]:
    """The names in the vault that a new consent replaces, except the key that it brings."""
    return tuple(name for name in (*FORMER, PASSCODE) if name != keys.INITIAL)


def _end(body: dict[str, Any], answer: Answer, asked_at: datetime) -> datetime | None:
    try:
        end = values.moment(body.get(wire_names.EXPIRY))
    except Unreadable:
        return None
    return asked_at + (end - (answer.date or asked_at)) if end is not None else None
