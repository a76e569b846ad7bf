"""The rooms of this house are asked what `tidegate.conformance.waiting` asks."""

from tidegate.conformance.waiting import *
