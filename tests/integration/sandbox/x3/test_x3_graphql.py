"""The simulator's GraphQL called by `gql`, which knows nothing of it but its address: introspected, then read by pages."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jwt
import pytest
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError, TransportServerError
from gql.transport.httpx import HTTPXTransport
from graphql import GraphQLError

from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.erp.new_order import NewLine, NewOrder
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.server import SandboxServer
from tidegate_sandbox.x3 import X3Face, build, demo_company

SHOWN = (
    "edges { node { id customerOrderReference soldToCustomer { code } } } pageInfo { hasNextPage endCursor }"
)
ABOVE = {
    "newer": ("x3Sales { salesOrder { query(first: 2, after: $after, filter: $filter) {", "} } }", "_"),
    "older": ("sage { x3Sales { salesOrder(first: 2, after: $after, filter: $filter) {", "} } }", "$"),
}


class Site:
    """A folder with five web orders, and the address of its server."""

    def __init__(self, generation: str) -> None:
        self.generation = generation
        clock = SandboxClock.running()
        company = demo_company(clock, items=5)
        self.face: X3Face
        self.face, wire = build(clock, FaultPlan(), company, graphql=generation)
        place = company.warehouse("FR011").id
        with company.staff():
            for number in range(5):
                line = NewLine(kind="item", code="HUB-0001", warehouse_id=place, quantity=Decimal(1))
                company.orders.enter(
                    NewOrder(
                        customer_id=company.customer("WEB").id, lines=[line], customer_order_no=f"M{number}"
                    )
                )
        self.clock, self.server = clock, SandboxServer(wire)

    def client(self, secret: str = "", endpoint: str = "SEED") -> Client:
        """With a token that PyJWT has signed."""
        known, now = self.face.credentials, int(self.clock.now().timestamp())
        claims = {"iss": known.client_id, "sub": known.user, "aud": "", "iat": now - 10, "exp": now + 50}
        token = jwt.encode(claims, secret or known.client_secret, algorithm="HS256")
        headers = {"Authorization": f"Bearer {token}", "x-xtrem-endpoint": endpoint}
        transport = HTTPXTransport(url=f"{self.server.url}/xtrem/api", headers=headers)
        return Client(transport=transport, fetch_schema_from_transport=True)

    def page(self, client: Client, filter: str = "", after: str | None = None) -> dict[str, Any]:
        """One page of orders; the client checks the query against the schema that it has fetched."""
        begin, end, _ = ABOVE[self.generation]
        text = f"query($after: String, $filter: String) {{ {begin} {SHOWN} {end} }}"
        found: dict[str, Any] = client.execute(
            GraphQLRequest(text, variable_values={"after": after, "filter": filter})
        )
        while "edges" not in found:
            (found,) = found.values()
        return found


@pytest.fixture(params=ABOVE)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    made = Site(request.param)
    with made.server:
        yield made


def references(page: dict[str, Any]) -> list[str]:
    return [edge["node"]["customerOrderReference"] for edge in page["edges"]]


def test_a_client_reads_the_schema_and_all_pages(site: Site) -> None:
    client, read, after = site.client(), [], None
    while True:
        page = site.page(client, after=after)
        read += references(page)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert read == [f"M{number}" for number in range(5)]
    assert client.schema is not None
    assert "SalesOrder" in client.schema.type_map
    assert "SalesOrder_Input" in client.schema.type_map


MUTATION = {
    "newer": "x3Sales { salesOrder { create(data: $data) { id customerOrderReference } } }",
    "older": "sage { x3Sales { salesOrder { create(data: $data) { id customerOrderReference } } } }",
}


def created(site: Site, **changes: Any) -> dict[str, Any]:
    """An order of one line, as the vendor's example writes it."""
    line = {"lineNumber": 1000, "product": "HUB-0001", "salesUnit": "UN"}
    line |= {"quantityInSalesUnitOrdered": "2", "grossPrice": "22.0", "taxLevel": "NOR"}
    order = {"salesSite": "FR011", "soldToCustomer": "WEB", "currency": "EUR", "category": "normal"}
    order |= {"orderDate": "2026-03-02", "customerOrderReference": "M77", "lines": [line], **changes}
    text = f"mutation($data: SalesOrder_Input!) {{ {MUTATION[site.generation]} }}"
    found: dict[str, Any] = site.client().execute(GraphQLRequest(text, variable_values={"data": order}))
    while "id" not in found:
        (found,) = found.values()
    return found


def test_a_client_creates_an_order(site: Site) -> None:
    made = created(site)
    [order] = [one for one in site.face.company.orders.table if one.number == made["id"]]
    assert (made["customerOrderReference"], order.external_key) == ("M77", "M77")
    assert [(line.code, line.quantity, line.price) for line in order.lines] == [
        ("HUB-0001", Decimal(2), Decimal("22.0"))
    ]


def test_the_objects_rules_hold_for_a_client_too(site: Site) -> None:
    with pytest.raises(TransportQueryError, match="NOBODY"):
        created(site, soldToCustomer="NOBODY")
    assert len(site.face.company.orders.table) == 5


def test_without_a_mapping_there_is_no_mutation(site: Site) -> None:
    site.face.options.graphql_create = False
    with pytest.raises(GraphQLError, match="mutation"):
        created(site)


def test_filters_are_objects_in_the_notation_of_javascript(site: Site) -> None:
    client, sign = site.client(), ABOVE[site.generation][2]
    assert references(site.page(client, "{customerOrderReference:'M3'}")) == ["M3"]
    some = f"{{customerOrderReference:{{{sign}in:['M1','M4']}}}}"
    assert references(site.page(client, some)) == ["M1", "M4"]
    both = "[{customerOrderReference:'M2'},{soldToCustomer:{code:'WEB'}}]"
    assert references(site.page(client, both)) == ["M2"]


def test_an_operator_of_the_other_generation_is_an_error_in_the_answer(site: Site) -> None:
    other = "$" if ABOVE[site.generation][2] == "_" else "_"
    with pytest.raises(TransportQueryError, match="no operator"):
        site.page(site.client(), f"{{id:{{{other}in:['M1']}}}}")


def test_a_token_of_another_secret_and_another_folder_are_refused(site: Site) -> None:
    for client in (site.client(secret="x" * 32), site.client(endpoint="NOWHERE")):
        with pytest.raises(TransportServerError):
            site.page(client)
