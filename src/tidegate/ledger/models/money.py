"""Amounts that stay exact on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class MoneyField(models.DecimalField):  # type: ignore[type-arg]  # not generic when it runs
    """A Decimal of 20 digits, 4 behind the point.

    SQLite has no decimal type: Django would keep a REAL there, which is a float. So SQLite keeps the
    digits as text and PostgreSQL a numeric(20, 4).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "max_digits": 20, "decimal_places": 4})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"], kwargs["decimal_places"]
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "MoneyField"  # keeps Django's float converter for SQLite away

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "numeric(20, 4)" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: object, expression: object, connection: object) -> Decimal | None:
        return None if value is None else Decimal(str(value))
