"""Text of a mean or difference with its interval, for terminal, pages and pictures."""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from experiments.formatting import MINUS, estimated_share, number, percent, signed, unit_name
from experiments.statistics.interval import Interval, Value

NO_VARIANCE: Final = "the same in every replication"
"""Text instead of interval and p-value if all replications show the same difference."""
_NOUGHT: Final = 1e-6
"""Smaller values are shown as zero."""
_LARGE: Final = 0.1
"""Two significant figures of larger values are no finer than the usual decimals."""


def _texts(interval: Interval, show: Callable[[float], str] = number) -> list[str]:
    """The mean and the bounds, if any; two significant figures of the largest if one would be shown as zero.

    >>> _texts(Interval(0.003, 0.0021, 0.0042, 5)), _texts(Interval(1e-9, 0.0, 2e-9, 5))
    (['0.0030', '0.0021', '0.0042'], ['0.00', '0', '0.00'])
    >>> _texts(Interval(-0.004, -0.007, -0.001, 5)), _texts(Interval(0.004, -5.0, 5.0, 5))
    (['−0.0040', '−0.0070', '−0.0010'], ['0.00', '−5.00', '5.00'])
    >>> _texts(Interval(-0.0057, -0.0077, -0.0038, 4))
    ['−0.0057', '−0.0077', '−0.0038']
    """
    values = (interval.mean, *(interval.bounds or ()))
    texts, largest = [show(value) for value in values], max(map(abs, values))
    finer = show.func if isinstance(show, partial) else show
    is_legible = all(
        abs(value) < _NOUGHT or text.strip(f"+{MINUS}0.,") for value, text in zip(values, texts, strict=True)
    )
    if finer not in (number, signed) or not _NOUGHT <= largest < _LARGE or is_legible:
        return texts
    return [finer(value, 1 - math.floor(math.log10(largest))) for value in values]


def with_interval(
    interval: Interval, show: Callable[[float], str] = number, *, unit: str = "", between: str = " to ",
    hides_same: bool = False,
) -> str:  # fmt: skip
    """The mean with its unit, and the bounds in brackets, if any; `hides_same`: not for a constant.

    >>> with_interval(Interval(8.1, 7.9, 8.3, 5), unit=" h"), with_interval(Interval(8.1, None, None, 1))
    ('8.10 h (7.90 to 8.30)', '8.10')
    """
    mean, *ends = _texts(interval, show)
    text = mean + unit
    return f"{text} ({between.join(ends)})" if ends and not (hides_same and ends[0] == ends[1]) else text


def _share_digits(interval: Interval) -> int:
    """Decimals of a share in per cent, also of its bounds: two if the bounds would look the same with one."""
    low, high = interval.bounds or (0.0, 1.0)
    return 2 if not interval.has_no_width and percent(low) == percent(high) else 1


def in_percent(interval: Interval) -> str:
    """An estimated share, in per cent; without interval if all values are the same, whose spread is not known.

    >>> in_percent(Interval(0.71, 0.63, 0.79, 5)), in_percent(Interval(0.0, 0.0, 0.0, 2))
    ('71.0 % (63.0–79.0 %)', '0 %')
    >>> in_percent(Interval(0.066, 1.6e-7, 0.41, 5))
    '6.6 % (<0.01–41.0 %)'
    """
    digits = _share_digits(interval)

    def show(share: float) -> str:
        return "<0.01 %" if 0 < share < 1e-4 <= interval.mean else estimated_share(share, digits)

    return with_interval(interval, show, between="–", hides_same=True).replace(" %–", "–")


def change_scale(unit: str) -> tuple[float, str]:
    """Factor and unit for changes of values in a unit: shares change by percentage points."""
    return (100.0, "percentage points") if unit == "1" else (1.0, unit_name(unit))


def alike(values: Iterable[float]) -> Callable[[float], str]:
    """Text of each of several changes that stand together, with the decimals that the largest needs.

    >>> show = alike([97.4, 0.000067, math.nan])
    >>> show(97.4), show(0.000067), show(math.nan), alike([0.003])(0.0021)
    ('+97.4', '0.0', '–', '+0.0021')
    """
    mean = max(filter(math.isfinite, values), key=abs, default=0.0)
    (text,) = _texts(Interval(mean, None, None, 1), signed)
    digits = len(text.partition(".")[2])

    def show(value: float) -> str:
        return signed(value, None if abs(value) >= 10_000 else digits)

    return show


def change(interval: Interval, unit: str, show: Callable[[float], str] = signed) -> str:
    """A difference with its interval; shares in percentage points.

    >>> change(Interval(0.378, 0.35, 0.41, 5), "1")
    '+37.8 percentage points (+35.0 to +41.0)'
    >>> change(Interval(3.2, None, None, 1), "h/d")
    '+3.20 hours a day'
    """
    scale, name = change_scale(unit)
    return with_interval(interval.scaled(scale), show, unit=f" {name}")


def interval_of(value: Value) -> str:
    """Only the interval, such as `99.5–99.9 %`; empty if there is none. A zone that blocks nobody may exceed 100 %."""
    if value.bounds is None:
        return ""
    if value.unit == "1":
        digits = _share_digits(value)
        low, high = (percent(bound, digits) for bound in value.bounds)
        return f"{low} %" if low == high else f"{low}–{high} %"
    _, low, high = _texts(value)
    return low if low == high else f"{low} to {high}" if value.bounds[0] < 0 else f"{low}–{high}"


def amount(value: Value, *, with_unit: bool = True) -> str:
    """The mean, preceded by `more than` if it is only a lower bound."""
    text = f"{percent(value.mean, _share_digits(value))} %" if value.unit == "1" else _texts(value)[0]
    text += f" {unit_name(value.unit)}" if with_unit and value.unit != "1" else ""
    return f"more than {text}" if value.is_lower_bound else text


def bracket(value: Value) -> str:
    """The interval in brackets, or the reason why there is none."""
    if value.has_no_width:
        return f"({NO_VARIANCE})"
    interval = interval_of(value)
    return f"({interval})" if interval else "(one replication, no interval)" if value.n == 1 else "(no interval)"
