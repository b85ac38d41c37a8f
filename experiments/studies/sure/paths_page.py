"""What `cargohub sure question=expansion` says: sentences, tables and pictures of the paths over the worlds."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from experiments.formatting import in_percent, listed, millions
from experiments.frame.study import Document
from experiments.report.sections import Picture, paragraphs_of, picture_of, said
from experiments.store.rows import grid_of, plain_interval, stored
from experiments.studies.expansion.design import in_millions, path_name
from experiments.studies.sure.paths_result import (
    KnowingRow,
    PathRow,
    PathsResult,
    PathWidthRow,
    SwingRow,
    WorldPathRow,
)
from experiments.studies.sure.text import with_widths

_SHOWN: Final = 8
"""Numbers of a tornado and of a table; the tables have all."""
_NAMED: Final = 3
"""Paths and numbers that sentences name."""
_MOST_DRAWN: Final = 6


def document(result: PathsResult) -> Document:
    paths = [path_name(path) for path in result.paths]
    return Document(
        title="Which path is worth most in how many of the assumed worlds",
        sentences=_sentences(result),
        tables=[
            stored(PathRow, result.path_rows()),
            stored(PathWidthRow, result.width_rows()),
            stored(KnowingRow, result.knowing_rows()),
            stored(SwingRow, result.swing_rows()),
            stored(WorldPathRow, result.world_rows()),
        ],
        grids=[
            grid_of("In which share of the assumed worlds each path is worth most", result.path_rows()),
            grid_of("What it is worth to know a number before a path is chosen", result.knowing_rows()[:_SHOWN]),
        ],
        data={"scenarios": {
            path: {
                "probability": plain_interval(result.shares[option].interval, "1"),
                "widths": {f"{width:g}": plain_interval(shares[option].interval, "1")
                           for width, shares in result.widths.items()},
                "deciding": [result.names[number] for number in result.deciding[option]],
                "worlds": len(result.chosen.corrected),
                "npv": plain_interval(result.chosen.mean(option), "EUR"),
                "deviation": {"worlds": result.shares[option].of_worlds,
                              "replications": result.shares[option].of_replications},
            }
            for option, path in enumerate(result.paths)
        },
            "recommended": result.paths[result.chosen.best],
            "knowing": {row.number: {"npv": plain_interval(row.worth, "EUR"),
                                     "per_year": plain_interval(row.per_year, "EUR")}
                        for row in result.knowing_rows()},
            "runs": result.n_runs,
        },
        method=paragraphs_of("sure_paths_method"),
        pictures=lambda: _pictures(result, paths),
    )  # fmt: skip


def _sentences(result: PathsResult) -> list[str]:
    chosen, rows = result.chosen, {row.path: row for row in result.path_rows()}
    lines = []
    for option in result.by_share[:_NAMED]:
        path, share = result.paths[option], result.shares[option].interval
        if not share.mean:
            break
        others = {width: shares[option] for width, shares in result.widths.items()}
        worth = {"npv": in_millions(rows[path].npv), "low": millions(rows[path].p5), "high": millions(rows[path].p95)}
        named = {"path": path_name(path), "share": in_percent(share), "others": with_widths(others)}
        lines.append(said("path_worth_most", **named, **worth))
        if result.deciding[option]:
            keys = [result.called[number].text for number in result.deciding[option]]
            lines.append(f"Whether {path_name(path)} is worth most is decided by {listed(keys, 'and')}.")
    best = path_name(result.paths[chosen.best])
    known = [item for item in result.worths[:_NAMED] if item.worth.low]
    texts = [f"{result.called[item.number].text} {in_millions(item.worth)} MEUR" for item in known]
    which, everything = "worth_knowing" if known else "nothing_surely_worth_knowing", millions(chosen.everything)
    lines.append(said(which, best=best, numbers=listed(texts, "and"), everything=everything))
    return [*lines, _precision(result)]


def _precision(result: PathsResult) -> str:
    chosen = result.chosen
    widest = max(share.interval.half_width or 0.0 for share in result.shares)
    error = float(np.sqrt(np.mean(chosen.errors**2)))
    counts = {"n_runs": result.n_runs, "n_simulated": len(chosen.simulated), "n_worlds": len(chosen.corrected)}
    return said("paths_precision", widest=100 * widest, **counts, error=millions(error), n_wrong=chosen.wrong)


def _pictures(result: PathsResult, paths: list[str]) -> Iterator[Picture]:
    from experiments.report.figures.sure_figure import Bars, shares, tornado

    rows = [(paths[option], result.shares[option].interval) for option in result.by_share]
    yield picture_of("shares", shares(rows, "share of worlds in which it is worth most, %"), verb="sure_paths")
    panels = []
    for option in result.by_share[:_MOST_DRAWN]:
        swings = result.swings[option][:_SHOWN]
        panels.append(
            Bars(
                paths[option],
                tuple(result.called[swing.number].text for swing in swings),
                tuple((swing.low / 1e6, swing.high / 1e6) for swing in swings),
                float(result.chosen.corrected[:, option].mean()) / 1e6,
            )
        )
    yield picture_of("tornado", tornado(panels, "net present value, MEUR"), verb="sure_paths")
