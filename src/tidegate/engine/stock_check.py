"""Whether warehouses, sources and websites fit before the flow `inventory` writes: part of `tidegate check`.

A source that is not there fails a whole call (contract point 25); one that no stock of the website sells
from is written and never sold; one that two connections write goes up and down between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from tidegate.config import model
from tidegate.domain.errors import Code, Failure
from tidegate.engine.permission_check import enabled
from tidegate.flows import store_limits
from tidegate.flows.connection import Connection
from tidegate.magento.bulk import MODULE
from tidegate.magento.stock import StoreStock
from tidegate.sage.port.findings import CodeList, Finding

INVENTORY_MODULE = "Magento_InventoryApi"
DEFAULT = "default"


def check_stock(
    connection: Connection, others: Mapping[str, model.ConnectionSettings], warehouses: CodeList | None
) -> Iterator[Finding]:
    """All findings about one connection's stock; `others` are all connections by name."""
    settings = connection.settings
    if "inventory" not in enabled(settings):
        return
    yield from check_modules(connection)
    yield from check_shared(connection.name, others)
    if warehouses is not None:
        yield from check_warehouses(connection.name, settings, warehouses)
    if settings.stock.msi:
        yield from check_sources(connection)
    yield from check_learnt(connection)


def check_learnt(connection: Connection) -> Iterator[Finding]:
    """The store's limits found in earlier cycles, and when each is tried again."""
    store, now = connection.settings.store, connection.clock.now()
    limit = store_limits.array_limit(store, now)
    rows = limit.rows if limit is not None else connection.store.client.array_limit
    if rows is not None:
        text = f"the store accepts {rows} rows in one call; calls are limited to that"
        yield Finding("array limit", "pass", text + until(limit.at if limit is not None else now))
    queue = store_limits.queue(store, now)
    if queue is None:
        return
    if not queue.finished:
        text = "a test of the store's queue was not processed in time: large writes go call by call"
        remedy = "to use the queue, start the store's queue consumer async.operations.all"
        yield Finding("bulk queue", "warn", text + until(queue.at), remedy)
    elif not queue.is_measured:
        text = "the store's queue was seen to be worked off: many products at once go by the queue"
        yield Finding("bulk queue", "pass", text + until(queue.at))
    else:
        way = "by the queue" if queue.is_faster else "call by call"
        text = (
            f"{queue.values} values took {queue.queue_ms} ms by the queue, {queue.direct_ms} ms by the call: "
        )
        yield Finding("bulk queue", "pass", f"{text}large writes go {way}{until(queue.at)}")


def until(learnt_at: datetime) -> str:
    """When a limit is tried again, in words."""
    return f"; tried again after {learnt_at + store_limits.LEARNT_FOR:%Y-%m-%d}"


def check_modules(connection: Connection) -> Iterator[Finding]:
    """`msi` says what the store is, and bulk calls need a module and a consumer that no call shows."""
    stock, bulk = connection.settings.stock, connection.store.config.bulk
    place = f"[connections.{connection.name}.stock]"
    modules = connection.store.shop.modules()
    if isinstance(modules, Failure):
        yield Finding("modules", "warn", f"not read: {modules.text}", "grant Magento_Backend::admin")
        return
    there = INVENTORY_MODULE in modules
    if stock.msi and not there:
        remedy = f"set msi = false in {place}"
        yield Finding("inventory modules", "fail", "the store has no multi-source inventory", remedy)
    elif there and not stock.msi:
        remedy = f"set msi = true in {place}, otherwise open orders are subtracted twice"
        yield Finding("inventory modules", "fail", "the store has multi-source inventory", remedy)
    else:
        yield Finding(
            "inventory modules", "pass", "multi-source inventory" if there else "one number for each SKU"
        )
    if bulk != "sync" and stock.msi:
        if MODULE in modules:
            text = (
                "large writes may go through the store's queue; Magento does not report whether the "
                "queue's consumer runs"
            )
            remedy = (
                "async.operations.all must be in `bin/magento queue:consumers:list` and be started by the "
                "store's cron"
            )
            yield Finding("bulk consumer", "warn", text, f'{remedy}; or set bulk = "sync" at the store')
        elif bulk == "async":
            yield Finding(
                "bulk", "fail", f"the store has no module {MODULE}", 'set bulk = "sync" at the store'
            )


