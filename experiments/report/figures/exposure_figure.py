"""Pictures of the ledger of data: who can read what, what crosses between jurisdictions, what flows tell."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from experiments.formatting import number
from experiments.report import style
from experiments.report.cells import draw_cells, logarithmic
from experiments.report.exposure_tables import WAY, Matrix, compact, name
from experiments.report.stored_designs import Frame
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


def matrix_figure(matrices: Sequence[Matrix]) -> Figure:
    drawing, axes = style.panels(len(matrices), COLUMNS, 0.6 + _PER_ROW_IN * len(matrices[0].parties))
    top = max(float(matrix.kept.max()) for matrix in matrices)
    for ax, matrix in zip(axes, matrices, strict=True):
        draw_matrix(ax, matrix, top)
    return drawing


def flow_figure(flows: Frame) -> Figure:
    """Records a day readable for the operator, by way and policy."""
    policies = list(flows["policy"].unique())
    wide = flows.pivot_table(values="readable_per_day", index=list(WAY), columns="policy")[policies]
    readable = wide.to_numpy(dtype=np.float64)
    texts = [["" if np.isnan(value) else compact(value) for value in row] for row in readable.tolist()]
    drawing, ax = style.panel(0.9 + 0.3 * len(wide))
    rows = [f"{sender} → {place}, operator under {law}" for sender, place, law in wide.index]
    shade = np.where(np.isnan(readable), np.nan, logarithmic(np.nan_to_num(readable)))
    draw_cells(ax, shade, np.array(texts), rows, _titles(policies), size=7.5)
    ax.xaxis.tick_top()
    return drawing


def inference_figure(inference: Frame) -> Figure:
    r2 = inference.to_numpy(dtype=np.float64)
    texts = np.array([[number(value, 2) for value in row] for row in r2.tolist()], dtype=np.str_)
    drawing, ax = style.panel(0.9 + 0.24 * len(inference))
    rows, columns = _names(list(inference.index)), _titles(list(inference.columns))
    draw_cells(ax, r2, texts.reshape(r2.shape), rows, columns, size=7.5)
    ax.xaxis.tick_top()
    return drawing


def _names(names: Sequence[str]) -> list[str]:
    return [name(text) for text in names]


def _titles(policies: Sequence[str]) -> list[str]:
    return ["no policy" if policy == "none" else name(policy).replace(" ", "\n") for policy in policies]
