"""The complex: what each hall does, and what goes between halls, as small tables."""

from experiments.formatting import number, percent
from experiments.report.sections import rows_of, said
from experiments.report.stored_designs import Frame, NamedDesign, Window
from experiments.store.rows import Grid


def grids(halls: Frame | None, shuttles: Frame | None, point: NamedDesign, window: Window) -> list[Grid]:
    """Of a design of several halls, means over replications: what each does a day, and flows between them, if any."""
    if halls is None or halls.empty:
        return []
    of_point = halls[halls["scenario"] == point.label]
    names = of_point.drop_duplicates("hall").sort_values("hall")["name"].tolist()
    if len(names) < 2:
        return []
    columns = rows_of("halls")
    means = of_point.groupby("hall")[[*columns]].mean()
    cells = [
        [f"{percent(value)} %" if name.endswith("_share") else number(value, 0) for value in means[name]]
        for name in columns
    ]
    done = Grid("", ("Hall", *columns.values()), tuple(zip(names, *cells, strict=True)))
    return [done, *_flows(of_point, shuttles, point, names, window)]


def _flows(halls: Frame, shuttles: Frame | None, point: NamedDesign, names: list[str], window: Window) -> list[Grid]:
    if shuttles is None:
        return []
    taken = shuttles[(shuttles["scenario"] == point.label) & window.covers(shuttles["taken"])]
    if taken.empty:
        return []
    sums = taken.groupby(["origin", "destination"])["n_parcels"].sum() / halls["replication"].nunique() / window.n_days
    at = range(len(names))
    rows = tuple(
        (name, *("–" if a == b else number(float(sums.get((a, b), 0.0)), 0) for b in at))
        for a, name in enumerate(names)
    )
    return [Grid(said("between_halls"), ("", *names), rows)]
