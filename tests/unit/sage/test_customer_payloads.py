"""Bodies of customers: §9.1."""

from __future__ import annotations

from tidegate.domain.errors import Code, Failure
from tidegate.domain.orders.order import Address
from tidegate.sage.port.customers import NewCustomer
from tidegate.sage.sage200.payloads import customer_body
from unit.sage.bodies import JANE, resolved


def test_the_whole_body_of_a_customer() -> None:
    new = NewCustomer(
        key="magento:main:customer:17",
        account="w0000017",
        name="Jane  Buyer Limited",
        email="jane@example.com",
        address=JANE,
        vat_number="GB123456789",
        on_hold=True,
    )

    assert customer_body(new, resolved().lists, key_field="spare_text_1") == {
        "reference": "W0000017",
        "name": "Jane Buyer Limited",
        "short_name": "Jane Buy",
        "on_hold": True,
        "vat_number": "GB123456789",
        "country_code_id": 13,
        "spare_text_1": "magento:main:customer:17",
        "main_address": {
            "address_1": "1 High Street",
            "city": "Leeds",
            "postcode": "LS1 1AA",
            "address_country_code_id": 13,
        },
        "contacts": [
            {
                "first_name": "Jane",
                "last_name": "Buyer",
                "emails": [{"email": "jane@example.com", "is_default": True}],
                "telephones": [{"subscriber_number": "0113 496 0000", "is_default": True}],
            }
        ],
    }


def test_a_reference_of_nine_characters_is_too_long() -> None:
    new = NewCustomer(key="k", account="W00000017", name="J", email="", address=Address())
    failure = customer_body(new, resolved().lists, key_field="spare_text_1")

    assert isinstance(failure, Failure)
    assert failure.code is Code.TOO_LONG
