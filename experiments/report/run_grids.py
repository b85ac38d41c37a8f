"""Tables of a run's page other than KPIs: lanes, chutes, customs, zones and halls."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from experiments import formatting
from experiments.formatting import counted, estimated_share, instant, number, percent
from experiments.grouping import nested
from experiments.report.sections import rows_of, sentence_of
from experiments.report.stored_designs import Frame, NamedDesign, Window, records
from experiments.statistics.interval import Value
from experiments.store.rows import Grid


def lanes_grid(table: Frame, points: Sequence[NamedDesign]) -> Grid:
    """For each lane: its route, drive and journey, and the on-time share by design, over all replications."""
    header = ("Lane", "Trucks", "Drive [h]", "With rest [h]", *(point.title for point in points))
    if table.empty:
        return Grid("", header, ())
    sums = table.groupby(["scenario", "lane"])[["n_in_time", "n_parcels"]].sum()
    shares = nested(
        (label, lane, n / total if total else None) for (label, lane), n, total in sums.itertuples(name=None)
    )
    first = table.drop_duplicates("lane").sort_values("order")
    columns = (first[name].tolist() for name in ("lane", "route_name", "drive_h", "journey_h"))
    by_design = [shares.get(point.label, {}) for point in points]
    cells = tuple(
        (
            lane,
            route,
            number(drive, 1),
            number(journey, 1),
            *(estimated_share(of_lanes.get(lane)) for of_lanes in by_design),
        )
        for lane, route, drive, journey in zip(*columns, strict=True)
    )
    return Grid("", header, cells, 2)


def fullest_chutes(packout: Frame, halls: Frame, points: Sequence[NamedDesign], window: Window) -> Iterator[str]:
    """A sentence for each design with parcels in chutes: its fullest chute over all replications."""
    for point in points:
        rows = list(records(packout[(packout["scenario"] == point.label) & (packout["fullest_parcels"] > 0)]))
        if not rows:
            continue
        row = max(rows, key=lambda row: int(row["fullest_parcels"]))
        names = {hall["hall"]: hall["name"] for hall in records(halls[halls["scenario"] == point.label])}
        where = f" of hall {names[row['hall']]}" if len(names) > 1 else ""
        posts = f" with {counted(row['posts_of_chute'], 'post')}"
        posts = posts if row["posts_of_chute"] else " which shares the hall's packers"
        of_all = ", the highest of all replications" if len({row["replication"] for row in rows}) > 1 else ""
        at = instant(float(row["fullest_at"]), window.start_date, window.clock)
        parcels = number(row["fullest_parcels"], 0)
        chute = {"route": row["route_name"], "machine": row["machine"] + 1, "where": where, "posts": posts}
        yield sentence_of("fullest_chute", title=point.title, **chute, parcels=parcels, at=at, of_all=of_all)


def connections_grid(table: Frame, flights: Frame, halls: Frame, points: Sequence[NamedDesign], window: Window) -> Grid:
    """By design and destination: the cohort's connecting parcels a day, and the share of each outcome."""
    fates = rows_of("connections_by_destination")
    header = ("Destination", "Parcels a day", *(f"{fate} [%]" for fate in fates.values()))
    if table.empty:
        return Grid("", header, ())
    sums = _of_cohort(table, flights).groupby(["scenario", "to"], sort=False).sum(numeric_only=True)
    rows, days = [], _measured_days(halls, window)
    for point in points:
        of_design = sums.loc[point.label] if point.label in sums.index else sums.iloc[:0]
        for to, row in of_design.iterrows():
            n = row["n_parcels"] - row["n_refused"]
            name = f"{point.title}: {to}" if len(points) > 1 else str(to)
            rows.append(
                (name, number(n / days[point.label]), *(percent(row[fate] / n) if n else "–" for fate in fates))
            )
    return Grid("", header, tuple(rows))


def _measured_days(halls: Frame, window: Window) -> Any:  # noqa: ANN401 - a series of pandas
    """Days of all replications, by design, also of those without a flight."""
    return halls.groupby("scenario")["replication"].nunique() * window.n_days


def _of_cohort(table: Frame, flights: Frame) -> Frame:
    """Rows of flights that count for the cohort."""
    keys = ["scenario", "replication"]
    cohort = flights.loc[flights["is_cohort"], [*keys, "number"]].rename(columns={"number": "flight"})
    return table.merge(cohort, on=[*keys, "flight"])


OPENED: Final = "opened of a million"
INFRINGING: Final = "of these not as declared"
_DECLARED: Final = ["n_h7", "n_h6", "n_h1"]
"""Columns of declarations by data set, which sum to the parcels."""


