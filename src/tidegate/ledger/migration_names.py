"""Whether a ledger has every migration of this program, known by their names alone.

Every command asks, and nearly always there is nothing to do: Django's own way loads all migrations and their graph.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib.util import find_spec

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

OURS = "tidegate"


def all_applied() -> bool:
    """Whether the open ledger has all that this program knows, and nothing of a newer one."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    known = _known(tuple(sorted(apps.app_configs)))
    return known <= applied and {name for app, name in applied if app == OURS} == {
        name for app, name in known if app == OURS
    }


@cache
def _known(labels: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """(app, migration) of every file that Django's loader would load."""
    return frozenset((label, name) for label in labels for name in _names(label))


def _names(label: str) -> list[str]:
    module, _ = MigrationLoader.migrations_module(label)
    spec = None if module is None else find_spec(module)
    places = [] if spec is None else spec.submodule_search_locations or []
    return [each.name for each in pkgutil.iter_modules(places) if not each.ispkg and each.name[0] not in "_~"]
