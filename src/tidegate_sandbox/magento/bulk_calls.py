"""The routes of bulk calls: below ``/async`` what is to be done, below ``/V1/bulk`` how it went (point 27)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from tidegate_sandbox.magento import listing
from tidegate_sandbox.magento.bulk import Batch, Operation
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.figure import encode
from tidegate_sandbox.magento.refusal import Refusal, required
from tidegate_sandbox.magento.routes import Route, RouteTable

_READ: Final = "Magento_Logging::system_magento_logging_bulk_operations"
_COLUMNS: Final = {
    "id": "integer",
    "bulk_uuid": "string",
    "topic_name": "string",
    "status": "integer",
    "result_message": "string",
    "error_code": "integer",
    "start_time": "string",
}


@dataclass(frozen=True)
class Service:
    """What stands behind a route, by Magento's names: they are in topics and messages.

    ``root`` is the key of the body without which an element is refused at once; ``entry`` the type of the
    entries of a list there. A ``void`` service leaves no result.
    """

    topic: str
    method: str
    root: str | None = None
    entry: str | None = None
    void: bool = False


_CATALOG: Final = "Magento\\Catalog\\Model"
_SERVICES: Final = {
    "POST inventory/source-items": Service(
        "magento.inventoryapi.api.sourceitemssaveinterface.execute",
        "Magento\\Inventory\\Model\\SourceItem\\Command\\SourceItemsSave\\Interceptor::execute",
        "sourceItems",
        "InventoryApi\\Api\\Data\\SourceItemInterface",
        void=True,
    ),
    "POST products/base-prices": Service(
        "magento.catalog.api.basepricestorageinterface.update",
        f"{_CATALOG}\\Product\\Price\\BasePriceStorage::update",
        "prices",
        "Catalog\\Api\\Data\\BasePriceInterface",
    ),
    "POST products/tier-prices": Service(
        "magento.catalog.api.tierpricestorageinterface.update",
        f"{_CATALOG}\\Product\\Price\\TierPriceStorage\\Interceptor::update",
        "prices",
        "Catalog\\Api\\Data\\TierPriceInterface",
    ),
    "PUT products/tier-prices": Service(
        "magento.catalog.api.tierpricestorageinterface.replace",
        f"{_CATALOG}\\Product\\Price\\TierPriceStorage\\Interceptor::replace",
        "prices",
        "Catalog\\Api\\Data\\TierPriceInterface",
    ),
    "POST products/special-price": Service(
        "magento.catalog.api.specialpricestorageinterface.update",
        f"{_CATALOG}\\Product\\Price\\SpecialPriceStorage::update",
        "prices",
        "Catalog\\Api\\Data\\SpecialPriceInterface",
    ),
    "POST products/cost": Service(
        "magento.catalog.api.coststorageinterface.update",
        f"{_CATALOG}\\Product\\Price\\CostStorage::update",
        "prices",
        "Catalog\\Api\\Data\\CostInterface",
    ),
    "POST products": Service(
        "magento.catalog.api.productrepositoryinterface.save",
        f"{_CATALOG}\\ProductRepository\\Interceptor::save",
        "product",
    ),
    "PUT products/{}": Service(
        "magento.catalog.api.productrepositoryinterface.save",
        f"{_CATALOG}\\ProductRepository\\Interceptor::save",
        "product",
    ),
    "POST customers": Service(
        "magento.customer.api.accountmanagementinterface.createaccount",
        "Magento\\Customer\\Model\\AccountManagement\\Interceptor::createAccount",
        "customer",
    ),
    "POST order/{}/ship": Service(
        "magento.sales.api.shiporderinterface.execute",
        "Magento\\Sales\\Model\\ShipOrder::execute",
        "orderId",
    ),
}
"""The recorded ones; PUT tier prices, special prices and cost are named after them, all others after their path."""


def find(routes: RouteTable, verb: str, parts: tuple[str, ...]) -> tuple[Route, dict[str, str]] | None:
    """The route of a path from ``async`` on: of the sync call behind it, answered by taking it into the queue.

    Refuses a GET: there is nothing to be done later.
    """
    if verb == "GET":
        raise Refusal(400, "Specified request cannot be processed.")
    bulk = parts[1:2] == ("bulk",)
    below = parts[2:] if bulk else parts[1:]
    found = routes.find(verb, below[1:], bulk=bulk) if below[:1] == ("V1",) else None
    if found is None:
        return None
    route, path = found
    return replace(route, handler=lambda call: _accept(call, route, several=bulk)), path


def _accept(call: Call, route: Route, *, several: bool) -> dict[str, Any]:
    service = _service(route)
    elements = call.elements() if several else [call.document]
    for body in elements:
        _check(call, service, body)
    lies = call.injected("bulk_lies")
    unwritten = lost = None
    if lies is not None:
        at = lies.options.get("operation", 0)
        unwritten, lost = (at, None) if lies.options.get("lie") == "unwritten" else (None, at)
    topic = f"async.{service.topic}.{route.verb.lower()}"
    store_id = 0 if call.store_code == "all" else call.store.url_view(call.store_code).id
    operations = [
        Operation(
            number,
            _run(call, route, service, topic, body, several=several),
            body,
            store_id,
            service.method,
            service.void,
            unwritten=number == unwritten,
        )
        for number, body in enumerate(elements)
    ]
    batch = call.store.bulk.accept(topic, operations, lost)
    accepted = [
        {"id": number, "data_hash": hashlib.sha256(encode(body)).hexdigest(), "status": "accepted"}
        for number, body in enumerate(elements)
    ]
    return {"bulk_uuid": batch.uuid, "request_items": accepted, "errors": False}


def _service(route: Route) -> Service:
    path = re.sub(r"{\w+}", "{}", route.path)
    known = _SERVICES.get(f"{route.verb} {path}")
    return known or Service(f"magento.{re.sub('[^a-z]+', '.', path.lower()).strip('.')}", path)


def _check(call: Call, service: Service, body: Any) -> None:
    """What is refused at once. All else fails when it is carried out."""
    if service.root is None:
        return
    if not isinstance(body, dict) or body.get(service.root) is None:
        raise required(service.root)
    if service.entry is not None:
        call.limit(body[service.root], service.entry)


def _run(
    call: Call, route: Route, service: Service, topic: str, body: Any, *, several: bool
) -> Callable[[], Any]:
    def run() -> Any:
        if service.root and isinstance(body[service.root], str):
            raise Refusal(
                400,
                'Data item corresponding to "%1" must be specified in the message with topic "%2".',
                [service.root, topic],
            )
        path = {name: _value(body, name) for name in call.path} if several else call.path
        sync = Call(
            call.store,
            call.store_code,
            {},
            verb=route.verb,
            url_path=call.url_path,
            body=encode(body),
            content_type="application/json",
            path=path,
        )
        return route.handler(sync)

    return run


def _value(body: Any, name: str) -> str:
    """The value of a path parameter: it is in the body, beside the entity or within it."""
    snake = re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)
    places = [body, *(part for part in body.values() if isinstance(part, dict))]
    for place in places:
        for key in (name, snake):
            if place.get(key) is not None:
                return str(place[key])
    raise required(name)


def status(call: Call) -> dict[str, Any]:
    """How a bulk call goes on, without what was sent and answered."""
    batch = _batch(call)
    return _report(batch, [operation.short for operation in batch.operations])


def detailed_status(call: Call) -> dict[str, Any]:
    """How a bulk call goes on, with what was sent and answered."""
    batch = _batch(call)
    return _report(batch, [operation.whole(batch) for operation in batch.operations])


def count(call: Call) -> int:
    """How many operations of a bulk call have a status."""
    batch = call.store.bulk.batches.get(call.path["bulkUuid"])
    wanted = call.whole("status")
    return sum(operation.status == wanted for operation in batch.operations) if batch else 0


def search(call: Call) -> dict[str, Any]:
    """A page of operations, of all bulk calls."""
    criteria = call.criteria()
    rows = [
        {"start_time": batch.start_time, **operation.whole(batch)}
        for batch in call.store.bulk.batches.values()
        for operation in batch.operations
    ]
    found = listing.search(rows, criteria, _COLUMNS)
    page = listing.page(call, found, criteria, lambda row: row["id"])
    items = [{"extension_attributes": {"start_time": row["start_time"]}, **row} for row in page]
    for item in items:
        del item["start_time"]
    return listing.answer(call, items, criteria, len(found))


def _batch(call: Call) -> Batch:
    uuid = call.path["bulkUuid"]
    if uuid not in call.store.bulk.batches:
        raise Refusal(404, "Bulk uuid %bulkUuid not exist", {"bulkUuid": uuid})
    return call.store.bulk.batches[uuid]


def _report(batch: Batch, operations: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "operations_list": operations,
        "user_type": 1,
        "bulk_id": batch.uuid,
        "description": f"Topic {batch.topic}",
        "start_time": batch.start_time,
        "user_id": 1,
        "operation_count": batch.count,
    }


ROUTES: Final = [
    Route("GET", "bulk", _READ, search),
    Route("GET", "bulk/{bulkUuid}/status", _READ, status),
    Route("GET", "bulk/{bulkUuid}/detailed-status", _READ, detailed_status),
    Route("GET", "bulk/{bulkUuid}/operation-status/{status}", _READ, count),
]
