"""The figures beside each other, as pictures: jobs a second, and what an order costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from tidegate.bench.figure import Figure
from tidegate.bench.peers.settling import PEERS

#: The bars of the settling programs: name of the figure, and what it is called.
RATES = {
    "peers-settle-tidegate-batches": "Tidegate, batches of 100",
    "peers-settle-tidegate": "Tidegate, one by one",
    **{f"peers-settle-{peer.name}": peer.name.replace("-", " ") for peer in PEERS},
}
#: What is drawn of one connection and the script.
OF_AN_ORDER = {
    "shop-calls": "calls to Magento an order",
    "sage-calls": "calls to Sage an order",
    "cpu": "CPU an order, ms",
    "lost": "orders lost in trouble",
    "doubled": "orders doubled in trouble",
}


def draw(figures: Sequence[Figure], path: Path) -> None:
    """SVG or PNG, by the name's end; what was not measured is left out."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure as Picture

    values = {figure.name: figure.value for figure in figures}
    picture = Picture(figsize=(16, 3.6), layout="constrained")
    first, *others = picture.subplots(1, 1 + len(OF_AN_ORDER), width_ratios=[3, *[1] * len(OF_AN_ORDER)])
    rates = {words: values[name] for name, words in RATES.items() if name in values}
    bars(first, rates, "jobs settled with an audit, a second")
    for panel, (name, words) in zip(others, OF_AN_ORDER.items(), strict=True):
        sides = {"Tidegate": f"peers-tidegate-{name}", "cron": f"peers-cron-{name}"}
        bars(panel, {side: values[key] for side, key in sides.items() if key in values}, words)
    kind = path.suffix.removeprefix(".").lower()
    picture.savefig(path, format=kind, metadata={"Date": None} if kind == "svg" else None)


def bars(panel: object, values: Mapping[str, float], title: str) -> None:
    """A bar for each, with its number."""
    drawn = panel.barh(list(values), list(values.values()))  # type: ignore[attr-defined]
    panel.bar_label(drawn, fmt=lambda value: f"{value:,.0f}" if value >= 100 else f"{value:.3g}", padding=3)  # type: ignore[attr-defined]
    panel.invert_yaxis()  # type: ignore[attr-defined]
    panel.margins(x=0.25)  # type: ignore[attr-defined]
    panel.set_title(title, fontsize=9)  # type: ignore[attr-defined]
