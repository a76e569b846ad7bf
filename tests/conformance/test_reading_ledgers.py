"""The rooms of this house are asked what `tidegate.conformance.reading_ledgers` asks."""

from tidegate.conformance.reading_ledgers import *
