"""What `tidegate check` does: every condition that the flows need, one line each.

Nothing is changed anywhere. A company that is closed now is not called, as by any cycle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from tidegate.config import model
from tidegate.config.problem import Problem
from tidegate.domain.calendar import LONGEST, zone
from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.expressed import Customers
from tidegate.engine.attribute_check import check_attributes, check_customer_prices
from tidegate.engine.code_check import check_codes
from tidegate.engine.credit_check import check_credits
from tidegate.engine.currency_check import account_currency, check_currencies, website_currencies
from tidegate.engine.desk_check import check_desks
from tidegate.engine.door_check import check_door
from tidegate.engine.hub import Hub
from tidegate.engine.length_check import check_lengths
from tidegate.engine.limits_check import check_limits
from tidegate.engine.mapping_check import Facts, check_mappings, lists_by_kind
from tidegate.engine.permission_check import check_permissions
from tidegate.engine.price_check import check_prices
from tidegate.engine.stock_check import check_stock
from tidegate.engine.taking_check import check_taking
from tidegate.flows.connection import Connection
from tidegate.flows.mapping import terms_of
from tidegate.ledger import database, halts
from tidegate.magento.shop import MethodsInUse, StoreConfig, TaxRate, Website
from tidegate.magento.store import MagentoStoreClient
from tidegate.sage.port.customers import CustomerMatch, CustomerQuery
from tidegate.sage.port.findings import CodeList, Finding
from tidegate.sage.port.session import Purpose

SKEW_WARN = timedelta(minutes=2)
SKEW_FAIL = timedelta(minutes=10)  #: Magento refuses OAuth timestamps that are further ahead


@dataclass(frozen=True, slots=True)
class PreflightLine:
    """One line of the check. `verdict` is pass, warn or fail; `area` says whose line it is."""

    area: str
    subject: str
    verdict: str
    text: str
    remedy: str = ""


@dataclass(slots=True)
class StoreFacts:
    """What one store said, asked once for all its connections; None = it did not answer."""

    websites: list[Website] | None = None
    configs: list[StoreConfig] | None = None
    rates: list[TaxRate] | None = None
    methods: MethodsInUse | None = None


Progress = Callable[[int, int], None]


def preflight(
    hub: Hub, warnings: Iterable[Problem], progress: Progress = lambda done, total: None
) -> list[PreflightLine]:
    """The whole check, in the order in which things must work. `progress` is called with what is done and how much there is."""
    total = 2 + len(hub.stores) + len(hub.companies) + len(hub.connections)
    lines: list[PreflightLine] = []
    done = 0

    def add(area: str, findings: Iterable[Finding]) -> None:
        nonlocal done
        lines.extend(
            PreflightLine(area, each.subject, each.verdict, each.text, each.remedy) for each in findings
        )
        done += 1
        progress(done, total)

    add("configuration", check_configuration(warnings))
    add("ledger", check_ledger(hub))
    facts: dict[str, StoreFacts] = {}
    for name, store in hub.stores.items():
        facts[name] = StoreFacts()
        users = [each for each in hub.configuration.connections.values() if each.store == name]
        add(f"store {name}", check_store(store, facts[name], users))
    lists: dict[str, list[CodeList] | None] = {}
    for name in hub.companies:
        lists[name] = None
        add(f"company {name}", check_company(hub, name, lists))
    for name, connection in hub.connections.items():
        settings = connection.settings
        area = f"connection {name}"
        known = lists[settings.company]
        others = hub.configuration.connections
        add(
            area,
            chain(
                check_connection(connection, facts[settings.store], known),
                check_flows(connection, others, facts[settings.store], known),
            ),
        )
    return lines


def worst(lines: Sequence[PreflightLine]) -> str:
    """The verdict of the whole check."""
    verdicts = {line.verdict for line in lines}
    return next(verdict for verdict in ("fail", "warn", "pass") if verdict in verdicts or verdict == "pass")


# --- configuration and ledger -----------------------------------------------------------------


def check_configuration(warnings: Iterable[Problem]) -> Iterator[Finding]:
    """What reading the file found."""
    found = list(warnings)
    for warning in found:
        yield Finding(warning.key or "file", "warn", warning.found, warning.remedy)
    if not found:
        yield Finding("file", "pass", "read without errors")


def check_ledger(hub: Hub) -> Iterator[Finding]:
    """It was opened and brought up to date before the check began."""
    words = database.where()
    if database.needs_migration():
        yield Finding(
            "tables", "fail", f"{words}: not up to date", "run `tidegate run` or `tidegate check` again"
        )
    else:
        yield Finding("tables", "pass", f"{words}: reachable and up to date")
    for path, mode in database.loose_files():
        text = f"{path} has the mode {mode}: other users of this machine can access it"
        yield Finding("file mode", "warn", text, f"chmod 600 {path}")
    for name in hub.connections:
        halted = halts.halted(name)
        if halted is not None:
            since = shown(hub.connections[name], halted.since)
            text = f"connection {name} is halted since {since}: {halted.reason}"
            yield Finding("halt", "warn", text, f"correct the cause, then `tidegate lift {name}`")


# --- store ------------------------------------------------------------------------------------


def check_store(
    store: MagentoStoreClient, facts: StoreFacts, users: Iterable[model.ConnectionSettings]
) -> Iterator[Finding]:
    """Reachability and credentials first: without them nothing else can be known."""
    skew = store.shop.clock_skew()
    if isinstance(skew, Failure):
        yield Finding("credentials", "fail", skew.text, STORE_REMEDIES.get(skew.code, ""))
        return
    yield Finding("credentials", "pass", f"{store.config.url} answers, {store.config.auth} is accepted")
    yield clock_finding(skew)
    yield from check_permissions(store, users)
    version = store.shop.version()
    yield Finding("version", "pass" if version else "warn", version or "the store does not state its version")
    limit = store.shop.page_size_limit(store.config.page_size)
    if isinstance(limit, Failure):
        yield Finding("page size", "fail", limit.text)
    elif limit < store.config.page_size:
        remedy = f"set page_size = {limit} to save one call"
        yield Finding(
            "page size",
            "warn",
            f"the store gives {limit} orders a page, not {store.config.page_size}",
            remedy,
        )
    else:
        yield Finding("page size", "pass", f"{limit} orders a page")
    yield from gather(store, facts)


def clock_finding(skew: timedelta | None) -> Finding:
    """A store clock that is wrong moves the bounds of every read."""
    if skew is None:
        return Finding("clock", "warn", "the store does not state its time")
    seconds = round(skew.total_seconds())
    verdict = "fail" if abs(skew) > SKEW_FAIL else "warn" if abs(skew) > SKEW_WARN else "pass"
    remedy = "" if verdict == "pass" else "let both machines take their time from a time server (NTP)"
    return Finding("clock", verdict, f"the store's clock differs from this machine's by {seconds} s", remedy)


def gather(store: MagentoStoreClient, facts: StoreFacts) -> Iterator[Finding]:
    """Read the lists that mappings are compared with; what cannot be read is a line."""
    websites, configs = store.shop.websites(whole=False), store.shop.store_configs(whole=False)
    rates, methods = store.shop.tax_rates(), store.shop.methods_in_use()
    for what, answer in (("websites", websites), ("store configuration", configs)):
        if isinstance(answer, Failure):
            yield Finding(f"read {what}", "fail", answer.text, STORE_REMEDIES.get(answer.code, ""))
    for what, lacking in (("tax rates", rates), ("methods in use", methods)):
        if isinstance(lacking, Failure):
            text = f"{lacking.text}: mappings cannot be compared with them"
            yield Finding(f"read {what}", "warn", text, STORE_REMEDIES.get(lacking.code, ""))
    for row in store.client.take_bad_rows():
        yield Finding(
            "read the store's lists", "warn", f"a row cannot be read: {row}", "correct it in Magento"
        )
    facts.websites = None if isinstance(websites, Failure) else websites
    facts.configs = None if isinstance(configs, Failure) else configs
    facts.rates = None if isinstance(rates, Failure) else rates
    facts.methods = None if isinstance(methods, Failure) else methods


# --- company ----------------------------------------------------------------------------------


def check_company(hub: Hub, name: str, lists: dict[str, list[CodeList] | None]) -> Iterator[Finding]:
    """The window first: a closed company is not called, not even by a check."""
    company = hub.companies[name]
    users = [each for each in hub.connections.values() if each.settings.company == name]
    yield from check_door(hub, name)
    for connection in users[:1]:
        yield from check_window(connection)
        if connection.closed() is not None:
            yield Finding(
                "company", "warn", "closed now, so it was not checked", "run the check again when it is open"
            )
            return
    findings = company.examine()
    yield from findings
    if any(each.verdict == "fail" for each in findings):
        return
    read = company.code_lists()
    if isinstance(read, Failure):
        yield Finding("code lists", "fail", read.text)
        return
    lists[name] = read
    sizes = ", ".join(f"{len(each.codes)} {each.kind}" for each in read)
    yield Finding("code lists", "pass", f"read: {sizes}")


def check_window(connection: Connection) -> Iterator[Finding]:
    """Whether it is open, and when it closes next."""
    place = f"companies.{connection.settings.company}"
    now = connection.clock.now()
    announced = connection.calendar.closed(now)
    if announced is not None and announced.until > now + LONGEST:
        until = shown(connection, announced.until)
        text = f"never open: closings follow each other without a gap until {until} ({announced.reason})"
        remedy = f"shorten `minutes` or correct `rule` in [[{place}.closed]]"
        yield Finding("window", "fail", text, remedy)
        return
    closed = connection.closed()
    if closed is not None:
        yield Finding("window", "warn", f"closed until {shown(connection, closed.until)}: {closed.reason}")
        return
    following = connection.calendar.next_closing(now)
    if following is not None:
        text = f"open; closes {shown(connection, following.start)} ({following.reason})"
        yield Finding("window", "pass", text)
    else:
        remedy = f"add [[{place}.closed]] for backups and period ends, if the company closes for them"
        yield Finding("window", "warn", "open at all hours: no closing is configured", remedy)


def shown(connection: Connection, at: datetime) -> str:
    """An instant on the company's wall clock, its zone named."""
    local = at.astimezone(zone(connection.company_settings.time_zone))
    return f"{local:%Y-%m-%d %H:%M} {local.tzname()}"


