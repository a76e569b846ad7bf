"""The routes of the shop's own data: store views, modules, taxes, and the admin token."""

from __future__ import annotations

from typing import Any, Final

from tidegate_sandbox.magento import listing, recorded
from tidegate_sandbox.magento.access import ANONYMOUS
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.routes import Handler, Route
from tidegate_sandbox.magento.websites import PARTS

_STORE: Final = "Magento_Backend::store"
_TAX: Final = "Magento_Tax::manage_tax"
_TAX_CLASS_COLUMNS: Final = recorded.columns("tax_class")
_TAX_RATE_COLUMNS: Final = recorded.columns("tax_rate")


def _whole(part: str) -> Handler:
    """A handler that returns a part of the recorded shop unchanged."""
    return lambda _: recorded.shop()[part]


def _websites(part: str) -> Handler:
    """A handler that returns a part of the websites."""
    return lambda call: call.store.websites.parts[part]


def _table(part: str, columns: dict[str, str], key: str) -> Handler:
    def search(call: Call) -> dict[str, Any]:
        criteria = call.criteria()
        found = listing.search(recorded.shop()[part], criteria, columns)
        page = listing.page(call, found, criteria, lambda row: int(row[key]))
        return listing.answer(call, page, criteria, len(found))

    return search


def modules(call: Call) -> list[str]:
    """The names of the modules; a shop without sources has no inventory modules."""
    names: list[str] = recorded.shop()["modules"]
    return [name for name in names if call.store.msi or not name.startswith("Magento_Inventory")]


def admin_token(call: Call) -> str:
    """A token for an administrator, as a JSON string."""
    return call.store.access.admin_token(str(call.parameter("username")), str(call.parameter("password")))


ROUTES: Final = [
    Route("POST", "integration/admin/token", ANONYMOUS, admin_token),
    *(Route("GET", f"store/{part}", _STORE, _websites(part)) for part in PARTS),
    Route("GET", "modules", "Magento_Backend::admin", modules),
    Route("GET", "directory/currency", ANONYMOUS, _whole("currency")),
    Route("GET", "taxClasses/search", _TAX, _table("taxClasses", _TAX_CLASS_COLUMNS, "class_id")),
    Route("GET", "taxRates/search", _TAX, _table("taxRates", _TAX_RATE_COLUMNS, "id")),
]
