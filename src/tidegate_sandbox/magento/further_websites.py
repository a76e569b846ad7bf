"""Further websites of the shop, like the recorded ones: each with a store, a view and a stock.

Assumed, because it was not recorded: the store routes return a website opened later like the recorded ones, and its one
view counts its own order numbers, with the id of the view as their prefix.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tidegate_sandbox.magento.store import MagentoStore
from tidegate_sandbox.magento.store_view import StoreView


def open_website(
    store: MagentoStore, code: str, name: str, *, like: str, pieces: int = 500, currency: str = ""
) -> StoreView:
    """Open a website with the country and customers of the website `like`, and return its one view.

    Its currency is `currency`, by default that of `like`.
    The stock of the website has one source of its own, `wh_CODE`, with `pieces` of every product. Raises KeyError if
    there is no website `like`.
    """
    sites = store.websites
    model = {row["code"]: row for row in sites.parts["websites"]}[like]
    seen = next(view for view in store.views.values() if view.website_id == model["id"])
    shown = {row["id"]: row for row in sites.parts["storeViews"]}[seen.id]
    group = {row["id"]: row for row in sites.parts["storeGroups"]}[shown["store_group_id"]]
    settings = {row["id"]: row for row in sites.parts["storeConfigs"]}[seen.id]

    id, group_id, view_id = (sites.next_id(part) for part in ("websites", "storeGroups", "storeViews"))
    sites.add("websites", model, id=id, code=code, name=name, default_group_id=group_id)
    sites.add(
        "storeGroups",
        group,
        id=group_id,
        website_id=id,
        code=f"{code}_store",
        name=name,
        default_store_id=view_id,
    )
    sites.add("storeViews", shown, id=view_id, code=code, name=name, website_id=id, store_group_id=group_id)
    money = {"base_currency_code": currency, "default_display_currency_code": currency} if currency else {}
    sites.add("storeConfigs", settings, id=view_id, code=code, website_id=id, **money)
    view = replace(
        seen,
        id=view_id,
        code=code,
        website_id=id,
        name=name,
        full_name=f"{name}\n{name}\n{name}",
        prefix=str(view_id),
        base_currency=currency or seen.base_currency,
        currency=currency or seen.currency,
    )
    store.views[code] = view
    for row in [row for row in store.customers.all() if row["website_id"] == model["id"]]:
        own = {key: value for key, value in row.items() if key not in ("default_billing", "default_shipping")}
        own |= {"id": store.customers.next_id(), "website_id": id, "store_id": view_id, "addresses": []}
        store.customers.put(own)
    store.stock.open(code, name, like=like, pieces=Decimal(pieces))
    return view
