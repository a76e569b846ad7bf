"""The routes of attributes: what the shop keeps of a customer besides the columns, and the scope of prices.

The REST API cannot make such attributes (point 26); the control route ``attributes`` stands for the module that
does. Of Magento's own only ``taxvat`` was recorded and is listed. Not recorded, and so assumed: the refusal of an
attribute that there is not, and that anybody may read these routes; of a product's attributes, which resource it takes to read one, and that there
is none but ``price`` (points 31 and 39).
"""

from __future__ import annotations

from typing import Final

from tidegate_sandbox.magento.access import ANONYMOUS
from tidegate_sandbox.magento.call import Call
from tidegate_sandbox.magento.customer_table import Row
from tidegate_sandbox.magento.refusal import Refusal
from tidegate_sandbox.magento.routes import Route

RESOURCE: Final = "Magento_Catalog::attributes_attributes"

_TAXVAT: Final = {
    "frontend_input": "text",
    "input_filter": "",
    "store_label": "Tax/VAT Number",
    "validation_rules": [{"name": "max_text_length", "value": "255"}],
    "multiline_count": 0,
    "visible": False,
    "required": False,
    "data_model": "",
    "options": [],
    "frontend_class": "",
    "user_defined": False,
    "sort_order": 100,
    "frontend_label": "Tax/VAT Number",
    "note": "",
    "system": False,
    "backend_type": "static",
    "is_used_in_grid": True,
    "is_visible_in_grid": True,
    "is_filterable_in_grid": False,
    "is_searchable_in_grid": True,
    "attribute_code": "taxvat",
}


def get(call: Call) -> Row:
    """One attribute of customers."""
    code = call.path["attributeCode"]
    found = next((row for row in every(call) if row["attribute_code"] == code), None)
    if found is None:
        raise Refusal(
            404,
            "No such entity with %fieldName = %fieldValue, %field2Name = %field2Value",
            {
                "fieldName": "entityType",
                "fieldValue": "customer",
                "field2Name": "attributeCode",
                "field2Value": code,
            },
        )
    return found


def every(call: Call) -> list[Row]:
    """All attributes of customers."""
    return [_TAXVAT, *custom(call)]


def custom(call: Call) -> list[Row]:
    """The attributes that a module or the merchant added."""
    return [
        {
            **_TAXVAT,
            "attribute_code": code,
            "store_label": label,
            "frontend_label": label,
            "user_defined": True,
            "backend_type": "varchar",
        }
        for code, label in call.store.customers.attributes.items()
    ]


def of_products(call: Call) -> Row:
    """One attribute of products."""
    code = call.path["attributeCode"]
    if code != "price":
        raise Refusal(
            404,
            'The attribute with a "%1" attributeCode doesn\'t exist. Verify the attribute and try again.',
            [code],
        )
    return {
        "is_required": True,
        "scope": call.store.catalogue.prices.scope,
        "attribute_id": 77,
        "attribute_code": "price",
        "frontend_input": "price",
        "entity_type_id": "4",
        "default_frontend_label": "Price",
        "backend_type": "decimal",
    }


ROUTES: Final = [
    Route("GET", "products/attributes/{attributeCode}", RESOURCE, of_products),
    Route("GET", "attributeMetadata/customer", ANONYMOUS, every),
    Route("GET", "attributeMetadata/customer/custom", ANONYMOUS, custom),
    Route("GET", "attributeMetadata/customer/attribute/{attributeCode}", ANONYMOUS, get),
]
