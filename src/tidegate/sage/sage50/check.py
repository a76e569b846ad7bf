"""Preflight of one Sage 50: address, consent, what the platform has, files, clock, and what the product lacks.

Source: contract §3 to §7, §11.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tidegate.clock import Clock
from tidegate.domain.errors import Failure
from tidegate.sage.port.entrance import ConsentStatus
from tidegate.sage.port.findings import Finding
from tidegate.sage.sage50 import answers, wire_names
from tidegate.sage.sage50.articles import Articles
from tidegate.sage.sage50.client import Sage50Client
from tidegate.sage.sage50.consent import Consent
from tidegate.sage.sage50.scope_files import ScopeFiles
from tidegate.sage.sage50.settings import Sage50Settings

SKEW = timedelta(minutes=2)
STALE = timedelta(days=2)  #: a file that is older shows that Sage 50 runs seldom
LACKING = (
    "this platform does not offer shipments, invoices, credit notes, payments or ledgers: Tidegate can "
    "follow an order only up to its number in Sage 50"
)
UNPROVEN = "the connection to Sage 50 was tested with a simulator only; check the first orders in Sage 50"


class Check:
    """The findings for one company."""

    def __init__(
        self,
        settings: Sage50Settings,
        client: Sage50Client,
        consent: Consent,
        files: ScopeFiles,
        articles: Articles,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._client = client
        self._consent = consent
        self._files = files
        self._articles = articles
        self._clock = clock

    def run(self) -> list[Finding]:
        """All findings, each after those that it depends on."""
        return [*self._findings()]

    def _findings(self) -> Iterator[Finding]:
        yield Finding("product", "warn", UNPROVEN, "see docs/sage/sage-50.md")
        yield Finding("product", "pass", LACKING)
        state = self._consent.state()
        if state.status is not ConsentStatus.GRANTED:
            remedy = "run `tidegate connect` for the company"
            yield Finding("consent", "fail", f"{state.status.value} {state.text}".strip(), remedy)
            return
        answer = self._client.ask("GET", _path(wire_names.PRODUCTS))
        if isinstance(answer, Failure):
            yield Finding("consent", "fail", answer.text, "run `tidegate connect` for the company")
            return
        yield Finding("consent", "pass", "the platform accepts the key")
        if answer.status == 404 and answers.object_of(answer) is None:
            yield Finding(
                "platform", "fail", "the answer at base_url is not from the platform", "check base_url"
            )
            return
        if answer.date is not None and abs(answer.date - self._clock.now()) > SKEW:
            yield Finding(
                "clock",
                "warn",
                "this machine's clock and the platform's differ",
                ("let this machine take its time from a time server (NTP)"),
            )
        for scope in (wire_names.PRODUCTS, wire_names.CUSTOMERS):
            yield self._file(scope)

    def _file(self, scope: str) -> Finding:
        file = self._files.latest(scope)
        if isinstance(file, Failure):
            return Finding(scope, "fail", file.text, "let Sage 50 send its files again")
        if file is None:
            return Finding(scope, "warn", f"Sage 50 has not sent its {scope} yet", "start Sage 50 once")
        text = f"{len(file.records)} records, {len(file.bad)} unreadable"
        if file.uploaded_at is None:
            return Finding(scope, "pass", text)
        text += f", of {file.uploaded_at:%Y-%m-%d %H:%M} UTC"
        if self._clock.now() - file.uploaded_at > STALE:
            return Finding(
                scope, "warn", f"{text}: that is long ago", ("start Sage 50 and let it send its files")
            )
        return Finding(scope, "pass", text)


def _path(scope: str) -> str:
    return wire_names.FILES.format(domain=wire_names.DOMAIN, scope=scope)
