"""Pictures of data and goods: who can read which data, flows across borders, inference, audits, and trade."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np

from experiments.formatting import number, percent
from experiments.report import style
from experiments.report.exposure_tables import WAY, Effect, Ledgers, Matrix, Trade, compact, name
from experiments.report.marks import draw_cells, logarithmic
from experiments.report.stored_designs import Frame, records
from experiments.report.style import Axes, Figure
from sim.measures.exposure import NO_POLICY

COLUMNS: Final = 2
_PER_ROW_IN: Final = 0.19


def achieved(changes: Sequence[Effect]) -> str:
    """Parties whose inference each policy changes, for the caption."""
    by_policy: dict[str, list[str]] = {}
    for effect in changes:
        if effect.r2_without is not None and effect.r2_with is not None:
            r2 = f"{number(effect.r2_without, 2)} → {number(effect.r2_with, 2)}"
            if r2[:4] != r2[-4:]:
                by_policy.setdefault(effect.policy, []).append(f"{name(effect.party)} {r2}")
    return "".join(f" {name(policy)}: {', '.join(of_parties)}." for policy, of_parties in by_policy.items())


def figures(ledgers: Ledgers) -> dict[str, Figure]:
    """Figures by name, if there is something to show."""
    drawn: dict[str, Figure] = {}
    if ledgers.matrices:
        drawn["exposure-matrix"] = matrix_figure(ledgers.matrices)
        drawn["exposure-flows"] = flow_figure(ledgers.flows)
    if ledgers.watched["outside_per_day"].any():
        drawn["exposure-watch"] = watch_figure(ledgers.watched)
    if ledgers.inference is not None:
        drawn["exposure-inference"] = inference_figure(ledgers.inference)
    if ledgers.trade is not None:
        drawn["trade-balance"] = trade_figure(ledgers.trade, ledgers.balance)
        drawn["trade-flows"] = consumption_figure(ledgers.trade)
    return drawn


def draw_matrix(ax: Axes, matrix: Matrix, top: float) -> None:
    """A matrix; `top`: number of records with the darkest colour, the same in all panels."""
    scaled = np.concatenate((matrix.kept.ravel(), [top]))
    shade = logarithmic(scaled)[:-1].reshape(matrix.kept.shape)
    texts = np.array([[compact(kept) if kept > 0 else "" for kept in row] for row in matrix.kept], dtype=np.str_)
    draw_cells(ax, shade, texts.reshape(matrix.kept.shape), _names(matrix.parties), _names(matrix.fields), size=6.5)
    ax.set_title(_title(matrix.policy, is_in_force=matrix.is_in_force), fontsize=9)


def matrix_figure(matrices: Sequence[Matrix]) -> Figure:
    draw = partial(draw_matrix, top=max(float(matrix.kept.max()) for matrix in matrices))
    return style.each_drawn(draw, matrices, COLUMNS, 0.6 + _PER_ROW_IN * len(matrices[0].parties))


def flow_figure(flows: Frame) -> Figure:
    """Records a day readable by the operator, by path and policy."""
    policies = list(flows["policy"].unique())
    wide = flows.pivot_table(values="readable_per_day", index=list(WAY), columns="policy")[policies]
    readable = wide.to_numpy(dtype=float)
    texts = [["" if np.isnan(value) else compact(value) for value in row] for row in readable.tolist()]
    drawing, ax = style.panel(0.9 + 0.3 * len(wide))
    rows = [f"{sender} → {place}, operator under {law}" for sender, place, law in wide.index]
    shade = np.where(np.isnan(readable), np.nan, logarithmic(np.nan_to_num(readable)))
    draw_cells(ax, shade, np.array(texts), rows, _titles(policies), size=7.5)
    ax.xaxis.tick_top()
    return drawing


def inference_figure(inference: Frame) -> Figure:
    r2 = inference.to_numpy(dtype=float)
    texts = np.array([[number(value, 2) for value in row] for row in r2.tolist()], dtype=np.str_)
    drawing, ax = style.panel(0.9 + 0.24 * len(inference))
    rows, columns = _names(list(inference.index)), _titles(list(inference.columns))
    draw_cells(ax, r2, texts.reshape(r2.shape), rows, columns, size=7.5)
    ax.xaxis.tick_top()
    return drawing


def _names(names: Sequence[str]) -> list[str]:
    return [name(text) for text in names]


def _title(policy: str, *, is_in_force: bool) -> str:
    return "no policy" if policy == NO_POLICY else name(policy) + (" (in force)" if is_in_force else "")


def _titles(policies: Sequence[str]) -> list[str]:
    return ["no policy" if policy == NO_POLICY else name(policy).replace(" ", "\n") for policy in policies]


def watch_figure(accesses: Frame) -> Figure:
    """A panel for each policy, with the parties that have accesses outside any policy."""
    outside = accesses[accesses["outside_per_day"] > 0]
    parties, fields = (sorted(outside[key].unique()) for key in ("party", "field"))
    in_force = dict(zip(accesses["policy"], accesses["is_in_force"], strict=True))
    per_day = np.zeros((len(in_force), len(parties), len(fields)))
    texts = np.full(per_day.shape, "", dtype="<U24")
    for access in records(outside):
        at = [*in_force].index(access["policy"]), parties.index(access["party"]), fields.index(access["field"])
        per_day[at] = access["outside_per_day"]
        texts[at] = f"{compact(access['outside_per_day'])}; {percent(access['never_noticed_share'])} %"
    drawing, axes = style.panels(len(in_force), COLUMNS, 0.7 + 0.26 * len(parties))
    shades = logarithmic(per_day)
    for ax, (policy, is_in_force), shade, cells in zip(axes, in_force.items(), shades, texts, strict=True):
        draw_cells(ax, shade, cells, _names(parties), _names(fields), size=5.5)
        ax.set_title(_title(policy, is_in_force=is_in_force), fontsize=9)
    return drawing


BN: Final = 1e9
MILLION: Final = 1e6
_HATCHES: Final = ("", "//")


def draw_values(ax: Axes, trade: Trade) -> None:
    left = np.zeros(len(trade.by_product))
    y = np.arange(len(trade.by_product))
    for at, product in enumerate(map(str, trade.by_product)):
        width = trade.by_product[product].to_numpy(dtype=float) / MILLION
        color, hatch = style.PALETTE[at % len(style.PALETTE)], _HATCHES[at // len(style.PALETTE) % len(_HATCHES)]
        ax.barh(
            y, width, left=left, color=color, hatch=hatch, edgecolor="white", linewidth=0.4, label=name(str(product))
        )
        left += width
    ax.set_yticks(y, list(trade.by_product.index))
    ax.invert_yaxis()
    ax.set_xlabel("declared value of imports, measured days [million EUR]")


def draw_balance(ax: Axes, rows: Frame) -> None:
    first = rows.drop_duplicates(["is_simulated", "export_share"])
    others, this_run = first[~first["is_simulated"]], first[first["is_simulated"]]
    ax.plot(others["export_share"], others["balance_eur"] / BN, marker="o", label="the hub, by share of exports")
    ax.plot(this_run["export_share"], this_run["balance_eur"] / BN, "D", color=style.PALETTE[1], label="this run")
    deficits = rows.drop_duplicates("national_year").sort_values("national_year")
    for year, deficit in zip(deficits["national_year"], deficits["national_deficit_eur"], strict=True):
        ax.axhline(-deficit / BN, color=style.LIMIT, linestyle=":")
        at_right = {"xycoords": ax.get_yaxis_transform(), "va": "bottom", "ha": "right"}
        style.note(ax, f"national, {year}", (1, -deficit / BN), (0, 2), 8, **at_right)
    ax.axhline(0, color="0.8", linewidth=0.8)
    ax.set(xlabel="exports, share of goods by mass", ylabel="exports minus imports [billion EUR a year]")


def trade_figure(trade: Trade, rows: Frame) -> Figure:
    drawing = style.new_figure(max(3.6, 1.2 + 0.24 * len(trade.parcels)))
    left, right = drawing.subplots(1, 2)
    draw_values(left, trade)
    draw_balance(right, rows)
    return style.legend_below(drawing, [left, right])


def consumption_figure(trade: Trade) -> Figure:
    """Parcels and value by lane and week."""
    parcels = trade.parcels.to_numpy(dtype=float)
    lanes, weeks = list(map(str, trade.parcels.index)), list(map(str, trade.parcels))
    texts = np.array(
        [
            [f"{compact(n)}, {compact(eur)} EUR" for n, eur in zip(*rows, strict=True)]
            for rows in zip(parcels, trade.value.to_numpy(dtype=float), strict=True)
        ],
        dtype=np.str_,
    ).reshape(parcels.shape)
    # Few weeks use only part of the common width, because pages enlarge narrow figures.
    wide = min(style.WIDTH_IN, 2.0 + 1.4 * len(weeks))
    drawing = style.new_figure(0.8 + 0.24 * len(trade.parcels))
    ax, rest = drawing.subplots(1, 2, width_ratios=[wide, max(style.WIDTH_IN - wide, 1e-3)])
    rest.remove()
    draw_cells(ax, parcels / (float(parcels.max()) or 1.0), texts, lanes, weeks, size=7.5 if len(weeks) <= 5 else 5.5)
    ax.xaxis.tick_top()
    return drawing
