"""The request of `cargohub staff`: service level, contracts, and pools of roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Annotated, Final

from experiments.designs.design import Replicated, one_hub
from experiments.money.prices import Prices
from experiments.report.sections import sentence_of
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK, Share, check_known
from sim.domain.roles import ROLES
from sim.errors import ConfigError
from sim.inputs.staffing import people_of_posts
from sim.reading import Bounds
from sim.units import HOURS_PER_DAY

VERB: Final = "staff"
SLOTS_PER_H: Final = 2
"""Shifts and breaks begin and end at half hours."""
Hours = Annotated[float, Bounds(ge=0, le=24)]


@dataclass(frozen=True, slots=True)
class Contract:
    """Shifts on so many consecutive days each week, at the same clock time, with one unpaid break."""

    shift_h: Annotated[float, Bounds(gt=0, le=24)]
    break_h: Hours
    days: Annotated[int, Bounds(ge=1, le=DAYS_PER_WEEK)]

    @property
    def paid_h(self) -> float:
        """Paid hours of a shift."""
        return self.shift_h - self.break_h


@dataclass(frozen=True, slots=True)
class Staff:
    """The study's keys; `configs/study/staff.yaml` explains them."""

    on_time: Share
    window_h: Annotated[int, Bounds(ge=1, le=24)]
    start_every_h: Annotated[int, Bounds(ge=1, le=24)]
    contracts: dict[str, Contract]
    least_shift_h: Hours
    rest_h: Hours
    most_h_per_week: Annotated[float, Bounds(gt=0, le=168)]
    without_break_h: Annotated[float, Bounds(gt=0, le=24)]
    pools: dict[str, tuple[str, ...]]
    step: Annotated[float, Bounds(gt=0, le=1)]
    rounds: Annotated[int, Bounds(ge=1, le=50)]

    def __post_init__(self) -> None:
        if not self.contracts:
            raise ValueError("contracts: at least one")
        if HOURS_PER_DAY % self.start_every_h:
            raise ValueError(f"start_every_h: {self.start_every_h} h must divide a day")
        for name, contract in self.contracts.items():
            if broken := self._broken(contract):
                raise ValueError(f"contracts.{name}.{broken}")
        members = [role for roles in self.pools.values() for role in roles]
        check_known("pools", "unknown role", members, ROLES)
        for role in members:
            if members.count(role) > 1:
                raise ValueError(f"pools: {role} occurs twice")
        for name in self.pools:
            if name in ROLES:
                raise ValueError(f"pools.{name}: this name is already the name of a role")

    def _broken(self, contract: Contract) -> str:
        """The first rule that a contract breaks; empty if it breaks none."""
        week = contract.paid_h * contract.days
        if any(hours * SLOTS_PER_H % 1 for hours in (contract.shift_h, contract.break_h)):
            return "shift_h: shifts and breaks must be whole half hours"
        if contract.paid_h < self.least_shift_h:
            return f"shift_h: {contract.paid_h:g} h of work, less than least_shift_h = {self.least_shift_h:g}"
        if contract.shift_h + self.rest_h > HOURS_PER_DAY:
            rest = HOURS_PER_DAY - contract.shift_h
            return f"shift_h: leaves {rest:g} h until the next shift, less than rest_h = {self.rest_h:g}"
        if week > self.most_h_per_week:
            return f"days: {week:g} h a week, more than most_h_per_week = {self.most_h_per_week:g}"
        if not self.breaks(contract):
            return f"break_h: somebody works for more than without_break_h = {self.without_break_h:g} h at a stretch"
        return ""

    def breaks(self, contract: Contract) -> Sequence[int]:
        """Possible starts of the break [half hours after the shift begins]: near its middle, at most an hour apart."""
        length, pause, most = (
            int(hours * SLOTS_PER_H) for hours in (contract.shift_h, contract.break_h, self.without_break_h)
        )
        middle = (length - pause) // 2
        if not pause:
            return [middle] if length <= most else []
        around = (middle - SLOTS_PER_H, middle, middle + SLOTS_PER_H)
        return [at for at in around if 0 < at <= most and 0 < length - pause - at <= most]


@dataclass(frozen=True, slots=True)
class StaffKeys(Replicated):
    """Keys of the study other than the hub's."""

    cost: Prices
    staff: Staff

    @property
    def prices(self) -> Prices:
        return self.cost


parse: Final = partial(one_hub, kind=StaffKeys, verb=VERB)
"""The hub whose people are planned, and the study."""


def planned_roles(config: HubConfig) -> list[str]:
    """Roles with posts that follow the work; others keep their roster."""
    people = people_of_posts(config)
    return [name for name in ROLES if people.get(name) and config.roster.follows_work(name)]


def check(config: HubConfig) -> None:
    """Refuse a roster that leaves nobody to plan, or that scales what is planned.

    Raises:
        ConfigError: such a roster.
    """
    roster = config.roster
    if not planned_roles(config):
        raise ConfigError(sentence_of("nobody_planned", name=roster.name))
    factors = {"roster.factor": roster.factor, "roster.night_factor": roster.night_factor}
    factors |= {f"roster.roles.{role}.factor": roster.roles[role].factor for role in planned_roles(config)}
    for key, factor in factors.items():
        if factor != 1:
            raise ConfigError(sentence_of("no_factor", key=key, factor=factor))


def same_units(pool: str, units: Sequence[tuple[str, tuple[int, int]]]) -> None:
    """Refuse a pool whose roles have crews of different size; `units`: posts and people of a crew, by role."""
    for (role, unit), (other, another) in pairwise(units):
        if unit != another:
            raise ConfigError(sentence_of("different_crews", pool=pool, role=role, other=other))
