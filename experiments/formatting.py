"""How numbers, intervals, p-values, instants, money and names are written, on the terminal, pages and in pictures."""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import yaml

from experiments.money.kpis import KPIS
from sim.domain.clock import NO_CHANGES, Clock
from sim.domain.roles import ROLES
from sim.measures.kpis import ALL_RESOURCES, plain_label
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_MIN

MINUS: Final = "−"
_NAMES: Final = yaml.load(Path(__file__).with_suffix(".yaml").read_bytes(), Loader=yaml.CSafeLoader)
UNITS: Final[Mapping[str, str]] = _NAMES["units"]


def number(value: float, digits: int | None = None) -> str:
    """A number with commas: three figures, or four from 1,000 on, unless `digits` says how many decimals.

    >>> number(418070.3), number(8.098), number(-0.25), number(12)
    ('418,100', '8.10', '−0.25', '12.0')
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞"
    if digits is None:
        size = abs(value)
        value = float(f"{value:.4g}") if size >= 10_000 else value
        digits = 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2
    text = f"{abs(value):,.{digits}f}"
    return (MINUS if value < 0 and text.strip("0.,") else "") + text


def signed(value: float, digits: int | None = None) -> str:
    """A change with its sign, unless it is shown as zero.

    >>> signed(3.2), signed(-3.2), signed(0.0001)
    ('+3.20', '−3.20', '0.00')
    """
    text = number(value, digits)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def whole(value: float) -> str:
    """Without decimals: money, units, areas."""
    return number(value, 0)


def counted(n: float, what: str, figures: int = 6) -> str:
    """A number of things, with so many figures at most.

    >>> counted(1, "day"), counted(14, "day"), counted(3.456, "flight", 2)
    ('1 day', '14 days', '3.5 flights')
    """
    return f"{short(n, figures)} {what}{'' if n == 1 else 's'}"


def units(n: float, plural: str) -> str:
    """A number of units, whose name is in the plural.

    >>> units(1, "posts for sorting by hand"), units(30_000, "rated parcels/h")
    ('1 post for sorting by hand', '30,000 rated parcels/h')
    """
    name = re.sub(r"s\b", "", plural, count=1) if n == 1 else plural
    return f"{whole(n)} {name}"


def short(value: float, figures: int = 4) -> str:
    """A number as it may be typed, with so many figures at most.

    >>> short(3.5), short(12.0), short(0.123456), short(2.5, 1)
    ('3.5', '12', '0.1235', '2')
    """
    return f"{value:.{figures}g}"


def share_text(share: float) -> str:
    """A configured share, in per cent, 100 only if it is exactly that; `percent` is for results.

    >>> share_text(0.95), share_text(0.125), share_text(0.9999999)
    ('95 %', '12.5 %', '99.99999 %')
    """
    return f"{short(100 * share, 12 if 0.9995 <= share < 1 else 3)} %"


def hours_text(hours: float) -> str:
    """A configured time.

    >>> hours_text(24.0)
    '24 h'
    """
    return f"{hours:g} h"


def millions(eur: float) -> str:
    """Money in millions.

    >>> millions(1_234_567_000.0), millions(-2_500_000.0)
    ('1,235', '−2.50')
    """
    return number(eur / 1e6)


def unit_name(unit: str) -> str:
    """A unit in words.

    >>> unit_name("h/d"), unit_name("min")
    ('hours a day', 'min')
    """
    return UNITS.get(unit, unit)


def plain_name(key: str) -> str:
    return key.replace("_", " ")


def listed(names: Sequence[str], last: str) -> str:
    """Names in a sentence, with `and` or `or` before the last.

    >>> listed(["a", "b", "c"], "or"), listed(["a"], "and"), listed([], "and")
    ('a, b or c', 'a', '')
    """
    return f" {last} ".join([text for text in (", ".join(names[:-1]), *names[-1:]) if text])


def estimated_share(share: float | None, least_digits: int = 1) -> str:
    """A resulting share, in per cent; a dash for NaN.

    >>> estimated_share(0.71), estimated_share(math.nan)
    ('71.0 %', '–')
    """
    return "–" if share is None or math.isnan(share) else f"{percent(share, least_digits)} %"


def p_text(p_value: float | None) -> str:
    """A p-value as text; empty if there is none.

    >>> p_text(0.0123), p_text(0.0004), p_text(None), p_text(math.nan)
    ('p 0.012', 'p < 0.001', '', '')
    """
    if p_value is None or math.isnan(p_value):
        return ""
    return "p < 0.001" if p_value < 0.001 else f"p {p_value:.3f}"


def percent(share: float, least_digits: int = 1) -> str:
    """A share in per cent: 0 or 100 only if it is exactly that; up to 1e-8 counts as 0.

    >>> percent(0.9981), percent(1.0), percent(0.99996), percent(0.0), percent(0.0000743), percent(0.00029)
    ('99.8', '100', '99.99', '0', '0.0074', '0.03')
    """
    if share == 1.0 or 0.0 <= share <= 1e-8:
        return f"{100 * share:.0f}"
    if 0.0 < share < 1e-4:  # two figures
        return f"{100 * share:.{1 - math.floor(math.log10(100 * share))}f}"
    for digits in (least_digits, 2):
        text = f"{100 * share:.{digits}f}"
        if float(text) not in (0.0, 100.0):
            return text
    return "99.99" if share > 0.5 else "0.01"


def instant(minute: float, start_date: dt.date, clock: Clock = NO_CHANGES) -> str:
    """A minute after the first midnight as a weekday, a date and local time.

    >>> instant(9 * 1440 + 180, dt.date(2022, 9, 5))
    'Wed 14 Sep 03:00'
    """
    day, rest = divmod(clock.local(math.floor(minute) * TICKS_PER_MIN) // TICKS_PER_MIN, MIN_PER_DAY)
    return f"{start_date + dt.timedelta(days=day):%a %d %b} {rest // MIN_PER_H:02}:{rest % MIN_PER_H:02}"


def rounded(value: float) -> str:
    """A number for a sentence: three or four figures.

    >>> rounded(445_321.0), rounded(1_265_432.0)
    ('445,000', '1,265,000')
    """
    return number(float(f"{value:.4g}" if f"{value:e}".lstrip("-").startswith("1") else f"{value:.3g}"), 0)


def resource(name: str) -> str:
    """A resource's name in a sentence, without article.

    >>> resource("machines"), resource("breakdown_workers")
    ('sorting machines', 'break-down workers')
    """
    return ALL_RESOURCES[name].label if name in ALL_RESOURCES else plain_name(name.replace("breakdown", "break-down"))


def waited_for(name: str) -> str:
    """The name of what something waited for; a door is granted with its workers.

    >>> waited_for("doors"), waited_for("tugs")
    ('outbound dock doors or their workers', 'tug trains')
    """
    return resource(name) + " or their workers" * (name in ("doors", "doors_in"))


def resource_heading(name: str) -> str:
    """A resource's name as a heading.

    >>> resource_heading("empty_ulds")
    'Store of empty ULDs'
    """
    return capitalised(resource(name))


def capitalised(text: str) -> str:
    """The text with a capital first: *ULD positions*, *Dock doors*."""
    return text[:1].upper() + text[1:]


def roster(name: str) -> str:
    """A roster's option in a sentence.

    >>> roster("follows_work")
    'roster: follows work'
    """
    return f"roster: {plain_name(name)}"


def role_name(name: str) -> str:
    """A role's name in a sentence.

    >>> role_name("docks"), role_name("all_people")
    ('truck loading', 'all people')
    """
    return ROLES[name].label if name in ROLES else plain_name(name)


def zone(name: str) -> str:
    return str(_NAMES["zones"].get(name.replace("breakdown", "break-down"), plain_name(name).capitalize()))


def kpi_name(name: str) -> str:
    """A KPI's name without its unit, as a heading; also of one that only another version knows.

    >>> kpi_name("dwell_p95_h"), kpi_name("utilisation_machines"), kpi_name("staff_h_per_day_docks")
    ('Dwell, 95 % quantile', 'In use on average: sorting machines', 'Staff, hours at work: truck loading')
    """
    return KPIS[name].label if name in KPIS else plain_label(name)


def kpi_heading(name: str, unit: str) -> str:
    """A KPI's name with its unit, as above a column; shares have none."""
    return kpi_name(name) + ("" if unit == "1" else f" [{unit_name(unit)}]")


def full_kpi_name(name: str) -> str:
    """A KPI's name where it stands alone; a part is named after its whole.

    >>> full_kpi_name("co2_apron_kg_per_t"), full_kpi_name("dwell_mean_h")
    ('CO₂ per tonne of goods – of which apron', 'Dwell, mean')
    """
    label = kpi_name(name)
    if not label.startswith("–"):
        return label
    before = [kpi_name(each) for each in list(KPIS)[: list(KPIS).index(name)]]
    return f"{next(each for each in reversed(before) if not each.startswith('–'))} {label}"
