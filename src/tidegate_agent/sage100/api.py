"""The HTTP interface of the Sage 100 agent, version 1 (contract section 12.3)."""

from __future__ import annotations

from datetime import datetime

from tidegate_agent.caller import TablesFailed
from tidegate_agent.failure import Failure
from tidegate_agent.http_face import Asked, HttpFace, Reply, Route
from tidegate_agent.keeper_routes import keeper_routes
from tidegate_agent.request import Body
from tidegate_agent.sage100.agent import Agent
from tidegate_agent.sage100.boi_reader import NotLent
from tidegate_agent.sage100.capabilities import capabilities
from tidegate_agent.sage100.customer_writer import CustomerWriter, read_customers
from tidegate_agent.sage100.datasets import DATASETS, MOST, DatasetReader, Page
from tidegate_agent.sage100.lookup import Sight
from tidegate_agent.sage100.order_cancel import cancel
from tidegate_agent.sage100.order_log import log_order
from tidegate_agent.sage100.order_request import read_batch
from tidegate_agent.sage100.price_probe import probe, read_probe

MOST_KEYS = 50
IN_HAND = Sight("unknown", reason="a batch with this key is running: ask again")


class Api:
    """The calls over one agent; ``face`` is the WSGI application."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        co = "/v1/companies/{company}"
        data = frozenset(
            {"since", "after", "limit", "columns", *(f for one in DATASETS.values() for f in one.filters)}
        )
        routes = (
            *keeper_routes(agent),
            Route("GET", "/v1/capabilities", self._capabilities, frozenset({"company", "probe"})),
            Route("POST", f"{co}/orders", self._orders),
            Route("GET", f"{co}/orders/by-key", self._by_key, frozenset({"key"})),
            Route("GET", f"{co}/outcomes", self._outcomes, frozenset({"key"})),
            Route("POST", f"{co}/orders/{{number}}/cancel", self._cancel),
            Route("POST", f"{co}/customers", self._customers),
            Route("POST", f"{co}/price-probe", self._probe),
            Route("GET", f"{co}/data/{{dataset}}", self._data, data),
        )
        listen = agent.settings.listen
        self.face = HttpFace(
            routes,
            tokens=lambda: [agent.secret(name) for name in listen.tokens],
            allow=listen.allow,
            counted=lambda method, route, status: agent.metrics.count(
                "requests_total", method=method, route=route, status=str(status)
            ),
        )

    # Without a seat

    def _capabilities(self, asked: Asked) -> Reply:
        company = self._agent.company(asked.one("company"))
        return Reply(capabilities(self._agent, company, probe=asked.one("probe", "false") == "true"))

    def _keys(self, asked: Asked) -> list[str]:
        keys = asked.query.get("key", [])
        if not 1 <= len(keys) <= MOST_KEYS:
            raise Failure("format", f"'key' must be given once to {MOST_KEYS} times")
        return keys

    def _by_key(self, asked: Asked) -> Reply:
        agent, company = self._agent, self._agent.company(asked.parts["company"])
        lookup = agent.lookup(company)
        keys = self._keys(asked)
        sights = [
            (
                key,
                IN_HAND
                if (company, key) in agent.in_hand
                else lookup.by_key(key, agent.journal.find(company, key)),
            )
            for key in keys
        ]
        if all(sight.result == "unknown" and sight is not IN_HAND for _, sight in sights):
            raise Failure("unavailable", f"The tables cannot be read: {sights[0][1].reason}")
        return Reply({"results": [sight.shown(key) for key, sight in sights]})

    def _outcomes(self, asked: Asked) -> Reply:
        agent, company = self._agent, self._agent.company(asked.parts["company"])
        shown = []
        for key in self._keys(asked):
            entry = agent.journal.find(company, key)
            if entry is not None:
                shown.append(
                    {
                        "key": key,
                        "state": entry.state,
                        "fingerprint": entry.fingerprint,
                        "sales_order_no": entry.number,
                        "batch": entry.batch,
                        "at": entry.changed_at.astimezone(agent.zone).isoformat(),
                        "result": entry.result,
                    }
                )
        return Reply({"outcomes": shown})

    def _data(self, asked: Asked) -> Reply:
        agent, company = self._agent, self._agent.company(asked.parts["company"])
        since = asked.one("since", "")
        try:
            at = datetime.fromisoformat(since) if since else None
            limit = int(asked.one("limit", "1000"))
        except ValueError:
            raise Failure("format", "'since' must be a time with an offset, 'limit' a whole number") from None
        if (at is not None and at.tzinfo is None) or not 1 <= limit <= MOST:
            raise Failure("format", f"'since' needs an offset, and 'limit' lies between 1 and {MOST}")
        columns = tuple(name for name in asked.one("columns", "").split(",") if name)
        known = ("since", "after", "limit", "columns")
        narrowed = tuple((name, tuple(values)) for name, values in asked.query.items() if name not in known)
        page = Page(at, asked.one("after", ""), limit, columns, narrowed)
        try:
            reader = DatasetReader(agent.reader(company), agent.zone, agent.clock.now())
            return Reply(reader.page(asked.parts["dataset"], page))
        except TablesFailed as failed:
            raise _unreadable(failed) from failed

    # With a seat

    def _orders(self, asked: Asked) -> Reply:
        agent, company = self._agent, self._agent.company(asked.parts["company"])
        batch = read_batch(asked.body)
        begun = agent.clock.seconds()
        with agent.writing(company, [order.key for order in batch.orders]):
            writer = agent.order_writer(company)
            known = writer.known_before(batch)
            new = [order for order in batch.orders if order.key not in known]
            stopped = None
            if new:
                with agent.lease(company, f"batch {batch.name}") as held:
                    results, stopped = writer.write(held, batch, known)
            else:
                results = [known[order.key] for order in batch.orders]
        with_address = agent.settings.addresses_logged_on == agent.today().isoformat()
        for order, result in zip(batch.orders, results, strict=True):
            agent.metrics.count("orders_total", outcome=result["outcome"])
            log_order(order, result, with_address=with_address)
        return Reply(
            {
                "batch": batch.name,
                "session_s": round(agent.clock.seconds() - begun, 1) if new else 0,
                "stopped": stopped,
                "results": results,
            }
        )

    def _cancel(self, asked: Asked) -> Reply:
        agent, company = self._agent, self._agent.company(asked.parts["company"])
        body = Body(asked.body)
        reason, key = body.text("reason", "", most=5), body.text("key", most=40)
        body.done()
        if not agent.settings.sage100.allow_cancel:
            raise Failure("auth", "Cancelling is not allowed by the agent's settings (allow_cancel).")
        with agent.writing(company), agent.lease(company, f"cancel {asked.parts['number']}") as held:
            return Reply(
                cancel(held, asked.parts["number"], key, reason, agent.settings.sage100, agent.today())
            )

    def _customers(self, asked: Asked) -> Reply:
        agent, company = self._agent, self._agent.company(asked.parts["company"])
        batch, customers = read_customers(asked.body)
        with agent.writing(company):
            writer = CustomerWriter(
                company, agent.journal, agent.reader(company), agent.settings.sage100, agent.today
            )
            with agent.lease(company, f"customers {batch}") as held:
                results, stopped = writer.write(held, batch, customers)
        return Reply({"batch": batch, "stopped": stopped, "results": results})

    def _probe(self, asked: Asked) -> Reply:
        agent, company = self._agent, self._agent.company(asked.parts["company"])
        wanted = read_probe(asked.body)
        agent.require_writes()  # it uses up order numbers, and a seat
        with agent.lease(company, "price probe") as held:
            return Reply(probe(held, wanted, agent.today()))


def _unreadable(failed: TablesFailed) -> Failure:
    """Why the tables cannot be read: for lack of a session, or by themselves."""
    if isinstance(failed, NotLent):
        return failed.failure
    return Failure("unavailable", "The tables cannot be read.", sage_text=str(failed))
