"""Which machine sorts the exports of a collection truck."""

from collections.abc import Callable
from typing import Final

Rule = Callable[[int, int], int]
"""Receives the collection's number and the number of machines of its hall; returns the machine."""


def in_turn(collection: int, n_machines: int) -> int:
    """Each collection goes to the next machine in turn."""
    return collection % n_machines


def is_possible(machine: int, collection: int, n_machines: int) -> bool:  # noqa: ARG001 - the rule's own arguments
    """The number of a machine of the hall."""
    return 0 <= machine < n_machines


RULES: Final[dict[str, Rule]] = {"in_turn": in_turn}
