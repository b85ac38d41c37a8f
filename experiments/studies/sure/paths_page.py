"""Result of `cargohub sure question=expansion`: paths over the worlds, sentences and pictures."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from experiments.assumptions.names import Name
from experiments.formatting import listed, millions
from experiments.frame.study import Document
from experiments.interval_text import in_percent
from experiments.money.discounting import annuity_factor
from experiments.report.figures.sure_figure import Bars, shares, tornado
from experiments.report.sections import Picture, paragraphs_of, picture_of, sentence_of
from experiments.statistics import Interval
from experiments.statistics.choosing import Chosen, Swing, Worth
from experiments.statistics.share_of_worlds import Share
from experiments.store.rows import column, grid_of, interval, plain_interval, stored, table
from experiments.studies.expansion.design import in_millions, path_name
from experiments.studies.expansion.tree import BANDS
from experiments.studies.sure.design import SureKeys
from experiments.studies.sure.page import points_up, with_widths
from experiments.studies.sure.result import MOST_DECIDING, NOTICEABLE, share_of


@table(
    "paths",
    "value of each path over the assumed worlds, and the share of worlds in which it is worth most",
    sort="path",
)
class PathRow:
    path: str = column("", "name of the path", heading="path", show=path_name)
    best: Interval = share_of("worlds in which it is worth most", heading="best in")
    of_worlds: float = column("1", "standard deviation due to the choice of worlds")
    of_replications: float = column("1", "standard deviation due to the noise of replications within worlds")
    npv: Interval = interval("EUR", "net present value, mean over worlds", heading="NPV, MEUR", show=in_millions)
    p5: float = column("EUR", "NPV that 5 % of the worlds are below", heading="5 % of worlds below", show=millions)
    p95: float = column("EUR", "NPV that 95 % of the worlds are below", heading="95 % below", show=millions)


@table(
    "path_widths", "share of worlds in which each path is worth most, with ranges of another width", sort="path width"
)
class PathWidthRow:
    path: str = column("", "name of the path")
    width: float = column("1", "width of the ranges, as a multiple of the configured width")
    best: Interval = share_of("worlds in which it is worth most")


@table("worth_of_knowing", "value of knowing a number before a path is chosen", sort="order")
class KnowingRow:
    order: int = column("1", "order, highest value first")
    number: str = column("", "key of the number", heading="key")
    name: str = column("", "label of the number, with its unit", heading="number")
    worth: Interval = interval("EUR", "net present value", heading="NPV, MEUR", show=in_millions)
    per_year: Interval = interval(
        "EUR", "value as an annuity, paid at the end of each year", heading="MEUR a year", show=in_millions
    )
    first: float = column(
        "1", "largest share of the variance of a path's distance from the best that is linear in the number"
    )
    is_beyond_chance: bool = column(
        "", "whether this share is larger than chance would give the best of so many irrelevant numbers"
    )


@table("npv_by_number", "value of each path with one number low and high", sort="path number")
class SwingRow:
    path: str = column("", "name of the path")
    number: str = column("", "key of the number")
    at_low: float = column("EUR", "NPV with the number low and all others as drawn")
    at_high: float = column("EUR", "NPV with the number high and all others as drawn")
    first: float = column("1", "share of the variance of NPV due to the number alone")


@table("npv_of_worlds", "the paths by world", sort="world path")
class WorldPathRow:
    world: int = column("1", "number of the world")
    path: str = column("", "name of the path")
    npv: float = column("EUR", "NPV by its accounts, with the flows of the configured world scaled and corrected")
    simulated: float = column("EUR", "NPV with all its weeks simulated; NaN: not simulated")


@dataclass(frozen=True)
class PathsResult:
    keys: SureKeys
    paths: tuple[str, ...]
    chosen: Chosen
    widths: Mapping[float, Sequence[Share]]
    """Shares of the paths, by width of the ranges."""
    called: tuple[Name, ...]
    n_runs: int
    left_out: str
    """Sentence about worlds in which the hubs are impossible."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.keys.sure.ranges)

    @cached_property
    def shares(self) -> list[Share]:
        return self.chosen.shares()

    @cached_property
    def worths(self) -> list[Worth]:
        return self.chosen.worths()

    @cached_property
    def swings(self) -> list[list[Swing]]:
        return [self.chosen.swings(option) for option in range(len(self.paths))]

    @cached_property
    def deciding(self) -> list[list[int]]:
        """For each path, the numbers that decide whether its NPV is the highest."""
        return [self.chosen.deciding(option, NOTICEABLE)[:MOST_DECIDING] for option in range(len(self.paths))]

    @property
    def by_share(self) -> list[int]:
        """Paths, the one with the highest share first."""
        return sorted(range(len(self.paths)), key=lambda option: -self.shares[option].interval.mean)

    @property
    def annuity(self) -> float:
        """Present value of 1 EUR a year over the horizon."""
        assert self.keys.expansion is not None
        return annuity_factor(self.keys.expansion.cost.discounting.rate, self.keys.expansion.years)

    def path_rows(self) -> list[PathRow]:
        return [
            PathRow(
                self.paths[option], self.shares[option].interval, self.shares[option].of_worlds,
                self.shares[option].of_replications, self.chosen.mean(option),
                *map(float, self.chosen.quantiles(option, BANDS)),
            )
            for option in self.by_share
        ]  # fmt: skip

    def width_rows(self) -> list[PathWidthRow]:
        return [
            PathWidthRow(path, width, share.interval)
            for width, shares in self.widths.items()
            for path, share in zip(self.paths, shares, strict=True)
        ]

    def knowing_rows(self) -> list[KnowingRow]:
        return [
            KnowingRow(order, self.names[worth.number], self.called[worth.number].axis, worth.worth,
                       worth.worth.scaled(1 / self.annuity), worth.first, worth.is_beyond_chance)
            for order, worth in enumerate(self.worths)
        ]  # fmt: skip

    def swing_rows(self) -> list[SwingRow]:
        return [
            SwingRow(path, self.names[swing.number], swing.low, swing.high, swing.first)
            for path, swings in zip(self.paths, self.swings, strict=True)
            for swing in swings
        ]

    def world_rows(self) -> list[WorldPathRow]:
        simulated = self.chosen.simulated
        return [
            WorldPathRow(
                world, path, float(worth[option]),
                float(simulated[world][option]) if world in simulated else float("nan"),
            )
            for world, worth in enumerate(self.chosen.corrected)
            for option, path in enumerate(self.paths)
        ]  # fmt: skip