def check_shared(name: str, others: Mapping[str, model.ConnectionSettings]) -> Iterator[Finding]:
    """No source has two writers."""
    mine = others[name]
    for other, settings in others.items():
        if other == name or settings.store != mine.store or "inventory" not in enabled(settings):
            continue
        both = sorted(written_by(mine) & written_by(settings))
        if both:
            text = f"connection {other} writes {', '.join(both)}, too: each overwrites the other's stock"
            yield Finding("sources", "fail", text, "use different sources for each connection")


def written_by(settings: model.ConnectionSettings) -> set[str]:
    """The sources that a connection writes."""
    return set(settings.stock.warehouses.values()) or {DEFAULT}


def check_warehouses(
    place: str, settings: model.ConnectionSettings, warehouses: CodeList
) -> Iterator[Finding]:
    """Every mapped warehouse is Sage's, and every warehouse of Sage is mapped or named here."""
    mapped = {code.strip().upper() for code in settings.stock.warehouses}
    known = {code.strip().upper(): code for code in warehouses.codes}
    listed = ", ".join(sorted(known.values()))
    missing = sorted(mapped - known.keys())
    if missing:
        text = f"Sage has no warehouse {', '.join(missing)}"
        yield Finding("stock warehouses", "fail", text, f"it has {listed}")
    elif not mapped:
        yield Finding("stock warehouses", "pass", f"all that sell ({listed}), to the source {DEFAULT}")
    elif left := sorted(known[code] for code in known.keys() - mapped):
        remedy = f"add them to warehouses in [connections.{place}.stock], if the store may sell from them"
        yield Finding("stock warehouses", "warn", f"not sold by the store: {', '.join(left)}", remedy)
    else:
        yield Finding("stock warehouses", "pass", f"{listed}: all are mapped")


def check_sources(connection: Connection) -> Iterator[Finding]:
    """Sources exist, are switched on, and belong to a stock that one of the websites sells from."""
    stock = StoreStock(connection.store.client)
    sources, links = stock.sources(), stock.links()
    for answer in (sources, links):
        if isinstance(answer, Failure):
            verdict = "fail" if answer.code is Code.UNKNOWN_ENDPOINT else "warn"
            yield Finding(
                "sources", verdict, f"not read: {answer.text}", "give the integration the permission"
            )
            return
    assert not isinstance(sources, Failure)  # noqa: S101 - returned above
    assert not isinstance(links, Failure)  # noqa: S101 - returned above
    wanted = sorted(written_by(connection.settings))
    on = {source.source_code: source.enabled for source in sources}
    sold = stock_of_websites(stock, connection.settings.websites)
    linked = {link.source_code for link in links if sold is None or link.stock_id in sold}
    good = True
    for code, text, remedy in (
        *(
            (code, "does not exist", f"the store has {', '.join(sorted(on))}")
            for code in wanted
            if code not in on
        ),
        *((code, "is disabled", "Stores > Sources") for code in wanted if not on.get(code, True)),
    ):
        good = False
        yield Finding("sources", "fail", f"the source {code} {text}", remedy)
    unlinked = [code for code in wanted if code in on and code not in linked]
    if unlinked:
        text = (
            f"no stock of the websites is assigned to {', '.join(unlinked)}: what is written there is not "
            "sold"
        )
        yield Finding("sources", "fail", text, "assign them under Stores > Stocks")
    elif good:
        yield Finding(
            "sources", "pass", (f"{', '.join(wanted)}: exist, are enabled and assigned to the websites")
        )


def stock_of_websites(stock: StoreStock, websites: Iterable[str]) -> set[int] | None:
    """The stocks that the websites sell from; None when one could not be read."""
    found: set[int] = set()
    for website in websites:
        number = stock.stock_of(website)
        if isinstance(number, Failure):
            return None
        found.add(number)
    return found
