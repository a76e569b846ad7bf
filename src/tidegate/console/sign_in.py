"""How allauth behaves here: nobody signs up, second factors are sealed, single sign-on opens what exists."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.http import HttpRequest

from tidegate.console.installed import sealing_key


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: Any) -> None:
        """The console sends no mail: one-time links are handed over by an administrator."""


class SingleSignOn(DefaultSocialAccountAdapter):
    """A provider proves who somebody is; whether they have an account here is decided here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never: an account with this verified e-mail address must exist."""
        return False


class SecondFactor(DefaultMFAAdapter):
    """What an authenticator app shares with us lies encrypted in the ledger."""

    def encrypt(self, text: str) -> str:
        """Sealed by a key that is derived from the hub's."""
        return Fernet(sealing_key()).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The other way."""
        return Fernet(sealing_key()).decrypt(encrypted_text.encode()).decode()
