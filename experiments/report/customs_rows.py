"""What customs made of the parcels, a day: states, messages, controls and their outcomes, by design."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from experiments.formatting import number
from experiments.report.sections import rows_of
from experiments.report.stored_designs import Frame, NamedDesign, Window
from experiments.statistics.interval import Value

OPENED: Final = "opened of a million"
INFRINGING: Final = "of these not as declared"


def rows(
    table: Frame | None, flights: Frame, points: Sequence[NamedDesign], window: Window
) -> list[tuple[str, list[str]]]:
    """Name, and by design the mean of the measured days; none where no design has declarations."""
    if table is None or not (table["n_h7"] + table["n_h1"]).any():
        return []
    keys = ["scenario", "replication"]
    cohort = flights.loc[flights["is_cohort"], [*keys, "number"]].rename(columns={"number": "flight"})
    counts = table.merge(cohort, on=[*keys, "flight"])
    counts = counts.assign(
        n_missed=counts["n_hits"] - counts["n_detected"], n_destroyed=counts["n_detected"] - counts["n_returned"]
    )
    n_replications = table.groupby("scenario")["replication"].nunique()
    sums = counts.groupby("scenario").sum(numeric_only=True)
    means = {
        str(label): row for label, row in sums.div(n_replications * window.n_days, axis=0).to_dict("index").items()
    }
    names = rows_of("customs_counts")
    return [(name, [_cell(means.get(point.label, {}), column) for point in points]) for column, name in names.items()]


def reported(table: Frame | None) -> dict[str, dict[str, Value]]:
    """By design with declarations, what has been reported of controls, over all replications; without interval."""
    if table is None:
        return {}
    by_design: dict[str, dict[str, Value]] = {}
    for label, of_design in table.groupby("scenario"):
        n_parcels, n_opened = (int(of_design[names].to_numpy().sum()) for names in (["n_h7", "n_h1"], ["n_opened"]))
        n = int(of_design["replication"].nunique())
        if n_parcels and n_opened:
            shares = {
                OPENED: 1e6 * n_opened / n_parcels,
                INFRINGING: 100 * (1 - float(of_design["n_false_alarms"].sum()) / n_opened),
            }
            by_design[str(label)] = {name: Value(share, None, None, n, "") for name, share in shares.items()}
    return by_design


def _cell(means: Mapping[Any, Any], column: str) -> str:
    """Of a design; a dash where nothing is declared."""
    return number(float(means[column])) if means.get("n_h7", 0) + means.get("n_h1", 0) else "–"
