"""The rules of decisions: cases by hand, and rules of one's own, which both hubs follow."""

import ast
import inspect
from dataclasses import replace
from functools import cache
from itertools import zip_longest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.composition import load
from sim.domain.trailer import TrailerLimits
from sim.errors import ConfigError
from sim.inputs.site import make_site
from sim.reference import run
from sim.reference.equality import compare, vectorised_tables
from sim.reference.small_hubs import make
from sim.reference.small_numbers import draw
from sim.rules import DECISIONS, Rules
from sim.rules.extra_trucks import for_full_loads
from sim.rules.hall import Rule
from sim.rules.machine import fewest_held
from sim.streams import Streams

TRAILER = TrailerLimits(units=10, mass=1000, volume=500)


@pytest.mark.parametrize(
    ("held", "stations", "machine"),
    [([0], [1], 0), ([1, 1], [3, 3], 0), ([1, 1, 0, 0], [7, 7, 6, 6], 2), ([1, 2], [1, 9], 1)],
)
def test_the_machine_with_fewest_stations_held_then_lowest_number(held, stations, machine):
    assert fewest_held(held, stations) == machine


def test_fill_is_the_largest_of_three_ratios_and_at_most_one():
    assert TRAILER.fill(0, 0, 0) == 0
    assert TRAILER.fill(5, 100, 50) == 0.5
    assert TRAILER.fill(1, 700, 50) == 0.7
    assert TRAILER.fill(1, 100, 450) == 0.9
    assert TRAILER.fill(30, 100, 450) == 1


def test_full_loads_by_whatever_is_short():
    assert TRAILER.full_loads(9, 999, 499) == 0
    assert TRAILER.full_loads(29, 0, 0) == 2
    assert TRAILER.full_loads(1, 3000, 0) == 3
    assert TRAILER.full_loads(1, 0, 2499) == 4


def _calls(full, ready, called, left, room=99, *, short=False):
    return for_full_loads(full, ready, called, left, yard_room=room, is_floor_short=[short] * len(full))


def test_a_truck_for_every_full_load_that_none_is_called_for():
    assert _calls([3, 1, 0], [30, 10, 5], [1, 1, 0], [9, 9, 9]) == [2, 0, 0]


def test_no_more_than_are_left_today():
    assert _calls([3], [30], [0], [2]) == [2]
    assert _calls([3], [30], [0], [0]) == [0]


def test_the_yard_takes_the_route_with_most_to_call_first():
    assert _calls([1, 3, 3], [10, 30, 30], [0, 0, 0], [9, 9, 9], room=4) == [0, 3, 1]
    assert _calls([1, 3], [10, 30], [0, 0], [9, 9], room=0) == [0, 0]


def test_a_short_floor_calls_for_partial_loads():
    assert _calls([0, 0, 0], [5, 0, 1], [0, 0, 0], [9, 9, 9], short=True) == [1, 0, 1]
    assert _calls([0, 0], [5, 5], [1, 0], [9, 9], short=True) == [0, 1]
    assert _calls([0, 0], [5, 5], [0, 0], [0, 9], short=True) == [0, 1]
    assert _calls([0, 0, 1], [5, 5, 10], [0, 0, 0], [9, 9, 9], room=2, short=True) == [1, 0, 1]


@settings(max_examples=2 * settings.default.max_examples, derandomize=True, database=None)
@given(
    routes=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 50), st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=6
    ),
    room=st.integers(0, 20),
    short=st.booleans(),
)
def test_calls_keep_within_every_bound(routes, room, short):
    full, ready, called, left = (list(column) for column in zip(*routes, strict=True))
    calls = _calls(full, ready, called, left, room, short=short)
    assert sum(calls) <= room
    assert all(0 <= call <= rest for call, rest in zip(calls, left, strict=True))
    more = _calls(full, ready, called, left, room + 1, short=short)
    assert sum(more) >= sum(calls)


def _one_at_a_time(full, ready, called, left_today, *, yard_room, is_floor_short):
    is_short = [n > 0 and not on_way and left > 0 for n, on_way, left in zip(ready, called, left_today, strict=True)]
    return [int(short and sum(is_short[:route]) < yard_room) for route, short in enumerate(is_short)]


