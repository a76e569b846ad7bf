"""Every room that the suite is run for: a name, and how its stand is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.sage200_stand import Sage200Stand
from tidegate.conformance.stand import Stand

OTHERWISE: dict[str, Any] = {
    "subscription_key": "",
    "date_suffix": "Z",
    "absent_text": "empty",
    "model_state": False,
    "single_as_object": True,
    "unknown_fields": "reject",
    "unflagged_price": "price_book",
    "rotation": False,
    "top_max": 500,
}
"""What the contract assumes of Sage 200, turned the other way: the client must not depend on it."""

ROOMS: dict[str, Callable[[], Stand]] = {
    "sage200-standard": Sage200Stand,
    "sage200-professional": lambda: Sage200Stand(edition="professional"),
    "sage200-analysis-code": lambda: Sage200Stand(key_field="analysis_code_3", spare_fields=False),
    "sage200-otherwise": lambda: Sage200Stand(**OTHERWISE, subscription="ignored"),
}
