"""The rooms of this house are asked what `tidegate.conformance.reading_masters` asks."""

from tidegate.conformance.reading_masters import *
