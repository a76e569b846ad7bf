"""OAuth 2.0 with an authorisation code (RFC 6749 §4.1, §6; PKCE: RFC 7636), for every product that signs in so.

Requests are written by oauthlib; they travel over our own client, which counts and ends them, and answers pass
the same reading layer as all others (docs/decisions/0020-secrets-by-name-and-oauth-2-by-oauthlib.md).

Many servers take a refresh token once and give a new one with each answer. What follows from that, and harms
no other server: one renewal at a time over all processes, the new tokens stored before they are used, and a refresh
token that was refused is never offered again. If the answer to a renewal is lost, the next attempt offers the same
token once more: not trying would surely end the sign-in, trying may save it.
"""

from __future__ import annotations

import hmac
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import msgspec
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2 import WebApplicationClient

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable
from tidegate.reading.shape import Shape
from tidegate.redaction import redact, remember_secret
from tidegate.sage.tokens import Tokens, as_secrets, superseded, tokens_of
from tidegate.sage.vault import Turn, Vault
from tidegate.transport import Answer, Counted, HttpClient, NoAnswer

AHEAD = timedelta(minutes=10)  #: how long before its end the access token is renewed
WARN = timedelta(days=10)  #: how long before the end of the sign-in the operator is notified
UNUSED = timedelta(days=1)  #: a sign-in that lives by use is renewed after this time
PAUSE = 60.0  #: seconds between attempts to renew a token that still works
LONGEST_TOKEN_SECONDS = 366 * 86400  #: what an answer says beyond is nonsense


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What a product's sign-in server wants. Paths follow the client's base address."""

    authorize_path: str
    token_path: str
    scope: str
    access_seconds: int  #: the lifetime of an access token where the answer does not state it
    extra: tuple[tuple[str, str], ...] = ()  #: further parameters of the page to open
    ahead: timedelta = AHEAD
    authorize_url: str = ""  #: address of the page, where its host is not that of the tokens
    refresh_lasts: timedelta | None = None  #: where each renewal starts the lifetime of the sign-in again
    warn: timedelta = WARN  #: how long before its end the operator is notified


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the maker issued for this application. Without a secret it is a public client, which uses PKCE."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_url: str
    lasts: timedelta | None = (
        None  #: the lifetime of a sign-in, which renewals do not extend; None: no end is known
    )


class _Answered(msgspec.Struct):
    access_token: str = ""
    refresh_token: str | None = None
    expires_in: int | None = None
    refresh_token_expires_in: int | None = None
    error: str = ""
    error_description: str = ""


_ANSWER: Shape[_Answered] = Shape(_Answered)


class OAuthSignIn(Counted):
    """The sign-in of one company: :class:`tidegate.sage.port.entrance.SignIn`, and its tokens for the room."""

    def __init__(
        self,
        name: str,
        http: HttpClient,
        vault: Vault,
        clock: Clock,
        registration: Registration,
        server: Server,
    ) -> None:
        """`name` is the company's, under which the vault keeps the tokens."""
        self.name = name
        self._http = http
        self._vault = vault
        self._clock = clock
        self._registration = registration
        self._server = server
        self._writer = WebApplicationClient(registration.client_id)
        self._tokens: Tokens | None = None
        self._lock = threading.Lock()
        self._dead = ""
        self._refused = ""  #: an access token that the company has refused, until another one is given
        self._pause_until = 0.0
        remember_secret(registration.client_secret)

    @property
    def _again(self) -> str:
        return f"run `tidegate sign-in {self.name}`"

    @property
    def redirect_url(self) -> str:
        """Where the browser ends after the sign-in."""
        return self._registration.redirect_url

    # A person signs in

    def authorization_url(self, state: str, verifier: str) -> str:
        """The page to open in the browser; `verifier` only matters to public clients."""
        query = [
            *self._server.extra,
            ("response_type", "code"),
            ("client_id", self._registration.client_id),
            ("redirect_uri", self._registration.redirect_url),
            ("scope", self._server.scope),
            ("state", state),
        ]
        if not self._registration.client_secret:
            query.append(("code_challenge", self._writer.create_code_challenge(verifier, "S256")))
            query.append(("code_challenge_method", "S256"))
        page = self._server.authorize_url or self._http.base_url + self._server.authorize_path
        address: str = add_params_to_uri(page, query)
        return address

    def complete(self, callback_url: str, state: str, verifier: str) -> Failure | None:
        """Exchange the code of the callback's address for tokens."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(callback_url).query).items()}
        if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
            return self._failed(
                "the answer belongs to another sign-in (the state parameter differs): start again"
            )
        if "error" in query:
            reason = query.get("error_description") or query["error"]
            return self._failed(f"the sign-in was not granted: {reason}")
        if not query.get("code"):
            return self._failed("the address has no code: copy the whole address of the last page")
        remember_secret(query["code"])
        form = self._code_form(query["code"], verifier)
        with self._lock, self._vault.rotating(self.name) as turn:
            now = self._clock.now()
            answered = self._ask(form, anytime=True)
            if isinstance(answered, Failure):
                return answered
            self._keep(turn, answered, answered.refresh_token or "", now, signed_in_at=now)
            self._dead = ""
        return None

    def ends_at(self) -> datetime | None:
        """The end: counted from the sign-in, not moved by a renewal; where renewals move it, from the last one."""
        tokens = self._load()  # another process may have signed in meanwhile
        if tokens is None:
            return None
        if not tokens.refresh_token:
            return tokens.expires_at
        if self._server.refresh_lasts is not None:
            return tokens.refresh_ends_at or tokens.obtained_at + self._server.refresh_lasts
        lasts = self._registration.lasts
        return None if lasts is None else tokens.signed_in_at + lasts

    def warning(self) -> str | None:
        """The message to the operator when the end is near."""
        tokens = self._load()
        if tokens is None:
            return f"the sign-in to {self.name} is missing: {self._again}"
        if tokens.refresh_token and tokens.refresh_token == self._dead:
            return self._expired().text
        end = self.ends_at()
        if end is None:
            return None
        left = end - self._clock.now()
        if left > self._server.warn:
            return None
        if left <= timedelta(0):
            return f"the sign-in to {self.name} ended on {end:%Y-%m-%d}: {self._again}"
        return (
            f"the sign-in to {self.name} ends on {end:%Y-%m-%d}, in {left.days} days: {self._again} before "
            "then"
        )

    def keep_alive(self) -> Failure | None:
        """Renew a sign-in whose lifetime starts again with each renewal, if none happened for a day."""
        tokens = self._load()
        if tokens is None or not tokens.refresh_token or self._server.refresh_lasts is None:
            return None
        if self._clock.now() - tokens.obtained_at < UNUSED:
            return None
        renewed = self._renew(tokens.access_token, ahead=self._server.ahead)
        return renewed if isinstance(renewed, Failure) else None

    # Calls need a token

    def token(self) -> str | Failure:
        """An access token that is good for the next minutes; renewed ahead of its end."""
        tokens = self._tokens or self._load()
        if tokens is None:
            return self._failed(f"the sign-in to {self.name} is missing: {self._again}")
        if tokens.access_token == self._refused:
            # Its renewal has failed: the company has said what it thinks of this one, and is not asked on and on.
            return self._renew(tokens.access_token, ahead=timedelta(0))
        now = self._clock.now()
        if tokens.expires_at - now > self._server.ahead:
            return tokens.access_token
        still_good = now < tokens.expires_at
        if still_good and (not tokens.refresh_token or self._clock.monotonic() < self._pause_until):
            return tokens.access_token
        renewed = self._renew(tokens.access_token, ahead=self._server.ahead)
        if isinstance(renewed, Failure) and still_good and renewed.code is not Code.SIGN_IN_EXPIRED:
            # The sign-in server is away, the token still works: nothing to stop for.
            self._pause_until = self._clock.monotonic() + PAUSE
            return tokens.access_token
        return renewed

    def renewed(self, refused: str) -> str | Failure:
        """Another access token after the company refused this one with 401."""
        self.refused(refused)
        return self._renew(refused, ahead=timedelta(0))

    def refused(self, token: str) -> None:
        """The company refused this access token: it is not offered again, also while its renewal fails."""
        self._refused = token

    def _renew(self, stale: str, *, ahead: timedelta) -> str | Failure:
        with self._lock, self._vault.rotating(self.name) as turn:
            tokens = self._tokens = tokens_of(turn.secrets)
            if tokens is None:
                return self._failed(f"the sign-in to {self.name} is missing: {self._again}")
            if tokens.access_token != stale and tokens.expires_at - self._clock.now() > ahead:
                return tokens.access_token  # another thread or process was first
            if not tokens.refresh_token:
                return self._failed(f"the sign-in has ended and gave no refresh token: {self._again}")
            if tokens.refresh_token == self._dead:
                return self._expired()
            now = self._clock.now()
            answered = self._ask(self._refresh_form(tokens.refresh_token))
            if isinstance(answered, Failure):
                if answered.code is Code.SIGN_IN_EXPIRED:
                    self._dead = tokens.refresh_token
                return answered
            refresh = answered.refresh_token or tokens.refresh_token
            return self._keep(turn, answered, refresh, now, signed_in_at=tokens.signed_in_at)

    def _code_form(self, code: str, verifier: str) -> str:
        where, secret = self._registration.redirect_url, self._registration.client_secret
        form: str = (
            self._writer.prepare_request_body(code=code, redirect_uri=where, client_secret=secret)
            if secret
            else self._writer.prepare_request_body(code=code, redirect_uri=where, code_verifier=verifier)
        )
        return form

    def _refresh_form(self, refresh_token: str) -> str:
        known = {"client_id": self._registration.client_id}
        if self._registration.client_secret:
            known["client_secret"] = self._registration.client_secret
        form: str = self._writer.prepare_refresh_body(refresh_token=refresh_token, **known)
        return form

    def _load(self) -> Tokens | None:
        self._tokens = tokens_of(self._vault.load(self.name))
        return self._tokens

    def _keep(
        self,
        turn: Turn,
        answered: _Answered,
        refresh_token: str,
        asked_at: datetime,
        *,
        signed_in_at: datetime,
    ) -> str:
        """Commit what was given; the access token to use from now on: ours, or of who has overtaken us."""
        # Counted from before the question: the token ends earlier for us than for the server.
        seconds = min(max(answered.expires_in or 0, 0), LONGEST_TOKEN_SECONDS) or self._server.access_seconds
        ends = asked_at + timedelta(seconds=seconds)
        lasts = min(max(answered.refresh_token_expires_in or 0, 0), LONGEST_TOKEN_SECONDS)
        refresh_ends = asked_at + timedelta(seconds=lasts) if lasts else None
        given = Tokens(answered.access_token, refresh_token, asked_at, ends, signed_in_at, refresh_ends)
        kept = tokens_of(turn.keep(as_secrets(given), forget=superseded(given))) or given
        self._tokens = kept
        self._refused = ""
        self._pause_until = 0.0
        return kept.access_token

    def _ask(self, form: str, *, anytime: bool = False) -> _Answered | Failure:
        answer = self._http.request(
            "POST",
            self._server.token_path,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=form.encode(),
            anytime=anytime,
        )
        if isinstance(answer, NoAnswer):
            return Failure(Code.UNREACHABLE, f"the sign-in server did not answer: {answer.text}", sent=False)
        return self._answered(answer)

    def _answered(self, answer: Answer) -> _Answered | Failure:
        try:
            answered = _ANSWER.decode(answer.body)
        except Unreadable:
            answered = _Answered()
        if answer.status == 200 and answered.access_token:
            return answered
        if answered.error == "invalid_grant":
            return self._expired(answered.error_description)
        if answer.status == 429:
            return Failure(
                Code.THROTTLED, "the sign-in server is throttling", retry_after=answer.retry_after, sent=False
            )
        if 400 <= answer.status < 500 and answered.error:
            reason = redact(f"{answered.error}: {answered.error_description}")
            return Failure(
                Code.NOT_AUTHENTICATED,
                f"the sign-in server refused this application ({reason}): check client id and secret",
                sent=False,
            )
        return Failure(
            Code.SERVER_TROUBLE,
            f"the sign-in server answered {answer.status}: {answer.text(120)}",
            sent=False,
        )

    def _expired(self, reason: str = "") -> Failure:
        why = f" ({redact(reason)})" if reason else ""
        return self._failed(f"the sign-in to {self.name} has ended or was revoked{why}: {self._again}")

    @staticmethod
    def _failed(text: str) -> Failure:
        return Failure(Code.SIGN_IN_EXPIRED, redact(text), sent=False)
