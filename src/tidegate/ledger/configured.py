"""Django is a library here: configured from `settings.py`, never from the environment."""

from __future__ import annotations

import importlib


def configure() -> None:
    """Configure and set up Django once per process; a host that has done so itself is left alone.

    A `DJANGO_SETTINGS_MODULE` that belongs to some other project in the same shell is ignored on
    purpose: the hub must behave the same wherever it is started.
    """
    from django.apps import apps
    from django.conf import settings

    if not settings.configured:
        module = importlib.import_module("tidegate.ledger.settings")
        settings.configure(**{name: value for name, value in vars(module).items() if name.isupper()})
    if not apps.apps_ready and not apps.loading and "tidegate.ledger" in settings.INSTALLED_APPS:
        # `django.setup` besides would load what answers HTTP
        apps.populate(settings.INSTALLED_APPS)
