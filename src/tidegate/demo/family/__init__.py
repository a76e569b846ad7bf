"""The whole family in one hub: a store of seven websites, each with another Sage product behind it."""

from __future__ import annotations


def main(*, orders: int, seed: int, headless: bool, as_json: bool) -> int:
    """`tidegate demo --sage all`; the exit code."""
    from tidegate.demo.family.display import show

    return show(orders=orders, seed=seed, headless=headless, as_json=as_json)
