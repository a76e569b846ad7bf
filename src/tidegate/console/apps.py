"""The Django app of the console: its users, what they may, and what they did."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Tables are named `console_*`; they lie in the ledger's database."""

    name = "tidegate.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"
