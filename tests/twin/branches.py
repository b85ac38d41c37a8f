"""Which ways through the rules a small hub took, so that an equality of hubs cannot be one of hubs that do nothing.

What a hub did is read from its tables alone.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from sim.domain.entities import EXTRA, FLOWN, TIMETABLED
from sim.domain.flight import Deck
from sim.domain.inputs import Inputs
from sim.domain.parcels import Channel
from sim.domain.presorting import Presorting
from sim.reference.equality import Tables
from sim.units import NEVER
from twin.exports import (
    load_and_cut_off_tie,
    missed_its_flight,
    waits_at_the_aircraft,
    waits_for_an_outbound_tug,
)
from twin.packout import (
    goes_straight_to_the_last_machine,
    idles_out_of_turn,
    packed_together,
    packers_leave_a_parcel,
    sorts_before_packing,
    waits_at_packout,
    waits_for_a_packer,
)
from twin.rows import Way, rows, some
from twin.shifts import (
    CODING,
    EXAMINATION,
    TRANSIT,
    ULD_XRAY,
    XRAY,
    at_build_up,
    at_doors,
    at_screening,
    at_stations,
    finished_after_the_shift,
    waits_for_the_shift,
)
from twin.sorting import (
    by_hand,
    has_outage_in_service,
    has_tie_at_machine,
    is_led_on,
    is_overtaken,
    last_is_by_hand,
    misses_a_round_on_its_way,
    of_channel,
    slows_a_machine,
    takes,
)
from twin.trucks import halls_of_trains, limited_by

LEAST_SHARE: Final = 0.05
"""Of the hubs that must take each way."""


def _either(one: Way, other: Way) -> Way:
    return lambda inputs, tables: one(inputs, tables) or other(inputs, tables)


BRANCHES: Final[dict[str, Way]] = {
    "flight waits for its aircraft": some("flights", lambda flight: flight["stand_requested"] > flight["arrival"]),
    "aircraft is there on time": lambda inputs, tables: any(
        flight.after is not None and tables["flights"]["stand_requested"][flight.number] == flight.arrival
        for flight in inputs.flights
    ),
    "aircraft of a diverted flight": lambda inputs, tables: any(
        flight.after is not None and tables["flights"]["is_diverted"][flight.after] for flight in inputs.flights
    ),
    "flight held": some("flights", lambda flight: flight["aldt"] > flight["stand_requested"]),
    "flight diverted": some("flights", lambda flight: flight["is_diverted"]),
    "landing delayed by a closure": some("flights", lambda flight: flight["aldt"] > flight["stand_given"]),
    "diverted by a closure": some("flights", lambda flight: flight["is_diverted"] and flight["stand_given"] != NEVER),
    "departure delayed by a closure": some("flights", lambda flight: flight["aobt"] > flight["turned_round"]),
    "flight waits for loaders": some("flights", lambda f: f["unloading_start"] > f["unloading_requested"]),
    "flights in different halls": lambda _, tables: len({*tables["flights"]["hall"]} - {NEVER}) > 1,
    "hall not yet open": lambda inputs, tables: any(
        NEVER < start < inputs.site.halls[-1].opens for start in tables["flights"]["unloading_start"]
    ),
    "train to several halls": lambda _, tables: any(len(halls) > 1 for halls in halls_of_trains(tables).values()),
    "parcels sent to another hall": some("shuttles", lambda shuttle: shuttle["arrived"] != NEVER),
    "shuttle full": lambda inputs, tables: inputs.site.transfers.units in tables["shuttles"]["n_units"],
    "truck with parcels of another hall": some("trucks", lambda truck: truck["n_sent"] > 0),
    "crossing flows": lambda _, tables: any(
        (there, here) in {*zip(tables["shuttles"]["origin"], tables["shuttles"]["destination"], strict=True)}
        for here, there in zip(tables["shuttles"]["origin"], tables["shuttles"]["destination"], strict=True)
    ),
    "loader blocked for a tug": some("ulds", lambda uld: uld["on_train"] > uld["lifted"]),
    "tug blocked at the door": some("trains", lambda train: train["placed"] > train["at_door"]),
    "flights of unlike loads": lambda inputs, _: len({flight.n_parcels for flight in inputs.flights}) > 1,
    "empty ULD": some("ulds", lambda uld: uld["n_parcels"] == 0 and uld["start"] != NEVER),
    "wait for a station": some("ulds", lambda uld: uld["wait_station"] > 0),
    "wait for workers": some("ulds", lambda uld: uld["wait_workers"] > 0),
    "wait for floor": some("ulds", lambda uld: uld["wait_floor"] > 0),
    "station held for the last induction": some("ulds", lambda uld: uld["released"] > uld["end"] != NEVER),
    "tie at a machine": has_tie_at_machine,
    "outage in a service": has_outage_in_service,
    "misses a customs round on the way to the chute": misses_a_round_on_its_way,
    "machine slowed": slows_a_machine,
    "ULD finished after the shift": finished_after_the_shift("workers", at_stations),
    "ULD waits for the next shift": waits_for_the_shift("workers", at_stations),
    "truck finished after the shift": finished_after_the_shift("dock_workers", at_doors),
    "truck waits for the next shift": waits_for_the_shift("dock_workers", at_doors),
    "parcel finished after the shift": _either(
        finished_after_the_shift(*CODING), finished_after_the_shift(*EXAMINATION)
    ),
    "examination waits for the next shift": waits_for_the_shift(*EXAMINATION),
    "parcel waits for the next shift": waits_for_the_shift(*CODING),
    "X-ray finished after the shift": finished_after_the_shift(*XRAY),
    "X-ray waits for the next shift": waits_for_the_shift(*XRAY),
    "transit document finished after the shift": finished_after_the_shift(*TRANSIT),
    "transit waits for the next shift": waits_for_the_shift(*TRANSIT),
    "X-ray of a ULD finished after the shift": finished_after_the_shift(*ULD_XRAY),
    "X-ray of a ULD waits for the next shift": waits_for_the_shift(*ULD_XRAY),
    "wait for hand-coding": some("parcels", lambda parcel: parcel["code_begin"] > parcel["sort_end"]),
    "held after hand-coding": some("parcels", lambda parcel: parcel["held"] == parcel["code_end"] != NEVER),
    "late data, there by the scan": of_channel(Channel.LATE_DATA, lambda p: p["held"] == NEVER != p["departed"]),
    "late data, held and released": of_channel(Channel.LATE_DATA, lambda p: p["held"] != NEVER != p["second_end"]),
    "documents checked in the hold zone": of_channel(
        Channel.DOCUMENT_CHECK, lambda p: p["held"] != NEVER != p["second_end"]
    ),
    "asked back before loading": some("customs", lambda row: row["n_referrals"] > 0),
    "left behind before loading": some("customs", lambda row: row["n_left_behind"] > 0),
    "wait for examination": some("parcels", lambda parcel: parcel["exam_begin"] > parcel["held"]),
    "wait for X-ray": some("parcels", lambda parcel: parcel["xray_begin"] > parcel["held"]),
    "alarm": some("parcels", lambda parcel: parcel["exam_end"] > parcel["xray_end"] > NEVER),
    "alarm waits for examination": some("parcels", lambda parcel: parcel["exam_begin"] > parcel["xray_end"] > NEVER),
    "refusal after an alarm": some("parcels", lambda p: p["is_refused_gone"] and p["xray_end"] != NEVER),
    "transit": some("parcels", lambda parcel: parcel["second_end"] > parcel["transit_end"] > NEVER),
    "wait for a transit desk": some("parcels", lambda parcel: parcel["transit_begin"] > parcel["held"]),
    "ULD X-rayed": some("ulds", lambda uld: uld["start"] > uld["xray_end"] > NEVER),
    "ULD waits for X-ray": some("ulds", lambda uld: uld["xray_begin"] > uld["checked_in"]),
    "ULD overtaken by one without X-ray": is_overtaken,
    "refusal": some("parcels", lambda parcel: parcel["is_refused_gone"]),
    "second pass": some("parcels", lambda parcel: parcel["held"] != NEVER != parcel["second_end"]),
    "second pass waits": some("parcels", lambda parcel: parcel["second_begin"] > parcel["freed"]),
    "sorted again by a chute that leads to a machine": some("parcels", is_led_on),
    "waits at the second machine": some("parcels", lambda p: is_led_on(p) and p["second_begin"] > p["freed"]),
    "held or coded, and from another machine's chute": goes_straight_to_the_last_machine,
    "non-conveyable": lambda inputs, tables: by_hand(inputs, tables, lambda _: True),
    "wait at manual sort": lambda inputs, tables: by_hand(inputs, tables, lambda p: p["sort_begin"] > p["handled"]),
    "non-conveyable held": lambda inputs, tables: by_hand(inputs, tables, lambda p: p["second_end"] != NEVER),
    "last parcel non-conveyable": last_is_by_hand,
    "wait at pack-out": waits_at_packout,
    "parcel sorted at a chute that routes share": sorts_before_packing,
    "post idle while another has a queue": idles_out_of_turn,
    "chute waits for a packer": waits_for_a_packer,
    "parcel packed by several": packed_together,
    "packers leave a parcel in hand": packers_leave_a_parcel,
    "wait for a door": some("trucks", lambda truck: truck["docked"] > truck["arrived"]),
    "timetabled truck late": some(
        "trucks", lambda truck: truck["kind"] == TIMETABLED and truck["at_door"] > truck["scheduled"]
    ),
    "truck held": some("trucks", lambda truck: truck["cut_off"] > truck["at_door"]),
    "truck cancelled": some("trucks", lambda truck: truck["is_cancelled"]),
    "extra truck": some("trucks", lambda truck: truck["kind"] == EXTRA and truck["n_parcels"] > 0),
    "cut-off missed": some("trucks", lambda truck: truck["n_missed"] > 0),
    "missed a truck and left with a later one": some("trucks", lambda truck: truck["n_missed_before"] > 0),
    "load limited by mass": limited_by("mass"),
    "load limited by volume": limited_by("volume"),
    "cut short by the end": some(
        "parcels", lambda parcel: parcel["start"] != NEVER == parcel["departed"] and not parcel["is_refused_gone"]
    ),
    "bag straight through": takes(Presorting.BAGS, lambda p: p["second_end"] == p["held"] == NEVER != p["sort_end"]),
    "bag held": takes(Presorting.BAGS, lambda p: p["held"] != NEVER != p["second_end"]),
    "bag left by a full truck": lambda inputs, tables: (
        inputs.site.units.presorting is Presorting.BAGS
        and inputs.site.trucks.trailer.units in tables["trucks"]["n_units"]
    ),
    "ULD straight to the dock": takes(Presorting.ULDS, lambda p: p["held"] == NEVER != p["departed"]),
    "ULD held by customs": takes(Presorting.ULDS, lambda p: p["held"] != NEVER != p["departed"]),
    "ULD waits for floor": lambda inputs, tables: (
        inputs.site.units.are_ulds and any(wait > 0 for wait in tables["ulds"]["wait_floor"])
    ),
    "collection waits for floor": some("collections", lambda truck: truck["called"] > truck["scheduled"]),
    "collection waits for a door": some("collections", lambda truck: truck["docked"] > truck["arrived"]),
    "screening blocks a door": some("collections", lambda truck: truck["released"] > truck["unloaded"]),
    "export waits at a machine": some("out_parcels", lambda parcel: parcel["sort_begin"] > parcel["screen_end"]),
    "export waits to be sorted by hand": some("out_parcels", lambda p: p["hand_begin"] > p["screen_end"]),
    "export hand-coded": some("out_parcels", lambda parcel: parcel["code_begin"] != NEVER),
    "build-up waits": some("out_ulds", lambda uld: uld["start"] > uld["formed"]),
    "ULD for the lower deck": some("out_ulds", lambda uld: uld["deck"] == Deck.LOWER),
    "built ULD waits for the next flight": missed_its_flight,
    "empty ULDs flown back": some("flights", lambda flight: flight["n_empties_out"] > 0),
    "export screened after the shift": finished_after_the_shift("screening_lines", at_screening),
    "export waits for the next shift": waits_for_the_shift("screening_lines", at_screening),
    "ULD built after the shift": finished_after_the_shift("build_up_workers", at_build_up),
    "ULD waits for the next shift of build-up": waits_for_the_shift("build_up_workers", at_build_up),
    "exports missed": some("flights", lambda flight: flight["n_missed_out"] > 0),
    "an export misses a second flight": lambda _, tables: (
        sum(tables["flights"]["n_missed_out"]) > sum(tables["collections"]["n_missed"])
    ),
    "import flies on": some("loads", lambda load: load["kind"] == FLOWN),
    "import that flies on held by customs": some(
        "parcels", lambda parcel: parcel["held"] != NEVER != parcel["cut_off"] and parcel["truck_kind"] == NEVER
    ),
    "import that flies on refused": some("connections", lambda connection: connection["n_refused"] > 0),
    "imports and exports on one aircraft": lambda _, tables: (
        len(
            {uld["flight"] for uld in rows(tables["out_ulds"]) if uld["route"] == NEVER != uld["flight"]}
            & {uld["flight"] for uld in rows(tables["out_ulds"]) if NEVER not in (uld["route"], uld["flight"])}
        )
        > 0
    ),
    "loading waits for a tug": waits_for_an_outbound_tug,
    "train waits at the aircraft": waits_at_the_aircraft,
    "loaded after the scheduled off-block": some("flights", lambda flight: flight["loading_end"] > flight["sobt"]),
    "loads and cut-offs at one instant": load_and_cut_off_tie,
}
"""By name: whether a hub took the way."""


@dataclass(slots=True)
class Tally:
    """Hubs compared, and how many took each way."""

    n: int = 0
    taken: Counter[str] = field(default_factory=Counter)

    def add(self, inputs: Inputs, tables: Tables) -> None:
        self.n += 1
        inputs = replace(inputs, parcels_of=cache(inputs.parcels_of))  # which several ways ask for
        self.taken.update(name for name, took in BRANCHES.items() if took(inputs, tables))

    @property
    def shares(self) -> dict[str, float]:
        """Of the hubs, by way."""
        return {name: self.taken[name] / self.n if self.n else 0.0 for name in BRANCHES}

    @property
    def rare(self) -> dict[str, float]:
        """Ways that too few took."""
        return {name: share for name, share in self.shares.items() if share < LEAST_SHARE}
