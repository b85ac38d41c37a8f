"""How packers are sent to the chutes of a hall, if they do not belong to chutes (`packout.rule: flexible`)."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol


class Rule(Protocol):
    """Receives units and packers at each chute (C), and the number `manned` in the hall; returns packers (C).

    `enough`: units that a packer packs between two looks. `is_review`: whether all packers may be sent anew.
    """

    def __call__(
        self, units: Sequence[int], packers: Sequence[int], manned: int, *, enough: int, is_review: bool
    ) -> list[int]: ...


def where_parcels_pile_up(
    units: Sequence[int], packers: Sequence[int], manned: int, *, enough: int, is_review: bool
) -> list[int]:
    """Packers at each of C chutes after a look (rule 56); they are sent one by one.

    `units` are in each chute, and `packers` at each (C); `manned` are in the hall. A chute is short while it has more
    than `enough` units for each packer. Only packers of empty chutes go to short chutes; at a review all packers may.

    >>> where_parcels_pile_up([90, 0, 5], [1, 2, 1], 4, enough=10, is_review=False)
    [3, 0, 1]
    >>> where_parcels_pile_up([90, 0, 5], [1, 2, 1], 4, enough=10, is_review=True)
    [4, 0, 0]
    >>> where_parcels_pile_up([9, 0, 0], [0, 2, 1], 2, enough=10, is_review=False)
    [1, 1, 0]
    """
    here, chutes = list(packers), range(len(units))

    def need(c: int) -> tuple[float, int, int]:
        return -units[c] / (here[c] + 1), here[c], c

    def idlest(among: Iterable[int]) -> int:
        return -min([(units[c] / here[c], -here[c], -c) for c in among])[-1]

    for _ in range(sum(here) - manned):
        here[idlest(c for c in chutes if here[c])] -= 1
    for _ in range(manned - sum(here)):
        here[min(map(need, chutes))[-1]] += 1
    movable = chutes if is_review else [c for c in chutes if here[c] and not units[c]]
    needs = [need(c) for c in chutes] if movable else []
    while movable and (short := [needs[c] for c in chutes if units[c] > here[c] * enough]):
        left, _, to = min(short)
        givers = [c for c in movable if here[c] and units[c] / here[c] < -left]
        if not givers:
            break
        giver = idlest(givers)
        here[giver] -= 1
        here[to] += 1
        needs[giver], needs[to] = need(giver), need(to)
    return here


def is_possible(
    here: list[int],
    units: Sequence[int],
    packers: Sequence[int],  # noqa: ARG001 - the rule's own arguments, as in every decision
    manned: int,
    *,
    enough: int,  # noqa: ARG001
    is_review: bool,  # noqa: ARG001
) -> bool:
    """Packers by chute, `manned` in all."""
    return len(here) == len(units) and all(n >= 0 for n in here) and sum(here) == manned


RULES: Final[dict[str, Rule]] = {"where_parcels_pile_up": where_parcels_pile_up}
