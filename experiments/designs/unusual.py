"""What is allowed of a hub, and unusual, or makes its numbers hard to read: warnings."""

from experiments.report.public_hubs import public_hubs
from experiments.report.sections import said
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.inputs.flight_schedule import most_spread


def hall_warnings(config: HubConfig) -> list[str]:
    """Halls with less or more area for their machines than any public air hub: allowed, and unusual."""
    areas = [hub.m2_per_parcel_h for hub in public_hubs() if hub.kind == "air"]
    return [
        said("odd_hall", hall=name, own=m2_per_parcel_h, n=len(areas), least=min(areas), most=max(areas))
        for name, hall in config.halls.items()
        if hall.rated_per_h and not min(areas) <= (m2_per_parcel_h := hall.area_m2 / hall.rated_per_h) <= max(areas)
    ]


def period_warnings(config: HubConfig) -> list[str]:
    """What is allowed, but makes numbers hard to read."""
    days, lines = config.horizon_days, hall_warnings(config)
    if days < DAYS_PER_WEEK:
        lines.append(said("short_week", days=days))
    elif days % DAYS_PER_WEEK:
        lines.append(said("no_whole_weeks", days=days))
    if config.arrivals.schedule and config.warmup_days == 0:
        lines.append(said("starts_empty"))
    wanted = config.demand.mean_parcels_per_flight
    for name, kind in config.fleet.items():
        limit = config.load_limit(name)
        if not (kind.share or config.arrivals.schedule):
            continue
        if limit.parcels < wanted:
            lines.append(said("less_on_board", aircraft=name, limit=limit, wanted=wanted))
        most = most_spread(config.parcels_of(name), config.fullest_load(name))
        if config.demand.load.spread > most:
            lines.append(said("less_spread", load=config.demand.load, aircraft=name, most=most))
    return lines
