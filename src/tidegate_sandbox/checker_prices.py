"""Checks of prices: what the shop asks for is what the company's lists say."""

from __future__ import annotations

from decimal import Decimal

from tidegate_sandbox.checker import Book, Terms, Verdict


def check(shop: Book, company: Book, terms: Terms, verdict: Verdict) -> None:
    """Base prices of the website and the tier prices of each band, when everything has settled."""
    groups = {code: int(id) for id, code in shop["groups"].items()}
    standard = company["prices"]["Standard"]
    website_id = 0 if shop["price_scope"] == "global" else terms.website_id
    for sku, product in shop["products"].items():
        if product["type"] != "simple" or sku not in standard:
            continue
        shown = product["price"].get(str(website_id), product["price"]["0"])
        compare(sku, "base price", shown, standard[sku], verdict)
        for group, name in terms.bands.items():
            tiers = [
                tier["price"]
                for tier in product["tiers"]
                if tier["group_id"] == groups[group] and tier["website_id"] == website_id
            ]
            wanted = company["prices"][name].get(sku)
            if wanted is not None:
                compare(sku, f"price of {group}", tiers[0] if len(tiers) == 1 else "none", wanted, verdict)


def compare(sku: str, what: str, shown: str, wanted: str, verdict: Verdict) -> None:
    """One price on both sides."""
    if shown == "none" or Decimal(shown) != Decimal(wanted):
        verdict.unexplained += 1
        verdict.add("prices agree", sku, f"{what}: the shop has {shown}, the company {wanted}")