# --- connection -------------------------------------------------------------------------------


def check_connection(
    connection: Connection, facts: StoreFacts, lists: list[CodeList] | None
) -> Iterator[Finding]:
    """Websites, capture, mappings against both systems, and the accounts of customers."""
    settings = connection.settings
    if facts.websites is not None:
        codes = {website.code for website in facts.websites if website.id != 0}
        missing = [code for code in settings.websites if code not in codes]
        if missing:
            text = f"the store has no website {', '.join(missing)}"
            yield Finding("websites", "fail", text, f"it has {', '.join(sorted(codes))}")
        else:
            yield Finding("websites", "pass", ", ".join(settings.websites))
    yield from check_currencies(connection, facts.websites, facts.configs)
    if settings.capture.since is None:
        remedy = "set since in [connections.NAME.capture]: orders created before are never sent"
        yield Finding("capture", "fail", "`since` is not set", remedy)
    elif settings.capture.since > connection.clock.now():
        text = (
            f"`since` is in the future ({shown(connection, settings.capture.since)}): no order is sent "
            "until then"
        )
        yield Finding("capture", "fail", text, "set since to the time from which orders are to be sent")
    else:
        text = f"orders created from {shown(connection, settings.capture.since)} on"
        yield Finding("capture", "pass", text)
    for flow, rule in settings.flows.items():
        when = f"every {rule.every}" if rule.every else f"cron {rule.cron}"
        yield Finding(f"flow {flow}", "pass", when if rule.enabled else "switched off")
    if lists is None:
        yield Finding("mappings", "warn", "not compared: the company's lists could not be read")
        return
    rates = {code: rate for each in lists if each.kind == "tax" for code, rate in each.rates.items()}
    terms = terms_of(
        connection.name, settings, connection.company_settings, connection.company.about.orders, rates
    )
    compared = Facts(lists_by_kind(lists), facts.rates, facts.methods)
    yield from check_mappings(connection.name, settings, terms, compared)
    currencies = website_currencies(connection, facts.websites, facts.configs)
    yield from check_customer_accounts(connection, currencies)


