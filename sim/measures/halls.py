"""What each hall of the complex does in the measured days, and what goes between them."""

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.measures.window import Window, of_zone
from sim.record.schemas import Table, in_order
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_MIN


def hall_columns(config: HubConfig, inputs: Inputs, tables: dict[str, Table]) -> dict[str, list[object]]:
    """One row a hall; a day each, from its opening on. A hall that is not open in the measured days has none of it."""
    window = Window(inputs)
    ulds, trucks, shuttles, occupancy = (tables[name] for name in ("ulds", "trucks", "shuttles", "occupancy"))
    rows = []
    for number, (name, hall) in enumerate(config.halls.items()):
        site = inputs.site.halls[number]
        opens = site.opens / TICKS_PER_MIN
        days = (window.high - np.clip(opens, window.low, window.high)) / MIN_PER_DAY
        floor = _series(occupancy, "lanes" if len(config.halls) == 1 else f"lanes @ {name}", window)
        started = window.covers(ulds["start"]) & (ulds["hall"] == number)
        left = window.covers(trucks["departed"]) & (trucks["hall"] == number)
        amounts = (
            float(np.count_nonzero(started)),
            float(ulds["n_parcels"][started].sum()),
            _parcels(shuttles, window.covers(shuttles["taken"]) & (shuttles["origin"] == number)),
            _parcels(shuttles, window.covers(shuttles["arrived"]) & (shuttles["destination"] == number)),
            float(np.count_nonzero(left)),
            _parcels(trucks, left),
        )
        stations = sum(site.stations) * days * MIN_PER_DAY / MIN_PER_H
        is_of_hall = ulds["hall"] == number
        busy = window.hours(ulds["start"][is_of_hall], ulds["released"][is_of_hall])
        rows.append(
            (
                number,
                name,
                hall.area_m2,
                opens,
                *(amount / days if days else 0.0 for amount in amounts),
                busy / stations if stations else 0.0,
                float(floor.mean()) / (site.floor + site.transfer_floor) if len(floor) else 0.0,
                float(floor.max()) / (site.floor + site.transfer_floor) if len(floor) else 0.0,
            )
        )
    return in_order("halls", rows)


def _series(occupancy: Table, zone: str, window: Window) -> NDArray[np.int64]:
    series: NDArray[np.int64] = occupancy["inside"][of_zone(occupancy, zone, window)]
    return series


def _parcels(rows: Table, is_of_hall: NDArray[np.bool_]) -> float:
    return float(rows["n_parcels"][is_of_hall].sum())
