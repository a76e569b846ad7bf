"""How allauth behaves here: nobody signs up, second factors are sealed, single sign-on opens what exists."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.http import HttpRequest

from tidegate.console.installed import sealing_key
from tidegate.console.models import User


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

    def authenticate_by_email(self, sociallogin: Any) -> tuple[Any, str] | None:
        """The one account that an administrator has made with a verified address of the provider's.

        With two of them nobody can say whose it is. The administrator vouches for the address: without a row that
        says so, allauth takes it for somebody's who had signed up with it, and takes the account's password away.
        """
        found = super().authenticate_by_email(sociallogin)
        if found is None:
            return None
        user, email = found
        if [each.pk for each in User.objects.filter(email__iexact=email)] != [user.pk]:
            return None
        EmailAddress.objects.update_or_create(
            user=user, email=email.lower(), defaults={"verified": True, "primary": True}
        )
        return user, email


class SecondFactor(DefaultMFAAdapter):
    """What an authenticator app shares with us lies encrypted in the ledger."""

    def encrypt(self, text: str) -> str:
        """Sealed by a key that is derived from the hub's."""
        return Fernet(sealing_key()).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The other way."""
        return Fernet(sealing_key()).decrypt(encrypted_text.encode()).decode()
