"""The fullest chute of pack-out: which, how many posts, how full and when."""

from collections.abc import Sequence

from experiments.formatting import instant, number
from experiments.report.sections import said
from experiments.report.stored_designs import Frame, NamedDesign, Window, records


def fullest(packout: Frame | None, halls: Frame | None, points: Sequence[NamedDesign], window: Window) -> list[str]:
    """A sentence for each design whose chutes had something in them: the fullest one of all its replications."""
    if packout is None or halls is None:
        return []
    lines = []
    for point in points:
        rows = list(records(packout[(packout["scenario"] == point.label) & (packout["fullest_parcels"] > 0)]))
        if not rows:
            continue
        row = max(rows, key=lambda row: int(row["fullest_parcels"]))
        names = {hall["hall"]: hall["name"] for hall in records(halls[halls["scenario"] == point.label])}
        where = f" of hall {names[row['hall']]}" if len(names) > 1 else ""
        posts = f" with {row['posts_of_chute']} post{'s' if row['posts_of_chute'] != 1 else ''}"
        posts = posts if row["posts_of_chute"] else " which shares the hall's packers"
        of_all = ", the most of all replications" if len({row["replication"] for row in rows}) > 1 else ""
        at, parcels = instant(float(row["fullest_at"]), window.start_date), number(row["fullest_parcels"], 0)
        chute = {"route": row["route_name"], "machine": row["machine"] + 1, "where": where, "posts": posts}
        lines.append(said("fullest_chute", title=point.title, **chute, parcels=parcels, at=at, of_all=of_all))
    return lines
