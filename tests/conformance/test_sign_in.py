"""The rooms of this house are asked what `tidegate.conformance.sign_in` asks."""

from tidegate.conformance.sign_in import *
