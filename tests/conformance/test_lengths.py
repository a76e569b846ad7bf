"""The rooms of this house are asked what `tidegate.conformance.lengths` asks."""

from tidegate.conformance.lengths import *
