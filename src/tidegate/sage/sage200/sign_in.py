"""Sage ID: OAuth 2.0 authorisation code, with a refresh token that changes at every refresh.

Source: contract §3 (token addresses and rotation P, lifetimes C, errors A). What follows from rotation:
one refresh at a time over all processes, the new pair stored before its access token is used, and a
refresh token that was refused is never offered again. If the answer to a refresh is lost, the next
attempt offers the same token once more: not trying would surely end the sign-in, trying may save it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from tidegate.clock import Clock
from tidegate.domain.errors import Code, Failure
from tidegate.reading.document import Unreadable
from tidegate.reading.shape import Shape
from tidegate.redaction import redact, remember_secret
from tidegate.sage.tokens import StoredPair, TokenPair, TokenVault
from tidegate.transport import Answer, HttpClient, NoAnswer, Tally

AUDIENCE = "s200ukipd/sage200"
SCOPE = "openid profile email offline_access"
AHEAD = timedelta(minutes=10)  #: renew the access token so long before it ends
WARN = timedelta(days=10)  #: tell the operator so long before the sign-in ends
PAUSE = 60.0  #: seconds between attempts to renew a token that still works
LONGEST_TOKEN_SECONDS = 366 * 86400  #: what an answer says beyond is nonsense
ACCESS_TOKEN_SECONDS = 28800  #: 480 minutes, where the answer does not say (C)


@dataclass(frozen=True, slots=True)
class Registration:
    """What the vendor issued for this application. Without a secret it is a public client (PKCE)."""

    client_id: str
    client_secret: str
    redirect_url: str
    refresh_token_days: int = 90


class _Answered(msgspec.Struct):
    access_token: str = ""
    refresh_token: str | None = None
    expires_in: int | None = None
    error: str = ""
    error_description: str = ""


_ANSWER: Shape[_Answered] = Shape(_Answered)


class SignIn:
    """The sign-in of one company: :class:`tidegate.sage.port.entrance.SignIn`."""

    def __init__(
        self, name: str, http: HttpClient, vault: TokenVault, clock: Clock, registration: Registration
    ) -> None:
        """`name` is the company's, under which the vault keeps the tokens."""
        self.name = name
        self._http = http
        self._vault = vault
        self._clock = clock
        self._registration = registration
        self._pair: TokenPair | None = None
        self._lock = threading.Lock()
        self._dead = ""
        self._pause_until = 0.0
        if registration.client_secret:
            remember_secret(registration.client_secret)

    @property
    def _again(self) -> str:
        return f"run `tidegate sign-in {self.name}`"

    @property
    def calls(self) -> int:
        """Requests to the sign-in server so far."""
        return self._http.counter.value

    def calls_in(self, tally: Tally) -> int:
        """Those of them that one piece of work has made."""
        return tally.of(self._http.counter)

    @property
    def redirect_url(self) -> str:
        """Where the browser ends after the sign-in."""
        return self._registration.redirect_url

    # A person signs in

    def authorization_url(self, state: str, verifier: str) -> str:
        """The page to open in the browser (§3, step 1); `verifier` only matters to public clients."""
        query = {
            "audience": AUDIENCE,
            "response_type": "code",
            "client_id": self._registration.client_id,
            "redirect_uri": self._registration.redirect_url,
            "scope": SCOPE,
            "state": state,
        }
        if not self._registration.client_secret:
            digest = hashlib.sha256(verifier.encode()).digest()
            query["code_challenge"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            query["code_challenge_method"] = "S256"
        return f"{self._http.base_url}/authorize?{urlencode(query)}"

    def complete(self, callback_url: str, state: str, verifier: str) -> Failure | None:
        """Exchange the code of the callback's address for tokens (§3, steps 2 and 3)."""
        query = {key: values[0] for key, values in parse_qs(urlsplit(callback_url).query).items()}
        if not hmac.compare_digest(query.get("state", "").encode(), state.encode()):
            return self._failed("the answer belongs to another sign-in (state differs): start again")
        if "error" in query:
            reason = query.get("error_description") or query["error"]
            return self._failed(f"the sign-in was not granted: {reason}")
        if not query.get("code"):
            return self._failed("the address carries no code: copy the whole address of the last page")
        form = {
            "grant_type": "authorization_code",
            "client_id": self._registration.client_id,
            **self._proof(verifier),
            "code": query["code"],
            "redirect_uri": self._registration.redirect_url,
        }
        remember_secret(query["code"])
        with self._lock, self._vault.refreshing(self.name):
            now = self._clock.now()
            answered = self._ask(form)
            if isinstance(answered, Failure):
                return answered
            self._store(answered, answered.refresh_token or "", now, signed_in_at=now)
            self._dead = ""
        return None

    def _proof(self, verifier: str) -> dict[str, str]:
        if self._registration.client_secret:
            return {"client_secret": self._registration.client_secret}
        return {"code_verifier": verifier}

    def ends_at(self) -> datetime | None:
        """The absolute end: counted from the sign-in, not moved by a refresh (§3, P)."""
        pair = self._load()  # another process may have signed in meanwhile
        if pair is None:
            return None
        if not pair.refresh_token:
            return pair.expires_at
        return pair.signed_in_at + timedelta(days=self._registration.refresh_token_days)

    def warning(self) -> str | None:
        """What to tell the operator within ten days of the absolute end."""
        end = self.ends_at()
        if end is None:
            return f"nobody has signed in to {self.name} yet: {self._again}"
        left = end - self._clock.now()
        if left > WARN:
            return None
        if left <= timedelta(0):
            return f"the sign-in to {self.name} ended on {end:%Y-%m-%d}: {self._again}"
        return f"the sign-in to {self.name} ends on {end:%Y-%m-%d}, in {left.days} days: {self._again} before"

    # Calls need a token

    def token(self) -> str | Failure:
        """An access token that is good for the next minutes; renewed ahead of its end."""
        pair = self._pair or self._load()
        if pair is None:
            return self._failed(f"nobody has signed in to {self.name} yet: {self._again}")
        now = self._clock.now()
        if pair.expires_at - now > AHEAD:
            return pair.access_token
        still_good = now < pair.expires_at
        if still_good and (not pair.refresh_token or self._clock.monotonic() < self._pause_until):
            return pair.access_token
        renewed = self._renew(pair.access_token, ahead=AHEAD)
        if isinstance(renewed, Failure) and still_good and renewed.code is not Code.SIGN_IN_EXPIRED:
            # The sign-in server is away, the token still works: nothing to stop for.
            self._pause_until = self._clock.monotonic() + PAUSE
            return pair.access_token
        return renewed

    def renewed(self, refused: str) -> str | Failure:
        """Another access token after the API refused this one with 401."""
        return self._renew(refused, ahead=timedelta(0))

    def _renew(self, stale: str, *, ahead: timedelta) -> str | Failure:
        with self._lock, self._vault.refreshing(self.name):
            pair = self._load()
            if pair is None:
                return self._failed(f"nobody has signed in to {self.name} yet: {self._again}")
            if pair.access_token != stale and pair.expires_at - self._clock.now() > ahead:
                return pair.access_token  # another thread or process was first
            if not pair.refresh_token:
                return self._failed(f"the sign-in has ended and gave no refresh token: {self._again}")
            if pair.refresh_token == self._dead:
                return self._expired()
            form = {"grant_type": "refresh_token", "client_id": self._registration.client_id}
            if self._registration.client_secret:
                form["client_secret"] = self._registration.client_secret
            form["refresh_token"] = pair.refresh_token
            now = self._clock.now()
            answered = self._ask(form)
            if isinstance(answered, Failure):
                if answered.code is Code.SIGN_IN_EXPIRED:
                    self._dead = pair.refresh_token
                return answered
            self._store(
                answered, answered.refresh_token or pair.refresh_token, now, signed_in_at=pair.signed_in_at
            )
            return answered.access_token

    def _load(self) -> TokenPair | None:
        self._pair = self._vault.load(self.name)
        if self._pair is not None:
            remember_secret(self._pair.access_token)
            remember_secret(self._pair.refresh_token)
        return self._pair

    def _store(
        self, answered: _Answered, refresh_token: str, asked_at: datetime, *, signed_in_at: datetime
    ) -> None:
        # Counted from before the question: the token ends earlier for us than for the server.
        seconds = min(max(answered.expires_in or 0, 0), LONGEST_TOKEN_SECONDS) or ACCESS_TOKEN_SECONDS
        pair = StoredPair(
            answered.access_token, refresh_token, asked_at + timedelta(seconds=seconds), signed_in_at
        )
        remember_secret(pair.access_token)
        remember_secret(pair.refresh_token)
        self._vault.save(
            self.name,
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            expires_at=pair.expires_at,
            signed_in_at=pair.signed_in_at,
        )
        self._pair = pair
        self._pause_until = 0.0

    def _ask(self, form: dict[str, str]) -> _Answered | Failure:
        answer = self._http.request(
            "POST",
            "/oauth/token",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode(form).encode(),
        )
        if isinstance(answer, NoAnswer):
            return Failure(Code.UNREACHABLE, f"the sign-in server did not answer: {answer.text}", sent=False)
        return self._judged(answer)

    def _judged(self, answer: Answer) -> _Answered | Failure:
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
