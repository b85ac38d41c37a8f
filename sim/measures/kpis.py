"""The KPIs: each defined once, with its unit; the page, `--json` and the documents read this list."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sim.domain.roles import ROLES


@dataclass(frozen=True, slots=True)
class Kpi:
    name: str
    unit: str
    meaning: str
    more_is_better: bool | None
    """None: neither."""

    @property
    def range(self) -> tuple[float, float]:
        """The values that it can have: intervals are cut there."""
        if self.name in MAY_BE_NEGATIVE:
            return -math.inf, math.inf
        if self.name in _MAY_OVERFLOW:
            return 0.0, math.inf
        return 0.0, 1.0 if self.unit == "1" else math.inf

    @property
    def good_end(self) -> float | None:
        """The end of the range near which a share lies in most replications, and rarely far from it; None: no such."""
        return None if self.unit != "1" or self.more_is_better is None else float(self.more_is_better)


RECOVERY: Final = "recovery_h"
RECOVERY_90: Final = "recovery_90_h"
NOT_RECOVERED: Final = {RECOVERY: "not_recovered_share", RECOVERY_90: "not_recovered_90_share"}
"""Of each, the share of replications in which it is not known."""
MAY_BE_NEGATIVE: Final = ("backlog_slope_per_day", "backlog_growth_share_per_day")
OF_CUSTOMS: Final = (
    "release_before_landing_share",
    "customs_hold_mean_h",
    "examined_share",
    "detection_share",
    "detections_per_day",
    "officer_h_per_day",
    "cage_peak_share",
    "transit_guarantee_eur",
)
OF_WATCH: Final = (
    "watch_outside_per_day",
    "watch_noticed_after_days",
    "watch_never_noticed_share",
    "watch_first_noticed_days",
)
OF_DATA: Final = ("data_read_per_day", "data_kept", *OF_WATCH)
OF_GOODS: Final = ("imports_meur_per_year", "exports_meur_per_year", "flows_r2")
"""What is told of runs with declarations, a ledger of data, and goods."""
RESOURCES: Final = {
    "stands": "aircraft stands",
    "loader_sets": "loader sets with crew, of the time that they are manned",
    "tugs": "tug trains, of the time that they are manned",
    "positions": "ULD positions",
    "stations": "break-down stations, held until the last parcel is inducted",
    "machines": "sorting machines, of the time that they are up and manned",
    "handcoding_desks": "hand-coding desks, of the time that they are manned",
    "packout_posts": "pack-out posts, of the time that they are manned",
    "manual_sort_posts": "manual-sort posts, of the time that they are manned",
    "floor": "parcels' floor, reserved from break-down until the truck leaves",
    "doors": "outbound dock doors",
}

EXPORT_RESOURCES: Final = {
    "doors_in": "inbound dock doors, held until the last parcel's screening begins",
    "screening_lines": "screening lines, of the time that they are manned",
    "hand_sorting_posts": "posts for sorting exports by hand, of the time that they are manned",
    "build_up_places": "build-up places",
    "build_up_workers": "people at build-up places, of the time that they are there",
    "outbound_tugs": "trains of outbound ULDs, of the time that they are manned",
    "export_floor": "exports' floor, reserved from the collection's call until they are on a ULD",
    "empty_ulds": "store of empty ULDs, of those that would fit; blocks nobody when it is full",
}

CUSTOMS_RESOURCES: Final = {
    "customs_desks": "examination desks, of the time that they are manned",
    "xray_lanes": "X-ray lanes for parcels, of the time that they are manned",
    "transit_desks": "transit desks, of the time that they are manned",
    "uld_xrays": "X-ray machines for whole ULDs, of the time that they are manned",
    "customs_hold": "customs hold zone, of the floor that it is laid out for; blocks nobody when it is full",
}

ALL_RESOURCES: Final = RESOURCES | EXPORT_RESOURCES | CUSTOMS_RESOURCES
LAID_OUT: Final = frozenset({"empty_ulds", "customs_hold"})
"""Room for so many: what is beyond finds a place, and nobody waits for it."""
_MAY_OVERFLOW: Final = frozenset(f"utilisation_{name}" for name in LAID_OUT)

_ALL: Final = (
    Kpi(
        "on_time_share",
        "1",
        "parcels of the cohort that left within service_h of their flight's drawn arrival;"
        " diverted ones and those still inside count as late, refused ones not at all",
        more_is_better=True,
    ),
    Kpi(
        "on_time_share_from_sibt",
        "1",
        "the same, counted from the scheduled in-block time: late flights count against it",
        more_is_better=True,
    ),
    Kpi(
        "on_time_share_from_landing",
        "1",
        "the same, counted from landing: holding flights back flatters it",
        more_is_better=True,
    ),
    Kpi(
        "dwell_mean_h",
        "h",
        "drawn arrival to departure of the truck, mean; at least the time to the end of the run for what has not left",
        more_is_better=False,
    ),
    Kpi("dwell_p95_h", "h", "the same, 95 % quantile", more_is_better=False),
    Kpi("not_departed_share", "1", "parcels of the cohort that have not left when the run ends", more_is_better=False),
    Kpi(
        "flight_clearance_p95_h",
        "h",
        "drawn arrival until 95 % of the flight's parcels are gone, mean over flights; at"
        " least the time to the end of the run for flights that are not",
        more_is_better=False,
    ),
    Kpi("parcels_per_day", "parcels/d", "departed in the measured days", more_is_better=True),
    Kpi(
        "late_parcels_per_day",
        "parcels/d",
        "of the cohort, those that count as late in on_time_share",
        more_is_better=False,
    ),
    Kpi("trucks_per_day", "trucks/d", "departed with a load in the measured days", more_is_better=None),
    Kpi(
        "truck_km_per_day",
        "km/d",
        "road ahead of those trucks, one way: km of their route's lane; of several lanes, the mean by their parcels",
        more_is_better=None,
    ),
    Kpi(
        "truck_fill_share",
        "1",
        "largest of the count, mass and volume ratios of a departed truck, mean",
        more_is_better=True,
    ),
    Kpi(
        "missed_connection_share",
        "1",
        "of the parcels that left by truck, those that were ready for an earlier timetabled truck of their route and"
        " missed it; each counts once",
        more_is_better=False,
    ),
    Kpi(
        "stand_blocked_h_per_day",
        "h/d",
        "unloading beyond what the loaders alone would need: aircraft blocked on their"
        " stands by trains, positions and floor",
        more_is_better=False,
    ),
    Kpi(
        "diverted_flights_per_day",
        "flights/d",
        "beyond the longest hold without a stand or before a closed runway",
        more_is_better=False,
    ),
    Kpi(
        RECOVERY,
        "h",
        "from the end of the last disruption until the backlog is back where it would be without any, and stays"
        " there; the run goes on for up to four times its measured days to see it, and then it is at least the time to"
        " that end; 0 without disruptions that end",
        more_is_better=False,
    ),
    Kpi("not_recovered_share", "1", "1 if the backlog is not back even then, else 0", more_is_better=False),
    Kpi(
        RECOVERY_90,
        "h",
        "from the end of the last disruption until 90 % of the most that the backlog was above the band without"
        " disruptions is gone, and stays so; otherwise as recovery_h",
        more_is_better=False,
    ),
    Kpi("not_recovered_90_share", "1", "1 if 90 % is not gone even then, else 0", more_is_better=False),
    Kpi(
        "runway_wait_h_per_day",
        "h/d",
        "flights with a stand before a closed runway, and aircraft ready to leave",
        more_is_better=False,
    ),
    Kpi(
        "curfew_moved_per_day",
        "flights/d",
        "of the cohort, scheduled in the night and moved out of it by a curfew",
        more_is_better=False,
    ),
    Kpi(
        "backlog_slope_per_day",
        "parcels/d",
        "growth of what has arrived and not left, diverted included, week on week",
        more_is_better=False,
    ),
    Kpi(
        "backlog_growth_weeks",
        "weeks",
        "pairs of weeks of which backlog_growth_share_per_day is the mean: whole weeks before the run's end, without"
        " its first day and what comes before the end of the last disruption",
        more_is_better=None,
    ),
    Kpi(
        "backlog_growth_share_per_day",
        "1/d",
        "growth of the week's least backlog from week to week, as a share of the parcels that come; 0 without two"
        " weeks",
        more_is_better=False,
    ),
    Kpi(
        "backlog_growth_sd_per_day",
        "1/d",
        "standard deviation of the same over the pairs of weeks; 0 without two of them",
        more_is_better=None,
    ),
    Kpi(
        "blocked_after_h",
        "h",
        "from the start until a flight is first held for want of a stand; the length of the run if none is",
        more_is_better=True,
    ),
    Kpi(
        "between_halls_per_day",
        "parcels/d",
        "carried to another hall, from which their trucks leave",
        more_is_better=False,
    ),
    Kpi("staff_h_per_day", "h/d", "hours worked, all roles but those of customs' controls", more_is_better=None),
    Kpi(
        "staff_h_paid_per_day",
        "h/d",
        "hours on the roster, and of finishing what was in hand after a shift, all roles but those of customs'"
        " controls",
        more_is_better=None,
    ),
    Kpi(
        "full_time_jobs",
        "jobs",
        "those hours paid in a year of such days, over the hours that a job is on its post (roster.job_h_per_year)",
        more_is_better=None,
    ),
    Kpi("m2_per_parcel_h", "m2 h", "hall area / rated parcels an hour of its machines", more_is_better=False),
    Kpi("spare_area_m2", "m2", "area of zones that no unit stands on", more_is_better=None),
    Kpi("floor_blocked_h_per_day", "h/d", "break-down waits for floor", more_is_better=False),
    Kpi(
        "station_blocked_h_per_day",
        "h/d",
        "stations held after their last parcel was handled, until it is inducted",
        more_is_better=False,
    ),
    Kpi(
        "fullest_chute_parcels",
        "parcels",
        "most parcels that any chute has held, waiting or being packed there; chutes do not block",
        more_is_better=False,
    ),
    Kpi("tug_blocked_h_per_day", "h/d", "trains at the hall's door for want of ULD positions", more_is_better=False),
    Kpi("door_wait_h_per_day", "h/d", "trucks in the yard for want of a door", more_is_better=False),
    Kpi("held_flight_h_per_day", "h/d", "flights held at their origin for want of a stand", more_is_better=False),
    Kpi(
        "destination_on_time_share",
        "1",
        "parcels of the cohort that are at their lane's sorting centre by its cut-off on the promised day after the"
        " day of the drawn arrival; what has not left counts as late",
        more_is_better=True,
    ),
    Kpi(
        "night_movements_per_day",
        "flights/d",
        "landings and off-blocks between environment.night_from and night_to",
        more_is_better=False,
    ),
    Kpi(
        "tug_km_per_day",
        "km/d",
        "driven by tug trains between stands and halls, both ways, and from hall to hall",
        more_is_better=False,
    ),
    Kpi(
        "tug_engine_h_per_day",
        "h/d",
        "tugs' engines: while they drive, and for a share of the time that they stand at aircraft and doors",
        more_is_better=False,
    ),
    Kpi(
        "co2_t_per_day",
        "t/d",
        "CO2 of the five operations below: the hub, and its trucks on their way out; aircraft held at their origin,"
        " collection trucks and ways back are not counted",
        more_is_better=False,
    ),
    Kpi(
        "co2_block_t_per_day",
        "t/d",
        "CO2 of auxiliary and ground power of aircraft in block, until they are to leave: turnaround and sobt",
        more_is_better=False,
    ),
    Kpi(
        "co2_held_t_per_day",
        "t/d",
        "the same of aircraft still in block after that, held by unloading, loading or a closed runway",
        more_is_better=False,
    ),
    Kpi("co2_tugs_t_per_day", "t/d", "CO2 of tugs' diesel", more_is_better=False),
    Kpi("co2_hall_t_per_day", "t/d", "CO2 of the halls' electricity, by their area", more_is_better=False),
    Kpi("co2_road_t_per_day", "t/d", "CO2 of trucks on their way to the lanes", more_is_better=False),
    Kpi(
        "co2_kg_per_t",
        "kg/t",
        "co2_t_per_day for each tonne of goods that left by truck or by air: the sum of the three below",
        more_is_better=False,
    ),
    Kpi("co2_apron_kg_per_t", "kg/t", "of it, aircraft in block and held, and tugs", more_is_better=False),
    Kpi("co2_hall_kg_per_t", "kg/t", "of it, the halls' electricity", more_is_better=False),
    Kpi("co2_road_kg_per_t", "kg/t", "of it, trucks on their way to the lanes", more_is_better=False),
    Kpi(
        "release_before_landing_share",
        "1",
        "parcels of the cohort of which customs has nothing left to decide when their flight lands",
        more_is_better=True,
    ),
    Kpi("customs_hold_mean_h", "h", "in the customs hold zone, mean of what has left it", more_is_better=False),
    Kpi(
        "examined_share",
        "1",
        "parcels of the cohort that are to be opened at an examination desk, also those that its queue keeps",
        more_is_better=None,
    ),
    Kpi("xrayed_share", "1", "parcels of the cohort that are X-rayed one by one", more_is_better=None),
    Kpi("transit_share", "1", "parcels of the cohort that leave under a transit document", more_is_better=None),
    Kpi(
        "detection_share",
        "1",
        "of the cohort's parcels that are not as declared, those found; 0 where nothing is declared",
        more_is_better=True,
    ),
    Kpi(
        "detections_per_day",
        "parcels/d",
        "of the cohort's parcels to be opened, those that are found not to be as declared, and refused",
        more_is_better=True,
    ),
    Kpi(
        "officer_h_per_day",
        "h/d",
        "examination and transit desks and X-ray of parcels and of whole ULDs busy, and the reading of documents",
        more_is_better=None,
    ),
    Kpi(
        "cage_peak_share",
        "rooms",
        "fullest customs hold zone at the end of an interval, of what it is laid out for, which blocks nobody",
        more_is_better=False,
    ),
    Kpi(
        "transit_guarantee_eur",
        "EUR",
        "guarantee that binds at any time: of what leaves in transit a day, until it is discharged",
        more_is_better=False,
    ),
    Kpi(
        "data_read_per_day",
        "records/d",
        "records that parties are told in clear, under the policy in force; 0 without exposure",
        more_is_better=False,
    ),
    Kpi(
        "data_kept",
        "records",
        "of them, kept at any time in the long run: records a day times the days that they are kept",
        more_is_better=False,
    ),
    Kpi(
        "watch_outside_per_day",
        "accesses/d",
        "expected accesses to data outside the policy in force: from outside the EU, or to what it does not give in"
        " clear; 0 without exposure.watch",
        more_is_better=False,
    ),
    Kpi(
        "watch_noticed_after_days",
        "d",
        "from such an access until an audit of the log notices it, mean; the days that the log is kept where none does;"
        " 0 without such accesses",
        more_is_better=False,
    ),
    Kpi(
        "watch_never_noticed_share",
        "1",
        "of such accesses, those that no audit notices while the log is kept; 0 without such accesses",
        more_is_better=False,
    ),
    Kpi(
        "watch_first_noticed_days",
        "d",
        "from the first day of such accesses until one of them is noticed, mean; at most the days that the log is kept;"
        " 0 without such accesses",
        more_is_better=False,
    ),
    Kpi(
        "flows_r2",
        "1",
        "share of the variance of weekly imports by lane and product group that numbers of parcels by lane explain, as"
        " flows tell them to whoever reads nothing else; 0 without trade",
        more_is_better=None,
    ),
    Kpi("imports_meur_per_year", "MEUR/y", "declared value of a year of such days; 0 without trade", None),
    Kpi("exports_meur_per_year", "MEUR/y", "likewise of what leaves by air", None),
    Kpi(
        "export_on_time_share",
        "1",
        "exports of the cohort that were off-block within exports.service_h of their collection's timetabled instant;"
        " 1 without exports",
        more_is_better=True,
    ),
    Kpi(
        "exports_kept_up_share",
        "1",
        "of the exports that came a day, those by which their backlog (collected or waiting for it, not off-block) did"
        " not grow, week on week; 1 without exports",
        more_is_better=True,
    ),
    Kpi("exports_per_day", "parcels/d", "exports off-block in the measured days", more_is_better=True),
    Kpi(
        "export_share",
        "1",
        "of the goods that left in the measured days, by truck or by air, the mass that left by air; 0 if none left",
        more_is_better=None,
    ),
    Kpi(
        "late_exports_per_day",
        "parcels/d",
        "of the cohort of exports, those that count as late in export_on_time_share",
        more_is_better=False,
    ),
    Kpi(
        "export_missed_connection_share",
        "1",
        "of the cohort of exports, those that were ready when a flight to their destination took its load and left"
        " them behind; each counts once; 0 without exports",
        more_is_better=False,
    ),
    Kpi(
        "uld_fill_share",
        "1",
        "larger of the mass and volume ratios of a ULD of exports that left, mean; 0 of none",
        more_is_better=True,
    ),
    Kpi("empty_ulds_flown_per_day", "ULDs/d", "empty ULDs flown back in the measured days", more_is_better=None),
    Kpi("turnaround_mean_h", "h", "in-block to off-block of flights that left, mean", more_is_better=False),
    Kpi(
        "departure_delay_mean_min",
        "min",
        "off-block after the scheduled instant, early ones as none, mean",
        more_is_better=False,
    ),
    Kpi(
        "export_floor_wait_h_per_day",
        "h/d",
        "collections not called yet, for want of floor",
        more_is_better=False,
    ),
    Kpi("door_in_wait_h_per_day", "h/d", "collections at the hub for want of an inbound door", more_is_better=False),
    Kpi(
        "build_up_wait_h_per_day",
        "h/d",
        "ULDs to be built that wait for a place, its workers or an empty ULD",
        more_is_better=False,
    ),
    *(
        Kpi(f"utilisation_{name}", "1", f"time-average share in use: {what}", None)
        for name, what in ALL_RESOURCES.items()
    ),
    *(Kpi(f"staff_h_per_day_{name}", "h/d", f"hours worked: {role.meaning}", None) for name, role in ROLES.items()),
    *(
        Kpi(f"staff_h_paid_per_day_{name}", "h/d", f"hours on the roster and after it: {role.meaning}", None)
        for name, role in ROLES.items()
    ),
    *(
        Kpi(f"understaffed_h_per_day_{name}", "h/d", f"work waits for people: {role.meaning}", more_is_better=False)
        for name, role in ROLES.items()
    ),
)

KPIS: Final[dict[str, Kpi]] = {kpi.name: kpi for kpi in _ALL}


def reads_more_than(name: str, means: Mapping[str, float]) -> bool:
    """Whether a time KPI is only a lower bound: what it rests on has not left, or recovered, when the run ends.

    `means`: of all KPIs.
    """
    if name in NOT_RECOVERED:
        return means[NOT_RECOVERED[name]] > 0
    if name == "dwell_p95_h":
        return means["not_departed_share"] > 0.05
    return name in {"dwell_mean_h", "flight_clearance_p95_h"} and means["not_departed_share"] > 0.01
