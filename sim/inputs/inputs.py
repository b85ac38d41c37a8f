"""From a configuration and a replication number to all inputs of a hub."""

from sim.config import HubConfig
from sim.domain.flight import Flight
from sim.domain.inputs import Inputs
from sim.domain.site import Site
from sim.errors import InputError
from sim.inputs.collections import make_exports
from sim.inputs.disruptions import Disturbances
from sim.inputs.flight_schedule import end_of_run, make_flights, measured_days
from sim.inputs.load_plan import LoadPlan, make_load_plan
from sim.inputs.site import make_site, uld_counts
from sim.reading import near
from sim.streams import Streams
from sim.units import ticks


def make_inputs(config: HubConfig, replication: int, on_schedule: tuple[int, ...] | None = None) -> Inputs:
    """Draw the flights and calendars of a replication; parcels are drawn when their flight lands.

    `on_schedule` is the entity of a flight whose drawn arrival is its scheduled one; every other draw stays.
    """
    streams, end, recorded = Streams(config.seed, replication), end_of_run(config), config.record.parcels_of_flights
    site, flights, plan, disruptions = _may_be_refused(config, streams, end, on_schedule)
    return Inputs(
        site=site,
        flights=flights,
        parcels_of=plan.draw,
        end=end,
        measured=measured_days(config),
        bin_width=ticks(config.record.bin_min),
        flow_width=ticks(config.record.flow_min),
        is_recorded=lambda flight: recorded == "all" or flight.key in recorded,
        exports=make_exports(config, streams, flights, end, plan),
        has_values=config.customs.declared is not None,
        disruptions=disruptions.happenings,
    )


def check_inputs(config: HubConfig) -> None:
    """Refuse a hub whose first replication `make_inputs` would refuse, without drawing its collections of exports.

    Raises:
        CargohubError: units without room, flights that no hall can take, and the like.
    """
    _may_be_refused(config, Streams(config.seed, 0), end_of_run(config), None)


def _may_be_refused(
    config: HubConfig, streams: Streams, end: int, on_schedule: tuple[int, ...] | None
) -> tuple[Site, tuple[Flight, ...], LoadPlan, Disturbances]:
    site = make_site(config, streams, end)
    flights = make_flights(config, streams, end, on_schedule)
    _check_ulds(config, flights, site)
    return site, flights, make_load_plan(config, streams), Disturbances(config, streams)


def _check_ulds(config: HubConfig, flights: tuple[Flight, ...], site: Site) -> None:
    """Refuse a ULD that needs more floor than its hall, or the hall to which its parcels are sent, has."""
    floor, where = min((hall.floor, f"the floor of hall {hall.name}") for hall in site.halls)
    for hall, rooms in zip(site.halls, site.rooms, strict=True):
        for other, room in rooms.items():
            kept = f"the floor that hall {site.halls[other].name} sets aside (transfer_share) for hall {hall.name}"
            floor, where = min((floor, where), (room, kept))
    for flight in {(flight.aircraft, flight.n_parcels): flight for flight in flights}.values():
        largest = max(uld_counts(flight.n_parcels, config.fleet[flight.aircraft]))
        if site.units.are_ulds and site.units.room > floor:
            raise InputError(
                f"presorted.uld_pallets: a whole ULD takes the room of {site.units.room} parcels, more than {where},"
                f" {floor} parcels"
            )
        if not site.units.are_ulds and largest > floor:
            raise InputError(f"flight {flight.key}: a ULD of {largest} parcels is larger than {where}, {floor} parcels")


def check_recorded(config: HubConfig, replications: int) -> None:
    """Refuse a key of `record` that occurs in none of the replications.

    Raises:
        InputError: no such flight or collection.
    """
    record = config.record
    wanted = {
        name: set(keys)
        for name in ("parcels_of_flights", "parcels_of_collections")
        if (keys := getattr(record, name)) != "all"
    }
    known: dict[str, set[str]] = {name: set() for name in wanted}
    for replication in range(replications):
        if not any(wanted.values()):
            return
        inputs = make_inputs(config, replication)
        collections = () if inputs.exports is None else inputs.exports.collections
        for name, rows in (("parcels_of_flights", inputs.flights), ("parcels_of_collections", collections)):
            if name in wanted:
                known[name] |= {row.key for row in rows}
                wanted[name] -= known[name]
    for name, keys in wanted.items():
        for key in sorted(keys):
            what = name.removeprefix("parcels_of_").removesuffix("s")
            among = "replication 0" if replications == 1 else f"any of the {replications} replications"
            example = min(known[name], default="")
            hint = near(key, known[name]) or (f"; its first is {example}" if example else "")
            raise InputError(f"record.{name}: no {what} {key!r} in {among}{hint}")
