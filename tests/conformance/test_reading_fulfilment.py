"""The rooms of this house are asked what `tidegate.conformance.reading_fulfilment` asks."""

from tidegate.conformance.reading_fulfilment import *
