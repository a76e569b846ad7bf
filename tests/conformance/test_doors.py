"""The rooms of this house are asked what `tidegate.conformance.doors` asks."""

from tidegate.conformance.doors import *
