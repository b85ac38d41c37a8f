"""Decision rules: what the hub chooses, each choice a small pure function of what is known at that moment.

One module a decision: `Rule` is its signature, `RULES` its rules by name. `configs/rules` chooses one of
each, and both hubs call it through `Site.rules`. To add a rule: write a function of the decision's
signature, enter it in `RULES`, and choose its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import ModuleType
from typing import Any, Final

from sim.reading import near
from sim.rules import (
    collection_machine,
    deck,
    empties,
    extra_trucks,
    hall,
    machine,
    next_uld,
    packers,
    shuttle,
    stand,
    truck_leaves,
    ulds_fly,
)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule in force of each decision."""

    stand: stand.Rule
    hall: hall.Rule
    next_uld: next_uld.Rule
    machine: machine.Rule
    collection_machine: collection_machine.Rule
    packers: packers.Rule
    shuttle: shuttle.Rule
    truck_leaves: truck_leaves.Rule
    extra_trucks: extra_trucks.Rule
    deck: deck.Rule
    ulds_fly: ulds_fly.Rule
    empties: empties.Rule

    @classmethod
    def of(cls, names: Mapping[str, str]) -> "Rules":
        """The rules of these names, by decision; where no name is given, the decision's first rule.

        Raises:
            ValueError: a decision or a rule that there is not.

        >>> Rules.of({"hall": "lane"}).hall.is_of_flight
        False
        """
        for decision, name in names.items():
            check(decision, name)
        return cls(**{decision: _rule(decision, names.get(decision)) for decision in DECISIONS})


DECISIONS: Final[Mapping[str, ModuleType]] = {field.name: globals()[field.name] for field in fields(Rules)}


def check(decision: str, name: str, key: str | None = None) -> None:
    """Refuse a decision, or a rule that `key` (by default the decision) names, that there is not, with a ValueError."""
    if decision not in DECISIONS:
        raise ValueError(f"{decision}: no such decision{near(decision, DECISIONS)}")
    if name not in DECISIONS[decision].RULES:
        raise ValueError(f"{key or decision}: no rule {name!r}{near(name, DECISIONS[decision].RULES)}")


def _rule(decision: str, name: str | None) -> Any:  # noqa: ANN401 - each decision has its own signature
    rules = DECISIONS[decision].RULES
    return next(iter(rules.values())) if name is None else rules[name]
