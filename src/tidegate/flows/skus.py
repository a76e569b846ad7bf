"""SKUs that the two systems call differently: `[connections.NAME] skus`."""

from __future__ import annotations

from collections.abc import Callable, Mapping


def store_skus(skus: Mapping[str, str]) -> Callable[[str], list[str]]:
    """From the company's code to the store's SKUs; `skus` is store -> company, as configured.

    A code that is mapped goes to the SKUs that name it, and to no SKU of its own name unless that is one.
    """
    back: dict[str, list[str]] = {}
    for sku, code in skus.items():
        back.setdefault(code, []).append(sku)
    return lambda code: back.get(code, [] if code in skus else [code])
