"""The script that a shop's developer writes in an afternoon and cron starts every quarter of an hour.

It reads the orders that changed since its last run, posts each to the company, tries a call that failed up to three
times, notes Sage's number on the order, and remembers when it ran. Only the standard library.
Usage: `python cron.py SETTINGS.json NOW`; it prints what it did: `{"sent": 9, "skipped": 1, "cpu": 0.2}`.
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import hmac
import json
import secrets
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

TRIES = 3


def request(method: str, url: str, headers: dict[str, str], body: Any = None) -> Any:
    """One call, and its JSON. Raises OSError or ValueError for anything else."""
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, {**headers, "Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)


def patiently(method: str, url: str, headers: Any, body: Any = None) -> Any:
    """The same, tried again when it failed; `headers` is called each time."""
    for attempt in range(TRIES):
        try:
            return request(method, url, headers(), body)
        except (OSError, ValueError):
            if attempt == TRIES - 1:
                raise
    return None


class Shop:
    """Magento's REST API, signed with the integration's keys."""

    def __init__(self, settings: dict[str, str], now: str) -> None:
        self.settings = settings
        self.timestamp = str(calendar.timegm(time.strptime(now, "%Y-%m-%d %H:%M:%S")))

    def call(self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> Any:
        url = f"{self.settings['shop_url']}/rest/V1{path}"
        full = f"{url}?{urlencode(query, quote_via=quote)}" if query else url
        return patiently(
            method, full, lambda: {"Authorization": self._signed(method, url, query or {})}, body
        )

    def _signed(self, method: str, url: str, query: dict[str, str]) -> str:
        known = self.settings
        oauth = {
            "oauth_consumer_key": known["consumer_key"],
            "oauth_token": known["access_token"],
            "oauth_nonce": secrets.token_hex(16),
            "oauth_timestamp": self.timestamp,
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_version": "1.0",
        }
        every = sorted(
            (quote(key, safe="~"), quote(value, safe="~")) for key, value in {**oauth, **query}.items()
        )
        text = "&".join(f"{key}={value}" for key, value in every)
        base = "&".join((method, quote(url, safe="~"), quote(text, safe="~")))
        key = f"{quote(known['consumer_secret'], safe='~')}&{quote(known['access_token_secret'], safe='~')}"
        digest = hmac.new(key.encode(), base.encode(), hashlib.sha256).digest()
        oauth["oauth_signature"] = base64.b64encode(digest).decode()
        return "OAuth " + ", ".join(f'{name}="{quote(value, safe="~")}"' for name, value in oauth.items())


class Sage:
    """The company's API, with a token that somebody has fetched."""

    def __init__(self, settings: dict[str, str]) -> None:
        self.url = settings["sage_url"]
        self.headers = {
            "Authorization": f"Bearer {settings['sage_token']}",
            "X-Site": settings["site_id"],
            "X-Company": settings["company_id"],
            "Ocp-Apim-Subscription-Key": settings["subscription_key"],
        }

    def call(self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> Any:
        url = f"{self.url}/{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        return patiently(method, url, lambda: self.headers, body)


def main(settings: dict[str, str], now: str) -> None:
    """One run."""
    began = time.process_time()
    state = Path(settings["state"])
    known: dict[str, Any] = (
        json.loads(state.read_text()) if state.exists() else {"since": settings["since"], "sent": []}
    )
    shop, sage = Shop(settings, now), Sage(settings)
    (account,) = sage.call("GET", "customers", {"$filter": f"reference eq '{settings['account']}'"})[:1]
    (place,) = sage.call("GET", "warehouses", {"$filter": f"name eq '{settings['warehouse']}'"})[:1]
    sent = skipped = 0
    for order in changed(shop, known["since"]):
        if order["entity_id"] in known["sent"]:
            continue
        try:
            made = sage.call("POST", "sop_orders", None, sales_order(sage, account["id"], place["id"], order))
            sent += 1
            known["sent"].append(order["entity_id"])
            comment = {"comment": f"Sage {made['document_no']}", "status": order["status"]}
            shop.call("POST", f"/orders/{order['entity_id']}/comments", None, {"statusHistory": comment})
        except (OSError, ValueError) as error:
            skipped += 1  # somebody will read the log
            sys.stderr.write(f"order {order['increment_id']}: {error}\n")
    state.write_text(json.dumps({"since": now, "sent": known["sent"]}))
    sys.stdout.write(
        json.dumps({"sent": sent, "skipped": skipped, "cpu": time.process_time() - began}) + "\n"
    )


def changed(shop: Shop, since: str) -> list[dict[str, Any]]:
    """Every order that changed since then, page by page."""
    found: list[dict[str, Any]] = []
    criteria = "searchCriteria[filter_groups][0][filters][0]"
    while True:
        page = shop.call(
            "GET",
            "/orders",
            {
                f"{criteria}[field]": "updated_at",
                f"{criteria}[value]": since,
                f"{criteria}[condition_type]": "gteq",
                "searchCriteria[pageSize]": "100",
                "searchCriteria[currentPage]": str(len(found) // 100 + 1),
            },
        )
        found += page["items"] or []
        if not page["items"] or len(found) >= page["total_count"]:
            return found


def sales_order(sage: Sage, account: int, warehouse: int, order: dict[str, Any]) -> dict[str, Any]:
    """The order in Sage's words; each product is looked up."""
    lines = []
    for item in order["items"]:
        if item.get("parent_item_id"):
            continue
        product = sage.call("GET", "products", {"$filter": f"code eq '{item['sku']}'"})[0]
        lines.append(
            {
                "line_type": "EnumLineTypeStandard",
                "code": item["sku"],
                "product_id": product["id"],
                "warehouse_id": warehouse,
                "line_quantity": item["qty_ordered"],
                "selling_unit_price": item["price"],
                "selling_unit_price_overridden": True,
            }
        )
    return {"customer_id": account, "customer_document_no": order["increment_id"], "lines": lines}


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()), sys.argv[2])
