"""Django settings of ledger and console; the database is put in place by `database.open_ledger`."""

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
# --- the pages and the interface of the console -----------------------------------------------------
ROOT_URLCONF = "tidegate.console.urls"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ALLOWED_HOSTS = ["*"]  # no page is built from the Host header
APPEND_SLASH = False
DEBUG = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
