"""Tooltips: the names and the value of a mark, shown to a reader who points at it.

A mark's text is the id of its group, which matplotlib writes into the SVG. There it becomes the group's title.
"""

import html
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from experiments.formatting import number

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Drawn: TypeAlias = Any
"""An artist, or a container of artists, which is not an artist."""
_MARK: Final = "tooltip: "
_DONE: Final = "with-tooltips"
_GROUP: Final = re.compile(rf'<g id="{_MARK}([^"]*)">')


def add(figure: "Figure") -> None:
    """Add a text to each bar, interval point and line of a figure that has a name."""
    if figure.get_gid() == _DONE:
        return
    figure.set_gid(_DONE)
    for ax in figure.axes:
        for artist, text in _marks(ax):
            if text and artist.get_gid() is None:
                give(artist, text)


def give(artist: "Artist", text: str) -> None:
    """Add a given text, for example to a bar that is cut."""
    artist.set_gid(_MARK + " ".join(text.split()))


def give_cells(ax: "Axes", texts: Iterable[tuple[float, float, str]]) -> None:
    """Add a text to each cell of size one, by its left and upper end; painted faintly, so that it can be pointed at."""
    from matplotlib.patches import Rectangle

    for left, top, text in texts:
        give(ax.add_artist(Rectangle((left, top), 1, 1, facecolor="white", alpha=1 / 255, linewidth=0)), text)


def titled(svg: bytes) -> bytes:
    """The SVG with a title in each group that has a text."""
    return _GROUP.sub(_title, svg.decode()).encode()


def _title(group: "re.Match[str]") -> str:
    return f"<g><title>{html.escape(html.unescape(group[1]), quote=False)}</title>"


def _marks(ax: "Axes") -> Iterator[tuple["Artist", str]]:
    from matplotlib.container import BarContainer, ErrorbarContainer

    for container in list(ax.containers):
        name = _name(container)
        if isinstance(container, BarContainer):
            is_lying = container.orientation == "horizontal"
            for bar in container.patches:
                place = bar.get_y() + bar.get_height() / 2 if is_lying else bar.get_x() + bar.get_width() / 2
                start, size = (bar.get_x(), bar.get_width()) if is_lying else (bar.get_y(), bar.get_height())
                yield bar, _text(ax, name, place, start, start + size, is_lying=is_lying)
        elif isinstance(container, ErrorbarContainer):
            yield from _points(ax, container, name)
    for artist in [*ax.lines, *ax.collections, *ax.patches]:
        if name := _name(artist):
            yield artist, name


def _points(ax: "Axes", container: Drawn, name: str) -> Iterator[tuple["Artist", str]]:
    """An invisible mark to point at for each mean, because matplotlib draws all means as one object."""
    if (line := container.lines[0]) is None:
        return
    is_lying = container.has_xerr
    limits = ax.get_xlim(), ax.get_ylim()
    for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True):
        (mark,) = ax.plot([x], [y], "o", color="none", markersize=14, label="_", transform=line.get_transform())
        yield mark, _text(ax, name, y if is_lying else x, 0.0, x if is_lying else y, is_lying=is_lying)
    ax.set_xlim(limits[0])
    ax.set_ylim(limits[1])


def _text(ax: "Axes", name: str, place: float, start: float, end: float, *, is_lying: bool) -> str:
    """The row or column, the series, and the value with the name of its axis; for a floating bar also its ends.

    Parts without a name are left out.
    """
    names, values = (ax.yaxis, ax.xaxis) if is_lying else (ax.xaxis, ax.yaxis)
    ticks = zip(names.get_majorticklocs(), [label.get_text() for label in names.get_ticklabels()], strict=False)
    row = next((text for at, text in ticks if text and abs(at - place) < 0.5 and not _is_number(text)), "")
    where = ", ".join(part for part in (row, name) if part)
    axis = values.get_label_text()
    shown = number(end - start) + (f", from {number(start)} to {number(end)}" if start else "")
    return f"{where}: {shown}{f' ({axis})' if axis else ''}" if where else ""


def _is_number(text: str) -> bool:
    return not text.strip("0123456789.,−-+ %")


def _name(artist: Drawn) -> str:
    name = str(artist.get_label() or "")
    return "" if name.startswith("_") else name
