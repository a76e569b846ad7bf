"""Users of the console, their roles by connection, one-time links, and the record of what was changed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

#: Stands for every connection, also those that will be configured later.
EVERY = "*"


class Users(BaseUserManager["User"]):
    """Makes users; nobody signs up."""

    def create_user(self, username: str, password: str | None = None, **more: Any) -> User:
        """A new user; without a password they cannot sign in before they have set one by a one-time link."""
        user = self.model(username=username, **more)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in to the console."""

    username = models.CharField(max_length=80, unique=True)
    email = models.EmailField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = Users()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.username


class Grant(models.Model):
    """One role of one user, of one connection or of all (`EVERY`)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.TextField()
    connection = models.TextField(default=EVERY)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "role", "connection"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.role} of {self.connection}"


class Invitation(models.Model):
    """A link by which a user sets a password, once; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    digest = models.TextField(unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation of {self.user}"


class Change(models.Model):
    """Something that a person changed by the console, with what was before and after. Never updated."""

    at = models.DateTimeField()
    actor = models.TextField()
    act = models.TextField()
    connection = models.TextField(default="")
    subject = models.TextField(default="")
    before = models.TextField(default="")
    after = models.TextField(default="")
    reason = models.TextField(default="")
    delivery = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["connection", "id"], name="change_of_connection"),
            models.Index(fields=["delivery"], name="change_of_delivery"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.act} {self.subject}"


class Token(models.Model):
    """What a program shows to ask in a user's name; only its digest is kept. `scopes` are separated by spaces."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.TextField()
    digest = models.TextField(unique=True)
    scopes = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="token_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"
