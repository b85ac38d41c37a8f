"""Shares of a role's shifts as values of the form; in the configuration they are in one list.

A share is named after its shift, such as `night_mon-sun_22:00-06:00`; days and hours are changed on the command line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.overrides import word_value
from experiments.studies.page.form import Field, words_of_values
from sim.leaves import Leaf
from sim.names import number_of
from sim.reading import Bounds

_SHARE: Final = Leaf("number", Bounds(ge=0, le=1))


@dataclass(frozen=True, slots=True)
class ShiftShare(Field):
    """The share of the posts that one shift mans; `place`: key of the list, `shift`: its entry."""

    place: str = ""
    shift: Any = None


def with_shifts(fields: Iterable[Field], values: Mapping[str, Any]) -> Iterator[Field]:
    """The fields; each list of shifts is replaced by one field for each shift's share. `values`: plain, by key."""
    for each in fields:
        shifts = values[each.key]
        if each.key.startswith("roster.") and each.leaf.kind == "list" and shifts and isinstance(shifts[0], dict):
            for shift in shifts:
                night = "night_" if shift["end"] <= shift["start"] else ""
                hours = f"{night}{'+'.join(shift['days'])}_{shift['start']}-{shift['end']}"
                share = word_value(shift["share"])
                yield ShiftShare(
                    f"{each.key}.{hours}.share", _SHARE, share, share, each.about, place=each.key, shift=shift
                )
        else:
            yield each


def changed_words(fields: Sequence[Field]) -> list[str]:
    """Words for differences from the base: one for each value, and one for all shifts of a role."""
    changed = {each.key: each.typed for each in fields if each.is_changed and not isinstance(each, ShiftShare)}
    words = words_of_values(changed)
    shares = [each for each in fields if isinstance(each, ShiftShare)]
    for place in dict.fromkeys(each.place for each in shares if each.is_changed):
        shifts = [{**each.shift, "share": _plain(each.value)} for each in shares if each.place == place]
        words.append(f"{place}={word_value(shifts)}")
    return words


def _plain(text: str) -> float | str:
    number = number_of(text)
    return text if number is None else number
