"""The tokens of an OAuth 2 sign-in, as named secrets of the vault: an access token, and what renews it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tidegate.sage.vault import Secret, Secrets, Vault

ACCESS, REFRESH = "access-token", "refresh-token"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in or a renewal gave. Instants are aware UTC."""

    access_token: str = field(repr=False)
    refresh_token: str = field(
        repr=False
    )  #: "" when none was given: a person signs in again after every expiry
    obtained_at: datetime
    expires_at: datetime  #: when the access token ends
    signed_in_at: datetime  #: when a person last signed in; a renewal does not move it
    refresh_ends_at: datetime | None = None  #: where the answer said how long the refresh token works


def tokens_of(secrets: Secrets) -> Tokens | None:
    """The tokens among a company's secrets; None before the first sign-in."""
    access, refresh = secrets.get(ACCESS), secrets.get(REFRESH)
    if access is None:
        return None
    return Tokens(
        access_token=access.value,
        refresh_token=refresh.value if refresh is not None else "",
        obtained_at=access.obtained_at,
        expires_at=access.expires_at or access.obtained_at,
        signed_in_at=access.granted_at or access.obtained_at,
        refresh_ends_at=refresh.expires_at if refresh is not None else None,
    )


def as_secrets(tokens: Tokens) -> dict[str, Secret]:
    """The tokens as the vault keeps them."""
    at, since = tokens.obtained_at, tokens.signed_in_at
    kept = {ACCESS: Secret(tokens.access_token, at, tokens.expires_at, since)}
    if tokens.refresh_token:
        kept[REFRESH] = Secret(tokens.refresh_token, at, tokens.refresh_ends_at, since)
    return kept


def superseded(tokens: Tokens) -> tuple[str, ...]:
    """The names of former secrets that these tokens leave without use."""
    return () if tokens.refresh_token else (REFRESH,)


def keep_tokens(vault: Vault, company: str, tokens: Tokens) -> None:
    """Keep a fresh sign-in."""
    vault.keep(company, as_secrets(tokens), forget=superseded(tokens))
