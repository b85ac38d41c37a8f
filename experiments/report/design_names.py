"""Names of designs for a reader: by area, traffic and other differences, or by the keys that they set."""

import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from experiments.formatting import capitalised, counted, roster, whole
from experiments.grouping import grouped, nested
from experiments.report.key_names import with_value
from experiments.store.summaries import DesignRow

_ARRIVALS: Final = {
    "timetable": "a timetable with delays", "poisson": "Poisson arrivals", "all_ifr": "all-IFR hours",
    "hourly": "Poisson arrivals by hour of the week", "banks": "banks with delays", "file": "a file of flights",
}  # fmt: skip
_LONG: Final = 30
"""Length from which a name has its own line [letters]."""
_LONGEST: Final = 68
"""Largest length of a name [letters]; tables have all factors."""
_WORD: Final = re.compile(
    r"(?<![^\s,])\+?([a-z_]\w*(?:[.@]\w+)*)="
    r"""("[^"]*"|'[^']*'|\[[^\]]*\]|\{(?:[^{}]|\{[^{}]*\})*\}|[^\s,;]*)"""
)
"""KEY=VALUE in a label."""


_MOST: Final = 8
"""Largest number of designs named in a warning; tables have all."""


def named_together(warnings: Iterable[tuple[str, str, str]]) -> list[str]:
    """One line for each finding about designs, with the designs' names: (what, design, detail).

    >>> named_together([("nothing left", "A", ""), ("unstable", "A", "by 7"), ("nothing left", "B", "")])
    ['nothing left: A; B', 'unstable: A (by 7)']
    """
    designs = grouped((what, f"{title} ({detail})" if detail else title) for what, title, detail in warnings)
    more = {what: f"; and {len(names) - _MOST} more" if len(names) > _MOST else "" for what, names in designs.items()}
    return [f"{what}: {'; '.join(names[:_MOST])}{more[what]}" for what, names in designs.items()]


def design_name(label: str, more: Sequence[str] = (), *, begins: bool = True) -> str:
    """The name of a design for a reader: its label with names for keys; `more`: additions.

    `begins`: the name begins a sentence, a heading or a row, with a capital letter.

    >>> design_name("liege_30k halls.main.doors_out=36", ["seed 2"]), design_name("design=a, seed=2")
    ('liege_30k: doors out 36, seed 2', 'a: seed 2')
    >>> design_name("more room"), design_name("demand.flights_per_day=2, seed=2")
    ('more room', 'Demand 2 flights a day, seed 2')
    >>> design_name("seed=2", begins=False)
    'seed 2'
    >>> design_name('a +disruption@disruptions.ill=strike_day disruptions.ill.start="day 3 22:00"')
    'a: disruption ill strike day, disruptions ill start day 3 22:00'
    >>> design_name("a disruptions.ill.start='day 3 22:00'")
    'a: disruptions ill start day 3 22:00'
    """
    words = label.removeprefix("design=").removeprefix("scenario=")
    texts = ", ".join((*(with_value(word[1], word[2]) for word in _WORD.finditer(words)), *more))
    bare = _WORD.sub("", words).strip(" ,")
    return f"{bare}: {texts}" if bare and texts else bare or (capitalised(texts) if begins else texts)


def tagged(label: str, factors: Mapping[str, Mapping[str, str]], most: int = _LONGEST, *, begins: bool = True) -> str:
    """The design's name with its factors in words, without the words that all designs share; at most `most` letters.

    >>> tagged("more room", {"more room": {"halls.main.doors_out": "36"}})
    'more room: doors out 36'
    >>> tagged("liege_30k seed=2", {"liege_30k seed=2": {"seed": "2"}})
    'liege_30k: seed 2'
    >>> tagged("design=a, demand.flights_per_day=2", {"design=a, demand.flights_per_day=2": {"seed": "2"}})
    'a: demand 2 flights a day, seed 2'
    >>> tagged("liege_30k", {"liege_30k": {"scenario": "liege_30k", "seed": "2"}})
    'liege_30k: seed 2'
    >>> tagged("liege_30k seed=+20% exports=none", {"liege_30k seed=+20% exports=none": {"seed": "6"}})
    'liege_30k: seed 6'
    >>> tagged("liege_30k packout.spread={family: gamma, spread: 0.5}", {"liege_30k": {}})
    'liege_30k: pack-out spread {family: gamma, spread: 0.5}'
    """
    design, swept = label.removeprefix("scenario="), ""
    if label.startswith("design="):
        design, _, swept = label.removeprefix("design=").partition(", ")
    bare = _WORD.sub("", design).strip()
    texts = [with_value(key, value) for key, value in factors.get(label, {}).items() if value not in ("", bare)]
    of_design = ", ".join(filter(None, (bare, swept))) if texts or (bare and label in factors) else label
    return textwrap.shorten(design_name(of_design, texts, begins=begins), most, placeholder=" …")


