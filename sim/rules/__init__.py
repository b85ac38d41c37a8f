"""Decision rules: each choice of the hub is a small pure function of what is known at that moment.

Each decision has a module: `Rule` is its signature, `RULES` are its rules by name. `configs/rules` chooses one of each
(of the hall: `complex.policy`), and both programs call it through `Site.rules`. To add a rule: write a function with
the decision's signature, enter it in `RULES`, and choose its name.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import ModuleType
from typing import Any, Final, get_args, get_origin

from sim.own import OwnFile, check_takes
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

NEEDS_FILE: Final = "; a rule of yours needs rules=FILE.py"
"""Advice where an unknown rule is named without a user's file."""


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
    def of(cls, names: Mapping[str, str], own_file: OwnFile | None = None) -> "Rules":
        """The rules of these names, by decision; without a name, the decision's first rule.

        Raises:
            ValueError: an unknown decision or rule.
            InputError: the file is not trusted, or cannot be executed.

        >>> Rules.of({"hall": "lane"}).hall.is_of_flight
        False
        """
        for decision, name in names.items():
            check(decision, name, own_file=own_file)
        if own_file is not None:
            own_file.load()
        return cls(**{decision: _rule(decision, names.get(decision), own_file) for decision in DECISIONS})


DECISIONS: Final[Mapping[str, ModuleType]] = {field.name: globals()[field.name] for field in fields(Rules)}


def check(decision: str, name: str, key: str | None = None, own_file: OwnFile | None = None) -> None:
    """Raise ValueError for an unknown decision or rule; `key` names the rule (by default the decision)."""
    if decision not in DECISIONS:
        raise ValueError(f"{decision}: no such decision{near(decision, DECISIONS)}")
    known = names_of(decision, own_file)
    if name not in known:
        raise ValueError(f"{key or decision}: no rule {name!r}{near(name, known)}{'' if own_file else NEEDS_FILE}")


def names_of(decision: str, own_file: OwnFile | None = None) -> list[str]:
    """The rules of a decision, including those of the user's file."""
    return [*DECISIONS[decision].RULES, *(own_file.names("rule", decision) if own_file else ())]


def check_own(own_file: OwnFile) -> None:
    """Refuse a file with a rule of an unknown decision, with a packaged rule's name, or with other arguments.

    Raises:
        ValueError: the first mistake.
    """
    for name, function in own_file.functions.items():
        decision, where = function.declaration.decision, f"{own_file.name}: line {function.line}"
        if function.declaration.kind != "rule":
            continue
        if decision not in DECISIONS:
            raise ValueError(f"{where}: {name}: no decision {decision!r}{near(str(decision), DECISIONS)}")
        if name in DECISIONS[decision].RULES:
            raise ValueError(f"{where}: {name}: a packaged rule has this name; choose another")
        like = _plain(next(iter(DECISIONS[decision].RULES.values())))
        check_takes(own_file.name, function, inspect.signature(like).parameters, like.__name__)


def _rule(decision: str, name: str | None, own_file: OwnFile | None) -> Any:  # noqa: ANN401 - each decision has its own
    rules = DECISIONS[decision].RULES
    if name is None or name in rules:
        return next(iter(rules.values())) if name is None else rules[name]
    assert own_file is not None
    answer = _checked(decision, name, own_file)
    return hall.Rule(answer, is_of_flight=False) if decision == "hall" else answer


def _checked(decision: str, name: str, own_file: OwnFile) -> Callable[..., Any]:
    """The user's rule, with a check that its answers are possible.

    Raises:
        InputError: when called, the rule raises, or returns an impossible answer.
    """
    is_possible = DECISIONS[decision].is_possible
    wanted = inspect.signature(_plain(next(iter(DECISIONS[decision].RULES.values())))).return_annotation
    what, kind = " ".join((is_possible.__doc__ or "").split()).rstrip("."), inspect.formatannotation(wanted)

    def answer(*arguments: object, **keywords: object) -> Any:  # noqa: ANN401 - each decision has its own
        # Lists are copies, because some are the hub's own, and the rule may change them.
        copies = {key: _copy(value) for key, value in keywords.items()}
        given = own_file.call(name, *map(_copy, arguments), **copies)
        if not _is(wanted, given) or not is_possible(given, *arguments, **keywords):
            raise own_file.refuse(name, given, f"a rule of {decision} gives {what[:1].lower()}{what[1:]} ({kind})")
        return given

    return answer


def _copy(value: object) -> object:
    return value.copy() if isinstance(value, list) else value


def _plain(rule: Any) -> Callable[..., Any]:  # noqa: ANN401 - a function, or a hall's rule
    function: Callable[..., Any] = rule.choose if isinstance(rule, hall.Rule) else rule
    return function


def _is(kind: Any, value: object) -> bool:  # noqa: ANN401 - an annotation
    """Whether a value is of a kind: bool, int, or a list or tuple of these."""
    origin, inside = get_origin(kind), get_args(kind)
    if origin is list:
        return isinstance(value, list) and all(_is(inside[0], each) for each in value)
    if origin is tuple:
        return isinstance(value, tuple) and len(value) == len(inside) and all(map(_is, inside, value))
    return isinstance(value, kind) and isinstance(value, bool) == (kind is bool)
