"""The rooms of this house are asked what `tidegate.conformance.lost_answers` asks."""

from tidegate.conformance.lost_answers import *
