"""The rooms of this house are asked what `tidegate.conformance.desks` asks."""

from tidegate.conformance.desks import *