def _all_to_the_first(units, packers, manned, *, enough, is_review):
    return [manned, *[0] * (len(units) - 1)]


def _from_behind(ready, most):
    taken = []
    for n in reversed(ready):
        taken.insert(0, min(n, most - sum(taken)))
    return taken


TOYS = {
    "stand": lambda flight: -flight.n_parcels,
    "hall": Rule(lambda halls: max(n for n, hall in enumerate(halls) if hall.is_open), is_of_flight=True),
    "next_uld": lambda uld, queue: -uld.n_units if queue.free_workers > 2 else uld.arrival - len(queue.waiting),
    "machine": lambda held, stations: max(m for m, n in enumerate(stations) if held[m] < n),
    "collection_machine": lambda number, n_machines: n_machines - 1,
    "packers": _all_to_the_first,
    "shuttle": _from_behind,
    "truck_leaves": lambda truck: truck.held > truck.longest_hold // 2,
    "extra_trucks": _one_at_a_time,
    "deck": lambda standing, positions: 1 if positions[1] else 0,
    "ulds_fly": lambda ulds, room: [],
    "empties": lambda spare, positions, stack: [],
}


@cache
def tables_by_drawn_rules(seed):
    return compare(make(draw(seed)), seed)[0]


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_rule_of_ones_own_is_entered_named_and_followed_by_both_hubs(decision, monkeypatch):
    monkeypatch.setitem(DECISIONS[decision].RULES, "toy", TOYS[decision])
    key = "complex.policy" if decision == "hall" else f"rules.{decision}"
    site = make_site(load("liege_30k", f"{key}=toy", "horizon_days=1", "warmup_days=0"), Streams(1, 0), 1)
    assert getattr(site.rules, decision) is TOYS[decision]
    is_other = False
    for seed in range(40):
        drawn = make(draw(seed))
        changed = replace(drawn, site=replace(drawn.site, rules=Rules.of({decision: "toy"})))
        tables, difference = compare(changed, seed)
        assert difference is None
        is_other = tables != tables_by_drawn_rules(seed)
        if is_other:
            break
    assert is_other, "the toy decides as the rule does"


def test_every_field_of_a_rules_arguments_is_explained():
    """The pages of the documents show only fields with a docstring."""
    for decision, module in DECISIONS.items():
        for node in ast.parse(inspect.getsource(module)).body:
            lines = node.body if isinstance(node, ast.ClassDef) else []
            for field, after in zip_longest(lines, lines[1:]):
                assert not isinstance(field, ast.AnnAssign) or isinstance(after, ast.Expr), (decision, field.target.id)


def test_both_programs_call_a_rule_with_the_same_arguments(monkeypatch):
    """Also where halls serve few routes or the yard is overfull; only one asks about collections still to come."""
    asked = {}

    def spy(decision, rule):
        def answer(*arguments, **keywords):
            asked.setdefault(decision, set()).add(repr((arguments, keywords)).translate(str.maketrans("[]", "()")))
            return rule(*arguments, **keywords)

        return answer

    for decision, module in DECISIONS.items():
        first = next(iter(module.RULES.values()))
        spied = first._replace(choose=spy(decision, first.choose)) if decision == "hall" else spy(decision, first)
        monkeypatch.setitem(module.RULES, "spied", spied)
    rules = Rules.of(dict.fromkeys(DECISIONS, "spied"))
    for seed in range(12):
        drawn = make(draw(seed))
        changed = replace(drawn, site=replace(drawn.site, rules=rules))
        calls = []
        for program in (vectorised_tables, run):
            asked.clear()
            program(changed)
            calls.append(dict(asked, collection_machine=set()))
        assert calls[0] == calls[1], seed


@pytest.mark.parametrize("key", ["rules.shuttle", "complex.policy"])
def test_an_unknown_rule_is_one_line(key):
    with pytest.raises(ConfigError, match=rf"^{key}: no rule 'nearest'; known: "):
        load("liege_30k", f"{key}=nearest")
