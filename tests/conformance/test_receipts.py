"""The rooms of this house are asked what `tidegate.conformance.receipts` asks."""

from tidegate.conformance.receipts import *