def check_flows(
    connection: Connection,
    others: Mapping[str, model.ConnectionSettings],
    facts: StoreFacts,
    lists: list[CodeList] | None,
) -> Iterator[Finding]:
    """The conditions of the flows other than orders. A store that did not answer is not asked again."""
    known = lists_by_kind(lists or ())
    yield from check_codes(connection, known)
    yield from check_limits(connection)
    yield from check_lengths(connection)
    yield from check_taking(connection, known)
    if lists is not None:
        yield from check_desks(connection)
    if facts.websites is None:
        return
    yield from check_attributes(connection)
    yield from check_customer_prices(connection)
    yield from check_stock(connection, others, known.get("warehouse"))
    yield from check_credits(connection)
    yield from check_prices(connection, facts.websites, facts.configs or (), known.get("price-list"))


def check_customer_accounts(connection: Connection, currencies: set[str]) -> Iterator[Finding]:
    """The accounts that the configuration names exist and may be sold to."""
    rule = connection.settings.customers
    wanted = {rule.guest_account: "guest account"}
    wanted.setdefault(rule.web_account, "web account")
    for who, account in rule.accounts.items():
        wanted.setdefault(account, f"account of {who}")
    wanted.pop("", None)
    inside = connection.company.about.orders.customers is Customers.INSIDE_THE_ORDER
    if not rule.guest_account and not inside:
        remedy = f"set guest_account in [connections.{connection.name}.customers]"
        yield Finding("guest account", "warn", "not set: orders of guests are held", remedy)
    if not wanted:
        return
    queries = [CustomerQuery(key=account, account=account) for account in wanted]
    with connection.company.session(Purpose.READING) as session:
        if isinstance(session, Failure):
            found: dict[str, list[CustomerMatch]] | Failure = session
        elif session.customers is None:
            text = "not compared: this Sage product cannot be asked for customers"
            yield Finding("accounts of customers", "warn", text)
            return
        else:
            found = session.customers.find(queries)
    if isinstance(found, Failure):
        yield Finding("accounts of customers", "fail", found.text)
        return
    for account, purpose in wanted.items():
        matches = found.get(account, [])
        if not matches:
            yield Finding(
                purpose, "fail", f"Sage has no customer account {account}", "create it in Sage, or correct it"
            )
        elif wrong := account_currency(purpose, matches[0], currencies, connection.company_settings.currency):
            yield wrong
        elif matches[0].on_hold:
            yield Finding(
                purpose, "warn", f"{account} ({matches[0].name}) is on hold in Sage", "orders may be refused"
            )
        else:
            yield Finding(purpose, "pass", f"{account} ({matches[0].name})")


STORE_REMEDIES: dict[Code, str] = {
    Code.NOT_AUTHENTICATED: (
        "check the integration's four keys, that it is activated, and that both clocks agree"
    ),
    Code.NOT_PERMITTED: "give the integration this resource under System > Integrations",
    Code.UNREACHABLE: "check the address, DNS, firewall and the store's certificate",
    Code.MAINTENANCE: "the store is in maintenance mode: run the check again afterwards",
    Code.UNKNOWN_ENDPOINT: (
        "check that the address is the store's base URL, without /rest and without a store code"
    ),
}
