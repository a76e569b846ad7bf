"""The rooms of this house are asked what `tidegate.conformance.cancelling` asks."""

from tidegate.conformance.cancelling import *
