"""The rooms of this house are asked what `tidegate.conformance.reading_prices` asks."""

from tidegate.conformance.reading_prices import *
