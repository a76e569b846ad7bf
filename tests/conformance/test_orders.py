"""The rooms of this house are asked what `tidegate.conformance.orders` asks."""

from tidegate.conformance.orders import *