def hub_title(area_m2: float) -> str:
    """A hub named only by its area, in a sentence."""
    return f"a hub of {_area(area_m2)}"


def titles_of(rows: Sequence[DesignRow]) -> dict[str, str]:
    """Names of designs whose hubs alone are compared, by label: the site, and the label if several sites have its name.

    A label of varied keys is written in words.
    """
    sites = _sites(rows)
    n_alike = Counter(sites.values())
    return {
        label: design_name(label) if "=" in label else site + f" ({label})" * (n_alike[site] > 1)
        for label, site in sites.items()
    }


def _sites(rows: Sequence[DesignRow]) -> dict[str, str]:
    """Area of each design by label; with the number of halls, or of machines if they differ in halls of its size."""
    machines = nested((row.area_m2, row.n_machines, row) for row in rows if row.n_halls == 1)
    return {
        row.label: _area(row.area_m2) + (
            f" in {row.n_halls} halls" if row.n_halls > 1
            else f" with {row.n_machines} machines" if len(machines[row.area_m2]) > 1
            else ""
        )
        for row in rows
    }  # fmt: skip


def _traffic(row: DesignRow, *, is_named: bool) -> str:
    """The traffic; `is_named`: with the demand's name, because other designs have as many flights."""
    if row.arrivals == "file":
        return f"{counted(row.flights_per_day, 'flight', 3)} a day in the file {row.demand}"
    return f"{counted(row.flights_per_day, 'flight', 4)} a day" + (f" ({row.demand})" if is_named else "")


def _is_own(label: str, factors: Mapping[str, str]) -> bool:
    """Whether the user named a design with factors: its label is neither that of its scenario nor made of words."""
    return bool(factors) and label != factors.get("scenario") and not _WORD.search(label)


def _shown(label: str, factors: Mapping[str, str], first: Mapping[str, str]) -> dict[str, str]:
    """The factors in a design's name: of typed designs those that the first one types, or that differ from it.

    >>> _shown("a seed=2", {"seed": "2", "demand": "x", "roster": "r"}, {"seed": "1", "roster": "r"})
    {'seed': '2'}
    >>> _shown("a", {"seed": "1"}, {"seed": "1"}), _shown("seed=1", {"seed": "1"}, {"seed": "1"})
    ({}, {'seed': '1'})
    """
    words = {word[1] for word in _WORD.finditer(label)}
    is_typed = bool(_WORD.sub("", label).strip(" ,")) and not label.startswith("design=")
    return {
        key: value
        for key, value in factors.items()
        if key != "demand" and (key in words or value != first.get(key) or not is_typed)
    }


def names_of(rows: Sequence[DesignRow], factors: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Site, traffic and unique title of each design; `factors`: the keys' values, by label.

    A name that the user gave stands alone, because the table of KPIs has a row for each factor.
    """
    demands = nested((row.flights_per_day, row.demand, row) for row in rows)
    sites = _sites(rows)
    is_varied = {name: len({getattr(row, name) for row in rows}) > 1 for name in ("arrivals", "disruptions", "roster")}

    def names(row: DesignRow) -> tuple[str, str, str]:
        traffic = _traffic(row, is_named=len(demands[row.flights_per_day]) > 1)
        title = f"{sites[row.label]}, {traffic}"
        if is_varied["disruptions"] and row.disruptions:
            title += f", with {row.disruptions}"
        if is_varied["roster"]:
            title += f", {roster(row.roster)}"
        if is_varied["arrivals"] and row.arrivals != rows[0].arrivals:
            title += f", {arrivals_name(row.arrivals)}"
        return sites[row.label], traffic, title

    # The title contains the traffic.
    shown = {
        row.label: _shown(row.label, factors[row.label], factors.get(rows[0].label, {}))
        for row in rows
        if row.label in factors
    }
    named = [names(row) for row in rows]
    n_alike = Counter(title for *_, title in named)
    tags = {row.label: tagged(row.label, shown, begins=False) for row in rows}
    n_tagged = Counter(tags.values())
    for row, (site, traffic, title) in zip(rows, named, strict=True):
        more = ""
        if n_alike[title] > 1 or row.label in factors:
            # A long name takes two lines beside a picture's rows, and one on a page.
            keys = {key: value for key, value in factors.get(row.label, {}).items() if key != "demand"}
            tag = tags[row.label]
            whole = tag if n_tagged[tag] == 1 else tagged(row.label, shown, sys.maxsize, begins=False)
            name = f"({row.label if _is_own(row.label, keys) else whole})"
            more = f"\n{name}" if len(name) > _LONG else f" {name}"
        yield site + more, traffic, title + more


def arrivals_name(model: str) -> str:
    return _ARRIVALS.get(model, model)


def _area(m2: float) -> str:
    return f"{whole(m2)} m²"
