"""Speed of solvers: the mean gap to the reference solution over the replications spent."""

from collections.abc import Mapping, Sequence

from experiments.report import style
from experiments.report.style import Figure
from experiments.statistics import Interval


def figure(title: str, budget: int, curves: Mapping[str, Sequence[Interval]]) -> Figure:
    """A step curve for each solver, at 0 … `budget` replications, with its interval over macroreplications."""
    drawn, ax = style.panel(3.9, 7.5)
    looks = style.lines_of(list(curves))
    for name, curve in curves.items():
        spent = range(len(curve))
        ax.step(spent, [100 * each.mean for each in curve], where="post", **looks[name], label=name.replace("_", " "))
        lows, highs = zip(*(each.bounds or (each.mean, each.mean) for each in curve), strict=True)
        low, high = ([100 * end for end in ends] for ends in (lows, highs))
        ax.fill_between(spent, low, high, step="post", color=looks[name]["color"], alpha=0.15, linewidth=0)
    ax.set(xlabel="replications spent", ylabel="extra cost over the reference solution [%]", title=title)
    ax.set_xlim(0, budget)
    ax.set_ylim(0)
    ax.grid(alpha=0.3)
    return style.legend_below(drawn, [ax])
