"""Both hubs on small random ones."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass

from sim.domain.inputs import Inputs
from sim.reference.equality import Difference, Tables, compare
from sim.reference.small_hubs import make
from sim.reference.small_numbers import SmallHub, draw

Watch = Callable[[Inputs, Tables], None]
"""Sees what the reference tells of each hub."""


def _look_away(_: Inputs, __: Tables) -> None: ...


@dataclass(frozen=True, slots=True)
class Unequal:
    """A small hub on which the two programs differ."""

    hub: SmallHub
    difference: Difference

    def __str__(self) -> str:
        return f"{self.difference}\n\nRerun: {self.hub!r}\nJSON:  {json.dumps(asdict(self.hub))}"


def try_hub(hub: SmallHub, watch: Watch = _look_away) -> Unequal | None:
    """Compare both hubs on a small one."""
    inputs = make(hub)
    result = compare(inputs, hub.seed)
    watch(inputs, result.tables)
    return None if result.difference is None else Unequal(hub, result.difference)


def try_seeds(seeds: Iterable[int], watch: Watch = _look_away) -> list[Unequal]:
    """Compare both hubs on the small hubs of these seeds."""
    return [unequal for seed in seeds if (unequal := try_hub(draw(seed), watch)) is not None]
