"""The reader: what is accepted, what is refused, and that each refusal names key, value and bound on one line."""

import datetime as dt
import math
import time
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import ConfigError
from sim.reading import Bounds, plain, read


class Colour(StrEnum):
    RED = "red"
    DARK_BLUE = "dark_blue"


@dataclass(frozen=True, slots=True)
class Inner:
    share: Annotated[float, Bounds(ge=0, le=1)]
    spare: Annotated[float, Bounds(gt=0, lt=10)] | None

    def __post_init__(self) -> None:
        if self.spare == 5:
            raise ValueError("spare: never\n five")
        if self.spare == 6:
            raise ValueError("share + spare: six: no")


@dataclass(frozen=True, slots=True)
class Outer:
    name: str
    count: Annotated[int, Bounds(ge=1)]
    is_open: bool
    day: dt.date
    colour: Colour
    size: Literal["s", "m", 1] | None
    parts: dict[str, Inner]
    numbers: tuple[Annotated[float, Bounds(ge=0)], ...]


GOOD = {
    "name": "hub",
    "count": 3,
    "is_open": True,
    "day": "2022-09-05",
    "colour": "dark_blue",
    "size": "m",
    "parts": {"a": {"share": 1, "spare": None}},
    "numbers": [1, 2.5],
}


def changed(**values):
    return {**GOOD, **values}


def part(**values):
    return changed(parts={"a": {"share": 0.5, "spare": None, **values}})


def test_good_values_become_typed_ones():
    outer = read(Outer, GOOD)
    assert outer == Outer(
        "hub", 3, True, dt.date(2022, 9, 5), Colour.DARK_BLUE, "m", {"a": Inner(1.0, None)}, (1.0, 2.5)
    )
    assert type(outer.parts["a"].share) is float
    assert type(outer.numbers[0]) is float


def test_reading_what_plain_wrote_gives_the_same():
    outer = read(Outer, GOOD)
    assert read(Outer, plain(outer)) == outer
    assert list(plain(outer)) == [field.name for field in fields(Outer)]
    assert plain(outer)["colour"] == "dark_blue"
    assert type(plain(outer)["colour"]) is str


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (changed(colr=1), "hub.colr: unknown key; did you mean 'colour'?"),
        ({k: v for k, v in GOOD.items() if k != "size"}, "hub.size: missing"),
        ({}, "hub.name: missing; so are count, is_open, day, colour, size, parts, numbers"),
        (changed(count=0), "hub.count: must be at least 1, got 0"),
        (changed(count=1.0), "hub.count: expected a whole number, got 1.0"),
        (changed(count=True), "hub.count: expected a whole number, got true"),
        (changed(count="3"), "hub.count: expected a whole number, got '3'"),
        (changed(is_open=1), "hub.is_open: expected true or false, got 1"),
        (changed(name=None), "hub.name: expected text, got null"),
        (changed(name=False), "hub.name: expected text, got false; put it in quotes"),
        (changed(day="2022-02-30"), "hub.day: expected a date YYYY-MM-DD, got '2022-02-30'"),
        (
            changed(day=dt.datetime(2022, 9, 5, tzinfo=dt.UTC)),
            "hub.day: expected a date YYYY-MM-DD, got datetime.datetime(2022, 9, 5, 0, 0, tzinfo=datetime.timezone…",
        ),
        (
            changed(colour="dark-blue"),
            "hub.colour: must be one of red, dark_blue, got 'dark-blue'; did you mean 'dark_blue'?",
        ),
        (changed(size=True), "hub.size: must be one of s, m, 1, got true"),
        (changed(parts=[]), "hub.parts: expected a mapping, got a list"),
        (
            changed(parts={False: {}}),
            "hub.parts.False: a key must be text, got false; put it in quotes, or type +hub.parts.False=VALUE",
        ),
        (changed(numbers=3), "hub.numbers: expected a list in brackets, got 3"),
        (changed(numbers="12"), "hub.numbers: expected a list in brackets, got '12'"),
        (changed(numbers=[1, -2]), "hub.numbers[1]: must be at least 0, got -2.0"),
        (part(share=True), "hub.parts.a.share: expected a number, got true"),
        (part(share=1.5), "hub.parts.a.share: must be at most 1, got 1.5"),
        (part(share=math.nan), "hub.parts.a.share: expected a finite number, got nan"),
        (part(share=-math.inf), "hub.parts.a.share: expected a finite number, got -inf"),
        (part(spare=0), "hub.parts.a.spare: must be greater than 0, got 0.0"),
        (part(spare=10), "hub.parts.a.spare: must be less than 10, got 10.0"),
        (part(spare=5), "hub.parts.a.spare: never five"),
        (part(spare=6), "hub.parts.a: share + spare: six: no"),
        (part(typo=6), "hub.parts.a.typo: unknown key; known: share, spare"),
        (None, "hub: expected a mapping, got null"),
    ],
)
def test_a_mistake_names_key_value_and_bound(value, message):
    with pytest.raises(ConfigError) as caught:
        read(Outer, value, "hub")
    assert str(caught.value) == message


def test_a_number_too_large_for_a_float_is_refused():
    with pytest.raises(ConfigError, match="finite"):
        read(Outer, part(share=10**400))


def test_at_the_top_the_message_begins_with_the_field():
    with pytest.raises(ConfigError, match=r"^count: must"):
        read(Outer, changed(count=-1))
    with pytest.raises(ConfigError, match=r"^expected a mapping"):
        read(Outer, 1)


def test_a_kind_that_the_reader_does_not_know_is_a_fault_of_ours():
    with pytest.raises(TypeError, match="knows no"):
        read(bytes, b"")
    with pytest.raises(TypeError, match="no plain form"):
        plain(object())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(GOOD)), ANYTHING)
def test_any_value_is_read_or_refused_on_one_line(name, value):
    try:
        outer = read(Outer, changed(**{name: value}))
    except ConfigError as error:
        refused = str(error)
    else:
        assert read(Outer, plain(outer)) == outer
        return
    assert refused.startswith(name)
    assert "\n" not in refused


def test_reading_is_quick():
    read(Outer, GOOD)
    start = time.perf_counter()
    for _ in range(100):
        read(Outer, GOOD)
    assert (time.perf_counter() - start) / 100 < 0.005
