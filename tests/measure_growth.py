"""How time and memory grow: the figures and the picture of docs/performance.md, section Growth.

`.venv/bin/python tests/measure_growth.py POINTS.jsonl` simulates the points that the file lacks, each in a process of
its own, one line each; prints a table, and draws docs/pictures/growth.svg. It may be interrupted and started again;
`POINTS.jsonl 2` measures each twice, and the faster counts. Time is processor time of a whole replication.
"""

import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib.figure import Figure

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "pictures" / "growth.svg"
SMALL = ("demand.parcels_per_flight=20_000", "demand.net_t_per_flight=20", "warmup_days=0")
"""Many days in a short time: flights, ULDs and trucks are as many, parcels fewer."""
HALLS = ("second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
SATURATED = ("liege_30k", "exports=none", "halls.main.packout_posts=15", "warmup_days=0")
"""Its pack-out handles four fifths of what comes; the rest waits until floor is full, and flights with it."""


def halls(n):
    more = [f"+hall@halls.{name}=liege_30k" for name in HALLS[: n - 1]]
    return ("liege_100k", f"demand.flights_per_day={3.5 * n}", *more, *SMALL, "horizon_days=5")


AXES = {
    "days": {n: ("liege_30k", *SMALL, f"horizon_days={n}") for n in (10, 30, 91, 182)},
    "flights a day": {
        n: ("liege_100k", f"demand.flights_per_day={n}", *SMALL, "horizon_days=5") for n in (3.5, 7, 14, 28, 40)
    },
    "halls, with 3.5 flights a day each": {n: halls(n) for n in (1, 2, 4, 8)},
    "lanes": {n: ("liege_100k", "demand=permit", "horizon_days=2", "warmup_days=0", f"lanes=of_{n}",
                  "packout.chutes_per_machine=10", "halls.main.area_m2=250_000") for n in (12, 50, 100, 200, 400)},
    "days of a hub that saturates": {n: (*SATURATED, f"horizon_days={n}") for n in (4, 8, 16, 32)},
    "days at 100,000 m², permit": {
        n: ("liege_100k", "demand=permit", "warmup_days=0", "record.flow_min=0", f"horizon_days={n}")
        for n in (7, 28, 91, 365)
    },
}  # fmt: skip
"""By what grows, and how far: the words of the hub."""


def lanes_of(n, folder):
    """A configuration group with n lanes of equal shares, each a route of its own."""
    lane = "{{share: {share!r}, route: R{i}, km: 500, sort_cut_off: '06:00', promised_days: 3}}"
    rows = (f"R{i}: {lane.format(i=i, share=1 / n)}" for i in range(n))
    (folder / "lanes").mkdir(parents=True, exist_ok=True)
    (folder / "lanes" / f"of_{n}.yaml").write_text("\n".join(rows) + "\n")


def point(words):
    """In a process of its own: processor time [s], peak memory [MiB], parcels."""
    import resource
    from time import process_time

    from experiments.composition import load
    from experiments.execution.local import keep_freed_memory
    from sim import simulate

    with TemporaryDirectory() as folder:
        n = next((int(word.removeprefix("lanes=of_")) for word in words if word.startswith("lanes=of_")), 0)
        if n:
            lanes_of(n, Path(folder))
        config = load(*words, config_dir=folder if n else None)
    keep_freed_memory()
    began = process_time()
    tables = simulate(config).tables
    seconds = process_time() - began
    parcels = int(sum(tables[name]["n_parcels"].sum() for name in ("flights", "collections")))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "mib": peak, "parcels": parcels}))


def measured(path, times):
    """By axis and size the fastest of its measurements; those that are missing are made."""
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    for wanted in range(1, times + 1):
        for axis, sizes in AXES.items():
            for size, words in sizes.items():
                if sum((row["axis"], row["size"]) == (axis, size) for row in rows) < wanted:
                    command = [sys.executable, __file__, "--point", *words]
                    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
                    rows.append({"axis": axis, "size": size, **json.loads(output)})
                    with path.open("a") as file:
                        file.write(json.dumps(rows[-1]) + "\n")
    found = defaultdict(dict)
    for row in sorted(rows, key=lambda row: -row["seconds"]):
        found[row["axis"]][row["size"]] = row
    return {axis: [found[axis][size] for size in sizes] for axis, sizes in AXES.items()}


def slope(rows, of, over):
    """Of a line through the logarithms."""
    return float(np.polyfit(*(np.log([row[name] for row in rows]) for name in (over, of)), 1)[0])


def table(found):
    lines = ["| what grows | sizes | parcels | s | MiB | slope of time | of memory, over size |"]
    lines.append("|---|---|---|---|---|---|---|")
    for axis, rows in found.items():
        cells = [", ".join(f"{row[name]:{form}}" for row in rows)
                 for name, form in (("size", "g"), ("parcels", ",d"), ("seconds", ".1f"), ("mib", ".0f"))]  # fmt: skip
        grows = rows[-1]["parcels"] > 1.5 * rows[0]["parcels"]
        over = "parcels" if grows else "size"
        of_time = f"{slope(rows, 'seconds', over):.2f} over {over}"
        lines.append(f"| {axis} | {' | '.join(cells)} | {of_time} | {slope(rows, 'mib', 'size'):.2f} |")
    return "\n".join(lines)


def draw(found):
    figure = Figure(figsize=(11, 5.5), layout="constrained")
    for axes, (axis, rows) in zip(figure.subplots(2, len(found) // 2).flat, found.items(), strict=True):
        sizes = [row["size"] for row in rows]
        axes.loglog(sizes, [row["seconds"] for row in rows], "o-", label="processor time [s]")
        axes.loglog(sizes, [row["mib"] for row in rows], "s--", label="peak memory [MiB]")
        axes.set_xlabel(axis)
        axes.set_xticks(sizes, [f"{size:g}" for size in sizes], minor=False)
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    figure.axes[0].legend()
    figure.savefig(PICTURE, metadata={"Date": None})


if __name__ == "__main__":
    if sys.argv[1] == "--point":
        point(sys.argv[2:])
    else:
        os.environ.setdefault("SVG_HASHSALT", "growth")
        everything = measured(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
        sys.stdout.write(table(everything) + "\n")
        draw(everything)