_SHOWN: Final = 8
"""Most numbers in a tornado and in a table of the page; the stored tables have all."""
_NAMED: Final = 3
"""Most paths and numbers in a sentence."""
_MOST_DRAWN: Final = 6


def document(result: PathsResult) -> Document:
    paths = [path_name(path) for path in result.paths]
    known = [row for row in result.knowing_rows() if row.is_beyond_chance]
    return Document(
        title=sentence_of("paths_title"),
        sentences=list(_sentences(result)),
        tables=[
            stored(PathRow, result.path_rows()),
            stored(PathWidthRow, result.width_rows()),
            stored(KnowingRow, result.knowing_rows()),
            stored(SwingRow, result.swing_rows()),
            stored(WorldPathRow, result.world_rows()),
        ],
        grids=[
            grid_of(sentence_of("paths_best"), result.path_rows()),
            *([grid_of(sentence_of("paths_knowing"), known[:_SHOWN])] if known else []),
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


def _sentences(result: PathsResult) -> Iterator[str]:
    chosen, rows = result.chosen, {row.path: row for row in result.path_rows()}
    for option in result.by_share[:_NAMED]:
        path, share = result.paths[option], result.shares[option].interval
        if not share.mean:
            break
        others = {width: shares[option] for width, shares in result.widths.items()}
        worth = {"npv": in_millions(rows[path].npv), "low": millions(rows[path].p5), "high": millions(rows[path].p95)}
        named = {"path": path_name(path), "share": in_percent(share), "others": with_widths(others)}
        yield sentence_of("path_worth_most", **named, **worth)
        if result.deciding[option]:
            keys = [result.called[number].text for number in result.deciding[option]]
            yield f"Whether {path_name(path)} is worth most is decided by {listed(keys, 'and')}."
    best = path_name(result.paths[chosen.best])
    behind = (option for option in range(len(result.paths)) if option != chosen.best)
    close = [path_name(result.paths[option]) for option in behind if (chosen.lead(option).low or 0.0) <= 0]
    unsure = sentence_of("mean_as_high", paths=listed(close, "or")) if close else ""
    known = [item for item in result.worths[:_NAMED] if item.worth.low and item.is_beyond_chance]
    texts = [f"{result.called[item.number].text} {in_millions(item.worth)} MEUR" for item in known]
    which, everything = "worth_knowing" if known else "nothing_surely_worth_knowing", millions(chosen.everything)
    yield sentence_of(which, best=best, unsure=unsure, numbers=listed(texts, "and"), everything=everything)
    yield _precision(result)
    yield from [result.left_out] if result.left_out else []


def _precision(result: PathsResult) -> str:
    chosen = result.chosen
    widest = max(share.interval.half_width or 0.0 for share in result.shares)
    error = float(np.sqrt(np.mean(chosen.errors**2)))
    counts = {"n_runs": result.n_runs, "n_simulated": len(chosen.simulated), "n_worlds": len(chosen.corrected)}
    counts["widest"] = points_up(widest)
    return sentence_of("paths_precision", **counts, error=millions(error), n_wrong=chosen.wrong)


def _pictures(result: PathsResult, paths: list[str]) -> Iterator[Picture]:
    rows = [(paths[option], result.shares[option].interval) for option in result.by_share]
    yield picture_of("shares", shares(rows, sentence_of("share_best")), verb="sure_paths")
    panels = [bars(result, option) for option in result.by_share[:_MOST_DRAWN]]
    yield picture_of("tornado", tornado(panels, "net present value, MEUR"), verb="sure_paths")


def bars(result: PathsResult, option: int) -> Bars:
    """The panel of a path: numbers that move it beyond chance first."""
    swings = result.swings[option][:_SHOWN]
    return Bars(
        path_name(result.paths[option]),
        tuple(result.called[swing.number].text for swing in swings),
        tuple((swing.low / 1e6, swing.high / 1e6) for swing in swings),
        float(result.chosen.corrected[:, option].mean()) / 1e6,
        frozenset(row for row, swing in enumerate(swings) if swing.first < result.chosen.by_chance),
    )
