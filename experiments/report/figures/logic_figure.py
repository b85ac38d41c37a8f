"""The hub as a diagram: its places as boxes in a grid, and arrows for the paths between them."""

from collections.abc import Sequence
from typing import Final

from experiments.report import style
from experiments.report.documents.graph import Graph, Node
from experiments.report.style import Axes, Figure

_WIDE: Final = 0.7
_HIGH: Final = 0.52
"""Height of a box [rows]; `_WIDE` is its width [columns]."""
_ROW_IN: Final = 0.56
_BEND: Final = (3.0, 0.25)
"""Bend of a vertical arrow for a gap of one row, and of a horizontal arrow, so that it passes a box."""
_LETTERS: Final = 8.0
_LINE: Final = 24
"""Largest length of a line in a box [letters]."""


def figure(graph: Graph) -> Figure:
    """The figure; draw within `style.look()`."""
    columns, rows = (max(getattr(node, name) for node in graph.nodes) + 1 for name in ("column", "row"))
    drawing, ax = style.panel(_ROW_IN * rows, style.WIDTH_IN)
    ax.set_axis_off()
    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_ylim(rows - 0.5, -0.5)
    nodes = {node.name: node for node in graph.nodes}
    for edge in graph.edges:
        _arrow(ax, nodes[edge.origin], nodes[edge.target], edge.label, graph.nodes)
    for node in graph.nodes:
        _box(ax, node)
    return drawing


def _box(ax: Axes, node: Node) -> None:
    from matplotlib.patches import FancyBboxPatch

    shape = f"round,pad=0,rounding_size={0.2 if node.is_end else 0.04}"
    look: style.Look = {"facecolor": "#E5F1F9" if node.is_end else "white", "edgecolor": style.PALETTE[0], "zorder": 2}
    place = node.column - _WIDE / 2, node.row - _HIGH / 2
    ax.add_patch(FancyBboxPatch(place, _WIDE, _HIGH, boxstyle=shape, mutation_aspect=_ROW_IN, **look))
    ax.text(node.column, node.row, _broken(node.label), ha="center", va="center", fontsize=_LETTERS, zorder=3)


def _arrow(ax: Axes, origin: Node, target: Node, label: str, nodes: Sequence[Node]) -> None:
    """An arrow between two boxes: vertical within a column, otherwise sideways; past boxes between them."""
    right, down = target.column - origin.column, target.row - origin.row
    step_x, step_y = (right > 0) - (right < 0), 0 if right else (down > 0) - (down < 0)
    start = origin.column + step_x * _WIDE / 2, origin.row + step_y * _HIGH / 2
    end = target.column - step_x * _WIDE / 2, target.row - step_y * _HIGH / 2
    is_bent = any(_lies_between(node, origin, target) for node in nodes)
    bend = is_bent * (_BEND[1] if right else _BEND[0] / (abs(down) - _HIGH))
    ax.annotate(
        "", end, start,
        arrowprops={"arrowstyle": "-|>", "color": "0.35", "shrinkA": 0, "shrinkB": 0,
                    "connectionstyle": f"arc3,rad={bend}"},
    )  # fmt: skip
    if label and not is_bent:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
        where = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        ax.text(*where, label, fontsize=_LETTERS - 1.5, va="center", ha="center", bbox=box, zorder=4)


def _lies_between(node: Node, origin: Node, target: Node) -> bool:
    """Whether a box is in the same row or column as both, and between them."""
    rows, columns = ({getattr(each, name) for each in (node, origin, target)} for name in ("row", "column"))
    if len(rows) == 1:
        return min(origin.column, target.column) < node.column < max(origin.column, target.column)
    return len(columns) == 1 and min(origin.row, target.row) < node.row < max(origin.row, target.row)


def _broken(label: str) -> str:
    """The text, on two lines if it does not fit on one."""
    from textwrap import wrap

    return "\n".join(wrap(label, _LINE))
