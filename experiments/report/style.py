"""The style of all figures: fonts, a palette for colour-blind readers, and output to files."""

import io
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from experiments.formatting import unit_name
from experiments.report import tooltips
from experiments.report.stored_designs import Panel, Window
from sim.config.bounds import DAYS_PER_WEEK
from sim.units import MIN_PER_DAY

if TYPE_CHECKING:
    from matplotlib import axes, figure
    from matplotlib.artist import Artist

    Axes: TypeAlias = axes.Axes
    Figure: TypeAlias = figure.Figure
else:  # matplotlib is imported only for drawing
    Axes = Figure = Any

T = TypeVar("T")
# Okabe and Ito, Color universal design (2008); without the yellow, which is faint on white.
PALETTE: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_MORE: Final = ("#8B5A2B", "#7F3C8D")
"""Colours used if there are more names."""
NUMBERS: Final = "{x:,.10g}"
"""Format of the numbers at an axis: 1,000,000 and 0.5, no powers of ten."""
DASHES: Final = ("-", "--", "-.", ":")
LIMIT: Final = "0.35"
WIDTH_IN: Final = 9.0
FORMS: Final = ("pdf", "svg", "png")
"""Formats in which pictures are saved."""
_NAME: Final = 60
"""Largest length of a line of a name in a picture [letters]."""
_LEGEND: Final = 0.97
"""Largest width of a legend as measured, over the figure's: letters of an SVG are up to 2 % wider."""
_SLIDE: Final = 16 / 9
_WIDEST_IN: Final = 12.5
"""Largest width of a slide's figure, whose letters have 10 points if it is shown 13.3 in wide."""
_FLATTEST: Final = 2.0
"""Largest flattening of a figure; beyond it, letters become smaller instead."""
_SLIDE_PX: Final = 2560
_BETWEEN_H: Final = 6
"""Hours between clock times on an axis."""
_UNDATED: Final[dict[str, dict[str, None]]] = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
_RC: Final[dict[Any, Any]] = {
    "svg.hashsalt": "cargohub", "svg.fonttype": "path", "pdf.fonttype": 42, "font.size": 9.5, "axes.titlesize": 10,
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False, "axes.grid": False,
    "legend.frameon": False, "lines.linewidth": 1.5, "figure.facecolor": "white", "font.family": "DejaVu Sans",
}  # fmt: skip


Trait: TypeAlias = Any
"""Any property of matplotlib, by name."""
Look: TypeAlias = dict[str, Trait]
"""Style of one design: its colour and its dash, as named by matplotlib."""


def lines(panels: Sequence[Panel]) -> dict[str, Look]:
    """A colour and a dash for each name in the panels, the same in all of them."""
    return lines_of(list(dict.fromkeys(name for panel in panels for name in panel.names)))


