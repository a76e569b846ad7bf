"""Which fields of Sage may be absent, and what that means: only what the contract states.

Every other figure that is absent or cannot be read is a named failure of its record. The test reads the
readers' source: a new lenient reading needs a line here, with the contract's sentence.
"""

from __future__ import annotations

import re
from pathlib import Path

import tidegate.sage.sage200

READERS = Path(tidegate.sage.sage200.__file__).parent

#: field -> what its absence means, and where that stands.
MAY_BE_ABSENT = {
    "weight": "no weight is written (§9.3: not required)",
    "standard_cost": "the average buying price counts, else no cost is written (§9.3: not required)",
    "average_buying_price": "no cost is written (§9.3)",
    "debit": "a nominal row has one of both; without either it is unreadable (§9.10)",
    "credit": "a nominal row has one of both; without either it is unreadable (§9.10)",
    "document_goods_value": "the entry's net is not known, and compared with nothing (§9.9)",
    "document_tax_value": "the entry's tax is not known, and compared with nothing (§9.9)",
    "invoice_line_profit_analysis_line_quantity": "the line's own amounts are not known (§9.8: lines without pieces)",
    "sop_invoice_credit_line_{name}_value": "the line's own amounts are not known (§9.8)",
    "selling_unit_multiple": "the price is per stock unit (§9.5: not required)",
    "tax_rate": "other lists have none; a tax code without one is nobody's rate, its orders are held (§9.11)",
    "total_gross_value": "nobody confirms such an order: it is a review (flows.found_orders)",
}


def test_only_the_fields_of_the_table_may_be_absent() -> None:
    lenient = re.compile(r'\b(?:number_of|readable_number)\(\s*\w+(?:\[\d+\])?,\s*f?"([^"]+)"')
    found = {name for path in READERS.glob("*.py") for name in lenient.findall(path.read_text())}
    assert found == MAY_BE_ABSENT.keys()


def test_no_reader_makes_a_zero_of_what_is_absent() -> None:
    for path in READERS.glob("*.py"):
        for line in path.read_text().splitlines():
            if re.search(r"(figure_of|pieces_of|number_of|readable_number)\([^)]*\) or ", line):
                assert "average_buying_price" in line, f"{path.name}: {line.strip()}"
