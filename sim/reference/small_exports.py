"""Exports of a small hub: the outbound loads of its flights and their collections, with intended ties."""

import numpy as np

from sim.domain import exports as domain
from sim.inputs.same_names import same
from sim.reference.small_numbers import SmallHub, stepper
from sim.streams import Streams
from sim.units import Counts

AIRCRAFT = ("small", "other")
"""Types of aircraft: they have the same positions, and different limits for exports."""
_LARGEST = 100
"""Largest mass and volume of a parcel [g, cm³]."""


def export_site(hub: SmallHub, streams: Streams, step: int) -> domain.ExportSite | None:
    if not hub.n_collections:
        return None
    rng = streams.of("export_site")
    steps = stepper(rng, step)

    def limits() -> domain.UldLimits:
        return domain.UldLimits(*(int(rng.integers(1, hub.uld_out_parcels + 1)) * _LARGEST for _ in range(2)))

    close_out, cut_off = _before_departure(streams, step)
    return domain.ExportSite(
        lanes=tuple(f"X{number}" for number in range(hub.n_export_lanes)),
        aircraft={
            kind: domain.AircraftLimits((limits(), limits()), int(rng.integers(1, 12)) * _LARGEST) for kind in AIRCRAFT
        },
        call_in=steps(1, 20),
        docking=steps(1, 4),
        workers_per_truck=1,
        screening=steps(1, 3),
        hand_sorting=steps(1, 4),
        build_up_round=steps(5, 20),
        build_up_fixed=steps(1, 5),
        build_up_parcel=steps(1, 2),
        workers_per_place=2,
        cut_off=cut_off,
        close_out=close_out,
        doors_close=steps(1, 3),
        tugs=hub.out_tugs,
        stack=int(rng.integers(1, 4)),
    )


def hall_exports(hub: SmallHub, streams: Streams, number: int) -> domain.HallExports | None:
    if not hub.n_collections:
        return None
    rng = streams.of("hall_exports", number)
    return domain.HallExports(
        doors=hub.doors_in,
        dock_workers=hub.doors_in - int(hub.doors_in > 1 and rng.random() < 0.3),
        floor=hub.export_floor_trucks * hub.most_parcels_a_collection,
        **same(hub, "screening_lines", "hand_sorting_posts", "empty_ulds"),
        places=hub.build_up_places,
        workers=2 * hub.build_up_places - int(hub.build_up_places > 1 and rng.random() < 0.3),
    )


def export_posts(exports: domain.HallExports | None) -> dict[str, int]:
    """Posts of a hall's exports, by kind."""
    if exports is None:
        return {}
    posts = same(exports, "screening_lines", "hand_sorting_posts")
    return {"dock_workers_in": exports.dock_workers, **posts, "build_up_workers": exports.workers}


def _before_departure(streams: Streams, step: int) -> tuple[int, int]:
    """Close-out and cut-off before departure [ticks]."""
    rng = streams.of("before_departure")
    close_out = int(rng.integers(1, 61)) * step
    return close_out, close_out + int(rng.integers(1, 61)) * step


def departures(
    hub: SmallHub,
    streams: Streams,
    step: int,
    arrivals: Counts,
) -> tuple[list[int], list[int], list[str]]:
    """When flights (F) are scheduled to leave [ticks], their destinations and types.

    Some flights take their load at the instant of another flight's cut-off.
    """
    rng = streams.of("departures")
    sobt = arrivals + rng.integers(5, 240, hub.n_flights) * step
    lane = rng.integers(0, max(1, hub.n_export_lanes), hub.n_flights)
    if hub.n_flights > 1 and rng.random() < 0.9:
        close_out, cut_off = _before_departure(streams, step)
        sobt[0] = arrivals[0] + 200 * step
        sobt[1], lane[1] = sobt[0] + cut_off - close_out, lane[0]
    return sobt.tolist(), lane.tolist(), rng.choice(AIRCRAFT, hub.n_flights).tolist()


def export_inputs(hub: SmallHub, streams: Streams, step: int, end: int) -> domain.ExportInputs | None:
    if not hub.n_collections:
        return None
    rng = streams.of("collections")
    scheduled = np.sort(rng.integers(0, max(1, end // step // 2), hub.n_collections)) * step
    hall = rng.integers(0, hub.n_halls, hub.n_collections)
    if hub.n_collections > 2 and rng.random() < 0.7:
        scheduled[1], hall[1] = scheduled[0], hall[0]
    return domain.ExportInputs(
        tuple(
            domain.Collection(
                number=number,
                key=f"C{number}",
                entity=(number,),
                scheduled=instant,
                hall=int(hall[number]),
                n_parcels=int(rng.integers(1, hub.most_parcels_a_collection + 1)),
                is_presorted=bool(rng.random() < hub.presorted_share),
                is_cohort=True,
            )
            for number, instant in enumerate(scheduled.tolist())
        ),
        parcels_of=lambda collection: _parcels(hub, streams, collection, step),
        is_recorded=lambda _: True,
    )


def _parcels(hub: SmallHub, streams: Streams, collection: domain.Collection, step: int) -> domain.ExportParcels:
    rng = streams.of("export_parcels", collection.number)
    n = collection.n_parcels
    return domain.ExportParcels(
        lane=rng.integers(0, hub.n_export_lanes, n).astype(np.uint8),
        mass=rng.integers(1, _LARGEST + 1, n).astype(np.int32),
        volume=rng.integers(1, _LARGEST + 1, n).astype(np.int32),
        handling=(rng.integers(0, 3, n) * step + rng.integers(1, 3, n)).astype(np.uint32)
        if rng.random() < 0.5
        else np.full(n, step, dtype=np.uint32),
        is_no_read=rng.random(n) < hub.no_read_share,
        is_non_conveyable=rng.random(n) < hub.non_conveyable_share,
    )