def lines_of(names: Sequence[str]) -> dict[str, Look]:
    """A colour and a dash for each name."""
    colors = (*PALETTE, *_MORE)
    n = len(colors)
    return {
        name: {"color": colors[at % n], "linestyle": DASHES[(at % n + at // n) % len(DASHES)]}
        for at, name in enumerate(names)
    }


@contextmanager
def look() -> Iterator[None]:
    """The settings of all figures, while drawing."""
    import matplotlib as mpl

    with mpl.rc_context({"backend": "agg", **_RC}):
        yield


def new_figure(height_in: float, width_in: float = WIDTH_IN) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width_in, height_in), layout="constrained")


def panel(height_in: float, width_in: float = WIDTH_IN) -> tuple[Figure, Axes]:
    drawing = new_figure(height_in, width_in)
    return drawing, drawing.subplots()


def panels(n: int, columns: int, row_in: float, more_in: float = 0.0) -> tuple[Figure, list[Axes]]:
    """A figure of n panels in rows of this height, with at most `columns` in a row."""
    n_columns = min(columns, n)
    n_rows = -(-n // n_columns)
    drawing = new_figure(row_in * n_rows + more_in)
    axes = list(drawing.subplots(n_rows, n_columns, squeeze=False).flat)
    for ax in axes[n:]:
        ax.remove()
    return drawing, axes[:n]


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """A name at each row, the first on top."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)


def name_days(ax: Axes, window: Window, last: int, most: int) -> None:
    """Names at midnight, where each measured day [d] begins: weekdays of a week, or at most so many dates.

    Few days have clock times, too.
    """
    first = round(window.low / MIN_PER_DAY)
    n_days = last - first
    step, form = (1, "%a") if n_days <= DAYS_PER_WEEK else (-(-n_days // most), "%a\n%d %b")
    names = {float(day): window.day_name(day, form) for day in range(first, last, step)}
    if n_days * 24 // _BETWEEN_H <= most:
        names = {first + hour / 24: name for hour, name in clock_times([*names.values()]).items()}
    ax.set_xticks([*names], [*names.values()], fontsize=8.5, ha="left")


def clock_times(days: Sequence[str]) -> dict[int, str]:
    """Clock times within consecutive days, by hours from the first midnight; those at midnight have the day's name."""
    return {
        hour: f"{hour % 24:02}:00" + (f"\n{days[hour // 24]}" if hour % 24 == 0 else "")
        for hour in range(0, 24 * len(days), _BETWEEN_H)
    }


def drawn_as(unit: str) -> tuple[float, str]:
    """The factor for values of a unit, and the resulting unit: shares are drawn in per cent."""
    return (100.0, "%") if unit == "1" else (1.0, unit_name(unit))


def svg(figure: Figure) -> bytes:
    """The figure as SVG; the same figure gives the same bytes."""
    tooltips.add(figure)
    return tooltips.titled(saved(figure, "svg"))


def svg_of(figure: Callable[[T], Figure], result: T) -> bytes:
    """The picture of a result as SVG, in the common style."""
    with look():
        return svg(figure(result))


def saved(figure: Figure, form: str, **more: Trait) -> bytes:
    """The figure as svg, pdf or png; the same figure gives the same bytes."""
    buffer = io.BytesIO()
    group_thousands(figure)
    with look(), laid_out(figure, form):
        figure.savefig(buffer, format=form, metadata=_UNDATED.get(form), **more)
    return buffer.getvalue()


def group_thousands(figure: Figure) -> None:
    """Write numbers of four and more digits at its axes with commas, as tables have them."""
    from matplotlib.ticker import ScalarFormatter

    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            if type(axis.get_major_formatter()) is ScalarFormatter and max(map(abs, axis.get_view_interval())) >= 1000:
                axis.set_major_formatter(NUMBERS)


@contextmanager
def laid_out(figure: Figure, form: str) -> Iterator[None]:
    """Until the block ends the figure keeps one layout, which `savefig` would otherwise compute again."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    engine, dpi = figure.get_layout_engine(), figure.dpi
    if form != "svg" or engine is None:
        yield
        return
    figure.dpi = FigureCanvasSVG(figure).fixed_dpi
    engine.execute(figure)
    figure.set_layout_engine(None)
    try:
        yield
    finally:
        figure.set_layout_engine(engine)
        figure.dpi = dpi


def slide(figure: Figure, form: str, title: str = "") -> bytes:
    """The figure as svg, pdf or png in the shape of a slide; a figure that is too high becomes wider, then flatter.

    `title`: above the figure, if the slide does not have it.
    """
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontsize=14, fontweight="bold")
    width, height = map(float, figure.get_size_inches())
    width = max(width, min(height * _SLIDE, _WIDEST_IN), height * _SLIDE / _FLATTEST)
    figure.set_size_inches(width, width / _SLIDE)
    return saved(figure, form, dpi=_SLIDE_PX / width)


def each_drawn(
    draw: Callable[[Axes, T], None], items: Sequence[T], columns: int, row_in: float, more_in: float = 0.0
) -> Figure:
    """A panel for each item, as in `panels`, with one legend below."""
    drawing, axes = panels(len(items), columns, row_in, more_in)
    for ax, item in zip(axes, items, strict=True):
        draw(ax, item)
    return legend_below(drawing, axes)


def note(
    ax: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], size: float = 8.5, **look: Trait
) -> None:
    """A text beside a position, at this distance in points."""
    ax.annotate(text, at, offset, textcoords="offset points", fontsize=size, **look)


def in_lines(name: str, width: int = _NAME) -> str:
    r"""A name whose lines have at most so many letters.

    >>> in_lines("66,000 m²\n(more doors, and more posts)", 20)
    '66,000 m²\n(more doors, and\nmore posts)'
    """
    return "\n".join(textwrap.fill(line, width, break_on_hyphens=False) for line in name.splitlines())


def room_for_legend(figure: Figure) -> Figure:
    """The figure, higher by its legend, so that a legend of many lines leaves its axes their height."""
    (legend,) = figure.legends
    figure.set_figheight(figure.get_figheight() + legend.get_window_extent().height / figure.dpi)
    return figure


def legend_below(figure: Figure, axes: Iterable[Axes], columns: int = 4) -> Figure:
    """One legend for all axes, below them; fewer columns if names are long."""
    handles: dict[str, Artist] = {}
    for ax in axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            handles.setdefault(in_lines(str(label)), handle)
    for n in range(min(columns, len(handles)), 0, -1):
        legend = figure.legend(list(handles.values()), list(handles), loc="outside lower center", ncols=n)
        if n == 1 or legend.get_window_extent().width <= _LEGEND * figure.bbox.width:
            break
        legend.remove()
    return figure
