"""How often the verdict on stability errs or stays open: the table in docs/model.md, section 4.

    python tests/stability_errors.py FOLDER [replications=100] [rates=3.5,5,4.2,4.0,3.8] [KEY=VALUE ...]

Each replication is simulated once, with 7 + 28 days at the month index of the first measured days, and for 7 + 56 days
only where a group of replications is undecided; shorter runs are its first days. What was simulated stays in FOLDER, so
that the command goes on where it was interrupted; `tests/measured` has what is there so far. Words beyond these choose
another hub.
"""

import json
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from experiments.composition import load
from experiments.execution.local import keep_freed_memory
from experiments.replications.stability import in_season, longer_hubs
from experiments.statistics.warmup import pooled
from sim.measures.weekly_lows import weekly_lows
from sim.simulation import simulate
from sim.units import MIN_PER_DAY

HORIZONS, SIZES = (7, 14, 28), (1, 2, 3, 5)
RATES = ("3.5", "5", "4.2", "4.0", "3.8")
"""Those whose rows have a goal come first."""


def growths(config, replication, horizons):
    """Week-on-week growths of a replication as shares of the demand, as runs with these measured days show them."""
    tables = simulate(replace(config, record=config.record.without_details), replication).tables
    occupancy, flights = tables["occupancy"], tables["flights"]
    backlog = occupancy["zone"] == "backlog"
    found = {}
    for days in horizons:
        warm, until = (MIN_PER_DAY * each for each in (config.warmup_days, config.warmup_days + days))
        end = until + 60 * config.service_h
        lows = weekly_lows(occupancy["time"][backlog], occupancy["inside"][backlog], begin=MIN_PER_DAY, end=end)
        mine = (flights["arrival"] >= warm) & (flights["arrival"] < until)
        found[str(days)] = (np.diff(lows) / 7 / (flights["n_parcels"][mine].sum() / days)).tolist()
    return found


class Growths:
    """Growths by rate, replication and measured days: from the folder, or simulated and put there."""

    def __init__(self, folder, words):
        self.words, self.path = words, Path(folder) / f"growths-{'-'.join(words) or 'default'}.jsonl".replace("/", "_")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [json.loads(line) for line in self.path.read_text().splitlines()] if self.path.exists() else []
        self.known = {(rate, number, days): own for rate, number, of in rows for days, own in of.items()}

    def of(self, rate, number, days):
        if (rate, number, str(days)) not in self.known:
            longest = max(days, HORIZONS[-1])
            words = (f"demand.flights_per_day={rate}", *self.words)
            # The hub of the shortest run, whose season all longer ones have.
            config = in_season(load("liege_30k", *words, f"horizon_days={HORIZONS[0]}"))
            own = growths(
                replace(config, horizon_days=longest), number, [each for each in (*HORIZONS, 56) if each <= longest]
            )
            with self.path.open("a") as file:
                file.write(json.dumps([rate, number, own]) + "\n")
            self.known |= {(rate, number, each): values for each, values in own.items()}
        return self.known[rate, number, str(days)]


@cache
def runs_of(days):
    """Measured days of a run, and of the longer ones that the program would make."""
    return days, *(longer.horizon_days for longer in longer_hubs(load("liege_30k", f"horizon_days={days}")))


def verdict(known, rate, group, days):
    """As the program says it."""
    for each in runs_of(days):
        rows = [np.array(known.of(rate, number, each)) for number in group]
        is_growing = pooled(
            [(own.size, own.mean(), own.std(ddof=1) if own.size > 1 else 0.0) for own in rows]
        ).is_growing
        if is_growing is not None:
            return is_growing
    return None


def table(folder, replications, rates, words=()):
    """Shares of groups called unstable, and undecided, by rate, measured days and replications."""
    known = Growths(folder, words)
    for rate in rates:
        for number in range(replications):
            known.of(rate, number, HORIZONS[-1])
    shares = {}
    for rate in rates:
        for days in HORIZONS:
            for size in SIZES:
                groups = [range(at, at + size) for at in range(0, replications - size + 1, size)]
                verdicts = [verdict(known, rate, group, days) for group in groups]
                n = len(verdicts)
                shares[rate, days, size] = (verdicts.count(True) / n, verdicts.count(None) / n, n) if n else (0, 0, 0)
    return shares


def main(words):
    keep_freed_memory()
    folder, *rest = words
    given = dict(word.split("=", 1) for word in rest)
    rates = given.pop("rates", ",".join(RATES)).split(",")
    replications = int(given.pop("replications", "100"))
    shares = table(folder, replications, rates, tuple(f"{key}={value}" for key, value in given.items()))
    lines = [f"{replications} replications; called unstable, % / undecided, %"]
    lines += ["| flights a day | measured days | " + " | ".join(f"{size} repl." for size in SIZES) + " |"]
    lines += ["|---|---|" + "---|" * len(SIZES)]
    for rate in rates:
        for days in HORIZONS:
            cells = [shares[rate, days, size] for size in SIZES]
            lines += [
                f"| {rate} | {days} | " + " | ".join(f"{100 * u:.0f} / {100 * o:.0f}" for u, o, _ in cells) + " |"
            ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
