"""The rooms of this house are asked what `tidegate.conformance.reading_stock` asks."""

from tidegate.conformance.reading_stock import *
