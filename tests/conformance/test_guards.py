"""The rooms of this house are asked what `tidegate.conformance.guards` asks."""

from tidegate.conformance.guards import *
