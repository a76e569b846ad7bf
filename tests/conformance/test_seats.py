"""The rooms of this house are asked what `tidegate.conformance.seats` asks."""

from tidegate.conformance.seats import *
