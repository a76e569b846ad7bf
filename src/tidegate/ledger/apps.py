"""The Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Tables are named `tidegate_*`: the database may be shared with a job queue."""

    name = "tidegate.ledger"
    label = "tidegate"
    default_auto_field = "django.db.models.BigAutoField"
