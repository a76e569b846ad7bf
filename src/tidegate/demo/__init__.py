"""The demonstration: real sandbox servers, a real configuration file, the real loop, a fast clock."""

from __future__ import annotations


def main(*, orders: int, seed: int, sage: str, headless: bool, as_json: bool) -> int:
    """`tidegate demo`; the exit code."""
    from tidegate.demo.display import show  # the hub's process imports this package, and needs none of it

    return show(orders=orders, seed=seed, sage=sage, headless=headless, as_json=as_json)