def customs_counts(
    table: Frame, flights: Frame, halls: Frame, points: Sequence[NamedDesign], window: Window
) -> list[tuple[str, list[str]]]:
    """Names, and means of the measured days by design; none if no design has declarations."""
    if not table[_DECLARED].to_numpy().any():
        return []
    counts = _of_cohort(table, flights)
    counts = counts.assign(
        n_missed=counts["n_hits"] - counts["n_detected"], n_destroyed=counts["n_detected"] - counts["n_returned"]
    )
    sums = counts.groupby("scenario").sum(numeric_only=True)
    means = {str(label): row for label, row in sums.div(_measured_days(halls, window), axis=0).to_dict("index").items()}
    names = rows_of("customs_counts")
    return [
        (name, [_of_declared(means.get(point.label, {}), column) for point in points]) for column, name in names.items()
    ]


def reported(table: Frame, flights: Frame) -> dict[str, dict[str, Value]]:
    """Reported figures of the cohort's controls, by design with declarations, over all replications; no intervals."""
    by_design: dict[str, dict[str, Value]] = {}
    for label, of_design in _of_cohort(table, flights).groupby("scenario"):
        n_parcels, n_opened = (int(of_design[names].to_numpy().sum()) for names in (_DECLARED, ["n_opened"]))
        n = int(of_design["replication"].nunique())
        if n_parcels and n_opened:
            shares = {
                OPENED: 1e6 * n_opened / n_parcels,
                INFRINGING: 100 * (1 - float(of_design["n_false_alarms"].sum()) / n_opened),
            }
            by_design[str(label)] = {name: Value(share, None, None, n, "") for name, share in shares.items()}
    return by_design


def _of_declared(means: Mapping[Any, Any], column: str) -> str:
    """Value of a design; a dash if nothing is declared."""
    return number(float(means[column])) if any(means.get(name, 0) for name in _DECLARED) else "–"


ZONES: Final = (
    "stands", "uld_positions", "breakdown", "customs_hold", "lanes", "dock_doors", "doors_in", "export_floor",
    "build_up", "empty_ulds",
)  # fmt: skip


def limited(occupancy: Frame, zones: Collection[str], labels: Collection[str], window: Window) -> Frame:
    """Rows of zones with a limit, in the measured days of these designs."""
    is_of_zone = occupancy["zone"].isin(zones) & (occupancy["limit"] > 0)
    return occupancy[is_of_zone & occupancy["scenario"].isin(labels) & window.closes(occupancy["time"])]


def zone_heading(name: str) -> str:
    """A zone of the table `occupancy`, where dock doors are outbound ones, or of one hall: `lanes @ second`."""
    zone, _, hall = name.partition(" @ ")
    heading = formatting.resource_heading("doors") if zone == "dock_doors" else formatting.zone(zone)
    return f"{heading}, {hall}" if hall else heading


def fullness_grid(occupancy: Frame, points: Sequence[NamedDesign], window: Window) -> Grid:
    """By zone and design: its limit, and the mean and highest share in use; designs without the zone are left out.

    A zone of several halls is followed by that of each, because one may be full while others are not.
    """
    titles = {point.label: point.title for point in points}
    of_halls = [name for name in occupancy["zone"].unique() if " @ " in name]
    zones = [name for zone in ZONES for name in (zone, *(name for name in of_halls if name.startswith(f"{zone} @ ")))]
    shown = limited(occupancy, zones, titles, window)
    shown = shown.assign(share=shown["inside"] / shown["limit"])
    by_design = {(str(zone), str(label)): rows for (zone, label), rows in shown.groupby(["zone", "scenario"])}
    header = (
        "Zone",
        "Counted",
        *(["Design"] if len(points) > 1 else []),
        "Limit",
        "In use on average",
        "In use at most",
    )
    cells = tuple(
        (
            zone_heading(zone),
            str(rows["unit"].iloc[0]),
            *([title] if len(points) > 1 else []),
            formatting.number(float(rows["limit"].max()), 0),
            *(f"{formatting.percent(float(share))} %" for share in (rows["share"].mean(), rows["share"].max())),
        )
        for zone in zones
        for label, title in titles.items()
        if (rows := by_design.get((zone, label))) is not None
    )
    return Grid("", header, cells, len(header) - 3)


def halls_grids(halls: Frame, shuttles: Frame, point: NamedDesign, window: Window) -> list[Grid]:
    """Tables for a design with several halls, means over replications: daily work and flows of the halls."""
    if halls.empty:
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
    return [done, *_between_halls(of_point, shuttles, point, names, window)]


def _between_halls(halls: Frame, shuttles: Frame, point: NamedDesign, names: list[str], window: Window) -> list[Grid]:
    taken = shuttles[(shuttles["scenario"] == point.label) & window.covers(shuttles["taken"])]
    if taken.empty:
        return []
    sums = taken.groupby(["origin", "destination"])["n_parcels"].sum() / halls["replication"].nunique() / window.n_days
    at = range(len(names))
    rows = tuple(
        (name, *("–" if a == b else number(float(sums.get((a, b), 0.0)), 0) for b in at))
        for a, name in enumerate(names)
    )
    return [Grid(sentence_of("between_halls"), ("", *names), rows)]
