"""Pictures of the ledger of data: who can read what, what crosses between jurisdictions, what flows tell."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from experiments.formatting import number
from experiments.report import style
from experiments.report.cells import draw_cells, logarithmic
from experiments.report.exposure_tables import Flow, Inference, Matrix, compact, name
from experiments.report.style import Axes, Figure

COLUMNS: Final = 2
_PER_ROW_IN: Final = 0.19


def draw_matrix(ax: Axes, matrix: Matrix, top: float) -> None:
    """`top`: records that are darkest, the same in all panels."""
    scaled = np.concatenate((matrix.kept.ravel(), [top]))
    shade = logarithmic(scaled)[:-1].reshape(matrix.kept.shape)
    texts = np.array([[compact(kept) if kept > 0 else "" for kept in row] for row in matrix.kept], dtype=np.str_)
    draw_cells(ax, shade, texts.reshape(matrix.kept.shape), _names(matrix.parties), _names(matrix.fields), size=6.5)
    title = "no policy" if matrix.policy == "none" else name(matrix.policy)
    ax.set_title(title + (" (in force)" if matrix.is_in_force and matrix.policy != "none" else ""), fontsize=9)


def matrix_figure(found: Sequence[Matrix]) -> Figure:
    drawing, axes = style.panels(len(found), COLUMNS, 0.6 + _PER_ROW_IN * len(found[0].parties))
    top = max(float(matrix.kept.max()) for matrix in found)
    for ax, matrix in zip(axes, found, strict=True):
        draw_matrix(ax, matrix, top)
    return drawing


def flow_figure(found: Sequence[Flow]) -> Figure:
    """Records a day readable for the operator, by way and policy."""
    policies = tuple(dict.fromkeys(flow.policy for flow in found))
    ways = sorted({flow.way for flow in found})
    readable = np.zeros((len(ways), len(policies)))
    known = np.full(readable.shape, np.nan)
    for flow in found:
        at = ways.index(flow.way), policies.index(flow.policy)
        readable[at], known[at] = flow.readable_per_day, flow.records_per_day
    texts = np.full(readable.shape, "", dtype="<U16")
    for at in zip(*np.nonzero(~np.isnan(known)), strict=True):
        texts[at] = compact(float(readable[at]))
    drawing, ax = style.panel(0.9 + 0.3 * len(ways))
    rows = [f"{sender} → {place}, operator under {law}" for sender, place, law in ways]
    draw_cells(ax, np.where(np.isnan(known), np.nan, logarithmic(readable)), texts, rows, _titles(policies), size=7.5)
    ax.xaxis.tick_top()
    return drawing


def inference_figure(found: Inference) -> Figure:
    texts = np.array([["–" if np.isnan(r2) else number(float(r2), 2) for r2 in row] for row in found.r2], dtype=np.str_)
    drawing, ax = style.panel(0.9 + 0.24 * len(found.parties))
    draw_cells(ax, found.r2, texts.reshape(found.r2.shape), _names(found.parties), _titles(found.policies), size=7.5)
    ax.xaxis.tick_top()
    return drawing


def _names(names: Sequence[str]) -> list[str]:
    return [name(one) for one in names]


def _titles(policies: Sequence[str]) -> list[str]:
    return ["no policy" if policy == "none" else name(policy).replace(" ", "\n") for policy in policies]
