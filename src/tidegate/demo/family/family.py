"""The setup of all products: one simulated shop, a simulated company of each, and one `tidegate.toml`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from tidegate.demo.family.story import CLOSED, closing
from tidegate.demo.hub_setup import HubSetup
from tidegate.demo.setup import MARGIN, WINDOW, Setup
from tidegate.demo.story import COMPANY, CONNECTION, START
from tidegate.sage.vault import Vault
from tidegate.simulation.houses.house import House
from tidegate.simulation.place import place_behind, place_of
from tidegate.simulation.products import SIMULATED, USUAL
from tidegate.simulation.settings import hub, tie
from tidegate_sandbox import magento
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.magento.further_websites import open_website
from tidegate_sandbox.server import SandboxServer

#: Products that the shop and every company have.
ITEMS = 60
#: The product in the middle of whose orders the hub's process dies.
KILLER = USUAL.name


@dataclass(eq=False, kw_only=True)
class Family(HubSetup):
    """The shop and all companies, serving; members are called as their products are, and so are their websites."""

    members: list[Setup]

    @property
    def dies_of(self) -> str:
        """The product whose order the hub's process does not survive."""
        return KILLER

    def write_configuration(self) -> None:
        """One file: the hub, the store, and a company and a connection for each product."""
        text = hub(self.members[0].settings(""))
        for number, member in enumerate(self.members):
            closes = closing(number).closes.astimezone(member.place.zone)
            minutes = int(CLOSED.total_seconds()) // 60
            window = WINDOW.format(hour=closes.hour, minute=closes.minute, minutes=minutes)
            text += named(tie(member.settings(window)) + member.way_back(), member.house)
        self.keep_configuration(text)

    def environment(self) -> dict[str, str]:
        """The secrets of the store and of every company, beside what this process has."""
        secrets = {**os.environ, **self.members[0].store_secrets()}
        for member in self.members:
            for key, value in member.house.environment(member.sage).items():
                secrets[key.replace(SECRETS, secrets_of(member.house), 1)] = value
        return secrets

    def let_in(self, vault: Vault) -> None:
        """Each company for itself."""
        for member in self.members:
            member.let_in(vault)


SECRETS = "SAGE_"


def secrets_of(house: House) -> str:
    """How the names of its secrets begin, where several products have some."""
    return f"{house.name.upper()}_"


def named(text: str, house: House) -> str:
    """The tables of one company and its connection under the product's own name."""
    for old, new in (
        (f"companies.{COMPANY}", f"companies.{house.name}"),
        (f"connections.{CONNECTION}", f"connections.{house.name}"),
        (f'company = "{COMPANY}"', f'company = "{house.name}"'),
        (f"env:{SECRETS}", f"env:{secrets_of(house)}"),
    ):
        text = text.replace(old, new)
    return text


@contextmanager
def staged(folder: Path, seed: int) -> Iterator[Family]:
    """Build the shop and all companies, and serve them on free ports of this machine until the block ends."""
    clock = SandboxClock.virtual(START)
    shop, shop_wire = magento.build(clock, FaultPlan(seed), price_scope="website", widgets=ITEMS)
    shopper, key = magento.Shopper(shop, seed), Fernet.generate_key().decode()
    with ExitStack() as serving:
        shop_url = serving.enter_context(SandboxServer(shop_wire)).url
        members = []
        for number, house in enumerate(SIMULATED.values()):
            usual, closed = place_of(house), closing(number)
            view = open_website(shop, house.name, house.title, like=usual.website)
            customers = {
                str(row["email"]): str(row["id"])
                for row in shop.customers.all()
                if row["website_id"] == view.website_id
            }
            known = {
                shop.customers.get(int(id))["email"]: account for id, account in house.codes.known.items()
            }
            locked = (closed.closes + MARGIN, closed.opens - MARGIN)
            company = house.company(clock, seed=seed + number, base=usual.currency, items=ITEMS)
            company.window.between(*locked, "backup")
            sage, sage_wire = house.build(clock, FaultPlan(seed + number + 1), company)
            members.append(
                Setup(
                    house=house,
                    seed=seed,
                    folder=folder,
                    sandbox_clock=clock,
                    shop=shop,
                    shop_wire=shop_wire,
                    shopper=shopper,
                    sage=sage,
                    sage_wire=sage_wire,
                    shop_url=shop_url,
                    sage_url=serving.enter_context(SandboxServer(sage_wire)).url,
                    key=key,
                    locked=locked,
                    place=place_behind(house, view, shop.stock.stock_of(view.code)["stock_id"]),
                    connection=house.name,
                    company=house.name,
                    accounts={
                        customers[email]: account for email, account in known.items() if email in customers
                    },
                )
            )
        yield Family(seed=seed, folder=folder, sandbox_clock=clock, members=members)
