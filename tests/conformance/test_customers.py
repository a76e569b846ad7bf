"""The rooms of this house are asked what `tidegate.conformance.customers` asks."""

from tidegate.conformance.customers import *
