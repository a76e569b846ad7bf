"""A configuration that fits both sandboxes as `tidegate sandbox` serves them: nothing to ask, nothing to edit.

Their secrets open nothing else. They lie in files of their own beside the configuration, so that the
quickstart needs no environment variable and is the same in every shell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tidegate.cli.sandbox import MAGENTO, PORTS, REDIRECT, built, credentials_of, redirect_url
from tidegate.config.template import Answers, variables
from tidegate.sage.rooms import PRODUCTS
from tidegate.simulation.houses.house import House
from tidegate.simulation.place import place_of
from tidegate.simulation.products import SIMULATED

FOLDER = "sandbox-secrets"
#: Orders from so long ago on are sent: those that the sandbox has sold before `init` are there to try.
SINCE = timedelta(days=2)


def sandbox_answers(folder: Path, now: datetime, port: int | None, sage: str) -> Answers:
    """What `tidegate init` would be given.

    `port` is that of the simulated shop, the next two are Sage's and the browser's; None: each has its usual one.
    """
    (product,) = [each for each in PRODUCTS if each.name == sage]
    house = SIMULATED[sage]
    place = place_of(house)
    known = credentials_of(sage, built(sage)[0])
    shop, company, browser = (
        (PORTS[MAGENTO], PORTS[sage], REDIRECT) if port is None else (port, port + 1, port + 2)
    )
    room = {
        **product.unasked,
        **house.addresses(f"http://127.0.0.1:{company}"),
        **house.answers(redirect_url(browser), known),
    }
    return Answers(
        store_url=f"http://127.0.0.1:{shop}",
        websites=(place.website,),
        company=place.country,
        product=product,
        room=room,
        known=further_keys(house, f"http://127.0.0.1:{company}", known, room),
        company_time_zone=place.zone.key,
        currency=place.currency,
        unknown="create",
        shipping_charge=house.codes.charge,
        guest_account=house.codes.web_account,
        tax_codes=house.codes.tax_codes,
        tax_destinations=house.codes.destinations,
        rounding_tax_code=house.codes.untaxed,
        rounding_account=house.codes.rounding,
        since=(now - SINCE).replace(microsecond=0),
        secrets_folder=str((folder / FOLDER).absolute()),
    )


def further_keys(
    house: House, url: str, known: Mapping[str, Any], answered: Mapping[str, str]
) -> dict[str, str]:
    """What the simulated company's own table says beside answers and secrets, as TOML."""
    lines = re.findall(r"(?m)^(\w+) = (.+)$", house.room(url, house.editions[0], known))
    return {key: value for key, value in lines if key not in answered and not value.startswith('"env:')}


def write_secrets(answers: Answers, encryption_key: str) -> list[str]:
    """One file a secret, for their owner's eyes only; the names of those that were written."""
    shop = credentials_of(MAGENTO, built(MAGENTO)[0])
    name = answers.product.name
    sage = credentials_of(name, built(name)[0])
    values = {
        "TIDEGATE_ENCRYPTION_KEY": encryption_key,
        **{f"TIDEGATE_MAIN_{name.upper()}": value for name, value in shop.items()},
        **{f"TIDEGATE_{answers.company.upper()}_{name.upper()}": value for name, value in sage.items()},
    }
    folder = Path(answers.secrets_folder)
    folder.mkdir(mode=0o700, exist_ok=True)
    names = variables(answers)
    for name in names:
        file = folder / name
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_text(f"{values[name]}\n", encoding="utf-8")
    return list(names)
