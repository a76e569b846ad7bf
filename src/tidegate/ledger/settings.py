"""Django settings of the ledger; the database is put in place by `database.open_ledger`."""

SECRET_KEY = "not-used-for-sessions"  # noqa: S105 - the ledger serves no pages
INSTALLED_APPS = ["tidegate.ledger"]
DATABASES: dict[str, dict[str, object]] = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
}
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING_CONFIG = None  # logging is the hub's, not Django's
