"""Which ways through the rules a small hub took, so that an equality of hubs cannot be one of hubs that do nothing.

What a hub did is read from its tables alone.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np

from sim.domain.flight import Deck
from sim.domain.inputs import Inputs
from sim.domain.parcels import Channel
from sim.domain.site import Presorting
from sim.reference.equality import Comparison, Difference, Tables, compare
from sim.reference.records import EXTRA, TIMETABLED
from sim.reference.small_hubs import draw, make
from sim.reference.small_numbers import SmallHub
from sim.units import NEVER

LEAST_SHARE: Final = 0.05
"""Of the hubs that must take each way."""


_Way = Callable[[Inputs, Tables], bool]


def _any(table: str, condition: Callable[[dict[str, Any]], bool]) -> _Way:
    return lambda _, tables: any(condition(row) for row in _rows(tables[table]))


def _rows(table: dict[str, list[Any]]) -> Iterable[dict[str, Any]]:
    return (dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True))


def _takes(presorting: Presorting, condition: Callable[[dict[str, Any]], bool]) -> _Way:
    """Whether a condition holds of a unit of goods that came sorted so."""
    return lambda inputs, tables: (
        inputs.site.units.presorting is presorting and any(condition(row) for row in _rows(tables["parcels"]))
    )


def _has_outage_in_service(inputs: Inputs, tables: Tables) -> bool:
    machine = {(uld["flight"], uld["index"]): uld["machine"] for uld in _rows(tables["ulds"])}
    stops = [calendar.start[calendar.slope == 0] for calendar in inputs.site.calendars]
    for parcel in _rows(tables["parcels"]):
        begin, end = parcel["sort_begin"], parcel["sort_end"]
        if end != NEVER:
            at = stops[machine[parcel["flight"], parcel["uld"]]]
            if np.any((begin < at) & (at < end)):
                return True
    return False


def _has_tie_at_machine(_: Inputs, tables: Tables) -> bool:
    """Parcels of different ULDs that reach a machine at the same instant."""
    machine = {(uld["flight"], uld["index"]): uld["machine"] for uld in _rows(tables["ulds"])}
    seen: dict[tuple[int, int], tuple[int, int]] = {}
    for parcel in _rows(tables["parcels"]):
        if parcel["handled"] != NEVER:
            uld = (parcel["flight"], parcel["uld"])
            if seen.setdefault((machine[uld], parcel["handled"]), uld) != uld:
                return True
    return False


def _slows_a_machine(inputs: Inputs, tables: Tables) -> bool:
    """A service begins where some of a machine's inductions work, and not all."""
    machine = {(uld["flight"], uld["index"]): uld["machine"] for uld in _rows(tables["ulds"])}
    for parcel in _rows(tables["parcels"]):
        if parcel["sort_begin"] != NEVER:
            calendar = inputs.site.calendars[machine[parcel["flight"], parcel["uld"]]]
            slope = calendar.slope[np.searchsorted(calendar.start, parcel["sort_begin"], side="right") - 1]
            if 0 < slope < inputs.site.inductions:
                return True
    return False


_Stays = Callable[[Inputs, Tables], Iterable[tuple[int, int, int, int, int]]]
"""Of all that takes posts: hall, instants of asking, beginning and end (`NEVER`: not in the run), posts."""


def _at_stations(inputs: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    n = inputs.site.workers_per_station
    return [
        (u["hall"], max(u["checked_in"], u["xray_end"]), u["start"], u["released"], n) for u in _rows(tables["ulds"])
    ]


def _at_doors(inputs: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    n, docking = inputs.site.workers_per_truck, inputs.site.docking
    for truck in _rows(tables["trucks"]):
        left = truck["cut_off"] + docking if truck["is_cancelled"] else truck["departed"]
        yield truck["hall"], truck["arrived"], truck["docked"], left, n


def _at_desks(asked: str, begin: str, end: str) -> _Stays:
    def stays(_: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
        hall = {(uld["flight"], uld["index"]): uld["hall"] for uld in _rows(tables["ulds"])}
        rows = list(_rows(tables["parcels"]))
        return [(hall[row["flight"], row["uld"]], row[asked], row[begin], row[end], 1) for row in rows]

    return stays


def _at_uld_xray(_: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    for uld in _rows(tables["ulds"]):
        yield uld["hall"], uld["checked_in"], uld["xray_begin"], uld["xray_end"], 1


def _at_build_up(inputs: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    n = inputs.site.exports.workers_per_place if inputs.site.exports else 0
    return [(uld["hall"], uld["formed"], uld["start"], uld["built"], n) for uld in _rows(tables["out_ulds"])]


def _at_screening(_: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    hall = tables["collections"]["hall"]
    for parcel in _rows(tables["out_parcels"]):
        yield hall[parcel["collection"]], parcel["handled"], parcel["screen_begin"], parcel["screen_end"], 1


def _finished_after_the_shift(kind: str, stays: _Stays) -> _Way:
    """More posts are held just after a step of the roster than it mans."""

    def is_finished(inputs: Inputs, tables: Tables) -> bool:
        all_stays = list(stays(inputs, tables))
        for number, hall in enumerate(inputs.site.halls):
            manning = hall.manning.get(kind)
            mine = [stay for stay in all_stays if stay[0] == number and stay[2] != NEVER]
            for instant, posts in zip(manning.start, manning.posts, strict=True) if manning else ():
                if posts < sum(n for *_, begin, end, n in mine if begin < instant and (end == NEVER or end > instant)):
                    return True
        return False

    return is_finished


def _waits_for_the_shift(kind: str, stays: _Stays) -> _Way:
    """What had asked before begins at the very instant at which more posts are manned."""

    def has_waited(inputs: Inputs, tables: Tables) -> bool:
        mannings = [hall.manning.get(kind) for hall in inputs.site.halls]
        begins = [
            {at for i, at in enumerate(steps.start) if i and steps.posts[i] > steps.posts[i - 1]} if steps else set()
            for steps in mannings
        ]
        return any(asked < begin != NEVER and begin in begins[hall] for hall, asked, begin, *_ in stays(inputs, tables))

    return has_waited


def _either(one: _Way, other: _Way) -> _Way:
    return lambda inputs, tables: one(inputs, tables) or other(inputs, tables)


_CODING = "handcoding_desks", _at_desks("sort_end", "code_begin", "code_end")
_EXAMINATION = "customs_desks", _at_desks("held", "exam_begin", "exam_end")
_XRAY = "xray_lanes", _at_desks("held", "xray_begin", "xray_end")
_TRANSIT = "transit_desks", _at_desks("held", "transit_begin", "transit_end")
_ULD_XRAY = "uld_xrays", _at_uld_xray


def _limited_by(limit: str) -> _Way:
    """A truck with room for more parcels leaves the next one because of its mass or volume."""

    def has_left_one(inputs: Inputs, tables: Tables) -> bool:
        site = inputs.site
        drawn = {flight.number: inputs.parcels_of(flight) for flight in inputs.flights}
        hall = {(uld["flight"], uld["index"]): uld["hall"] for uld in _rows(tables["ulds"])}
        queues: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
        for parcel in _rows(tables["parcels"]):
            if parcel["ready"] != NEVER:
                flight, row = parcel["flight"], parcel["row"]
                route = int(site.route_of_lane[drawn[flight].lane[row]])
                dock = (site.destinations[hall[flight, parcel["uld"]]][route], route)
                queues.setdefault(dock, []).append((parcel["ready"], flight, row, parcel["cut_off"]))
        for truck in _rows(tables["trucks"]):
            now = truck["cut_off"]
            if 0 < truck["n_units"] < site.trailer.units:
                left = [
                    place
                    for place in queues[truck["hall"], truck["route"]]
                    if place[0] <= now and (place[3] == NEVER or place[3] > now)
                ]
                if left:
                    _, flight, row, _ = min(left)
                    load = truck[limit] + int(getattr(drawn[flight], limit)[row])
                    if load > getattr(site.trailer, limit):
                        return True
        return False

    return has_left_one


def _halls_of_trains(tables: Tables) -> dict[tuple[int, int, int], set[int]]:
    halls: dict[tuple[int, int, int], set[int]] = {}
    for uld in _rows(tables["ulds"]):
        if uld["train"] != NEVER:
            halls.setdefault((uld["flight"], uld["deck"], uld["train"]), set()).add(uld["hall"])
    return halls


def _missed_its_flight(_: Inputs, tables: Tables) -> bool:
    """A ULD was built when a flight of its lane took its load, and did not go with it."""
    flights = list(_rows(tables["flights"]))
    return any(
        uld["lane"] == flight["export_lane"] and NEVER < uld["built"] <= flight["loading_start"] < uld["taken"]
        for uld in _rows(tables["out_ulds"])
        for flight in flights
    )


def _waits_for_an_outbound_tug(_: Inputs, tables: Tables) -> bool:
    asked = tables["flights"]["loading_start"]
    return any(train["granted"] > asked[train["flight"]] for train in _rows(tables["out_trains"]))


def _waits_at_the_aircraft(inputs: Inputs, tables: Tables) -> bool:
    return any(
        train["emptied"] > train["at_aircraft"] + train["n_positions"] * inputs.site.lift[train["deck"]]
        for train in _rows(tables["out_trains"])
    )


def _load_and_cut_off_tie(inputs: Inputs, tables: Tables) -> bool:
    """Flights of one lane of which one takes its load when the other's last ULDs are formed."""
    if inputs.site.exports is None:
        return False
    flights = list(_rows(tables["flights"]))
    return any(
        a["export_lane"] == b["export_lane"] and a["loading_start"] == b["sobt"] - inputs.site.exports.cut_off
        for a in flights
        for b in flights
    )


def _by_chute(inputs: Inputs, tables: Tables) -> Iterable[tuple[int, list[tuple[int, int, int]]]]:
    """Of each chute the number of its posts, and (came, packing begun, ready) of its parcels."""
    site = inputs.site
    drawn = {flight.number: inputs.parcels_of(flight) for flight in inputs.flights}
    where = {(uld["flight"], uld["index"]): uld["machine"] for uld in _rows(tables["ulds"])}
    stays: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for parcel in _rows(tables["parcels"]):
        if parcel["pack_begin"] != NEVER:
            machine = where[parcel["flight"], parcel["uld"]]
            route = int(site.route_of_lane[drawn[parcel["flight"]].lane[parcel["row"]]])
            packed = parcel["sent_ready"] if parcel["sent_ready"] != NEVER else parcel["ready"]
            stays.setdefault((machine, route), []).append((parcel["at_chute"], parcel["pack_begin"], packed))
    for first, hall in zip(site.first_machines, site.halls, strict=True):
        for chute, posts in enumerate(hall.packout_posts):
            machine, route = divmod(chute, site.n_routes)
            yield posts, stays.get((first + machine, route), [])


def _by_hand(inputs: Inputs, tables: Tables, condition: Callable[[dict[str, Any]], bool]) -> bool:
    """Whether a condition holds of a parcel that was sorted by hand."""
    drawn = {flight.number: inputs.parcels_of(flight).is_non_conveyable for flight in inputs.flights}
    parcels = (parcel for parcel in _rows(tables["parcels"]) if parcel["sort_end"] != NEVER)
    return any(condition(parcel) for parcel in parcels if drawn[parcel["flight"]][parcel["row"]])


def _of_channel(channel: Channel, condition: Callable[[dict[str, Any]], bool]) -> _Way:
    """Whether a condition holds of a parcel that was sorted, and of which customs had decided so."""

    def is_taken(inputs: Inputs, tables: Tables) -> bool:
        drawn = {flight.number: inputs.parcels_of(flight).channel for flight in inputs.flights}
        parcels = (parcel for parcel in _rows(tables["parcels"]) if parcel["sort_end"] != NEVER)
        return any(condition(parcel) for parcel in parcels if drawn[parcel["flight"]][parcel["row"]] == channel)

    return is_taken


def _last_is_by_hand(inputs: Inputs, tables: Tables) -> bool:
    """The last parcel of a ULD goes another way than the one that frees its station."""
    drawn = {flight.number: inputs.parcels_of(flight) for flight in inputs.flights}
    for uld in _rows(tables["ulds"]):
        parcels = drawn[uld["flight"]]
        by_hand = parcels.is_non_conveyable[parcels.first[uld["index"]] : parcels.first[uld["index"] + 1]]
        if uld["released"] != NEVER and len(by_hand) > 1 and by_hand[-1] and not by_hand.all():
            return True
    return False


def _waits_at_packout(inputs: Inputs, tables: Tables) -> bool:
    return any(begin > came for _, stays in _by_chute(inputs, tables) for came, begin, _ in stays)


def _idles_out_of_turn(inputs: Inputs, tables: Tables) -> bool:
    """A parcel waits for another of its chute to be ready while a post there has nothing to do."""
    for posts, stays in _by_chute(inputs, tables):
        ends = {ready for *_, ready in stays}
        for came, begin, _ in stays:
            is_idle = sum(other <= came < ready or ready == NEVER for _, other, ready in stays) < posts
            if came < begin and begin in ends and is_idle:
                return True
    return False


def _is_overtaken(_: Inputs, tables: Tables) -> bool:
    """By one that was checked in later, in the same hall."""
    ulds = list(_rows(tables["ulds"]))
    return any(
        one["hall"] == other["hall"]
        and one["checked_in"] < other["checked_in"]
        and NEVER < other["start"] < one["start"]
        for one in ulds
        if one["xray_end"] != NEVER
        for other in ulds
        if other["xray_end"] == NEVER
    )


BRANCHES: Final[dict[str, _Way]] = {
    "flight waits for its aircraft": _any("flights", lambda flight: flight["stand_requested"] > flight["arrival"]),
    "aircraft is there in time": lambda inputs, tables: any(
        flight.after is not None and tables["flights"]["stand_requested"][flight.number] == flight.arrival
        for flight in inputs.flights
    ),
    "aircraft of a diverted flight": lambda inputs, tables: any(
        flight.after is not None and tables["flights"]["is_diverted"][flight.after] for flight in inputs.flights
    ),
    "flight held": _any("flights", lambda flight: flight["aldt"] > flight["stand_requested"]),
    "flight diverted": _any("flights", lambda flight: flight["is_diverted"]),
    "landing delayed by a closure": _any("flights", lambda flight: flight["aldt"] > flight["stand_given"]),
    "diverted by a closure": _any("flights", lambda flight: flight["is_diverted"] and flight["stand_given"] != NEVER),
    "departure delayed by a closure": _any("flights", lambda flight: flight["aobt"] > flight["turned_round"]),
    "flight waits for loaders": _any("flights", lambda f: f["unloading_start"] > f["unloading_requested"]),
    "flights in different halls": lambda _, tables: len({*tables["flights"]["hall"]} - {NEVER}) > 1,
    "hall not yet open": lambda inputs, tables: any(
        NEVER < start < inputs.site.halls[-1].opens for start in tables["flights"]["unloading_start"]
    ),
    "train to several halls": lambda _, tables: any(len(halls) > 1 for halls in _halls_of_trains(tables).values()),
    "parcels sent to another hall": _any("shuttles", lambda shuttle: shuttle["arrived"] != NEVER),
    "shuttle full": lambda inputs, tables: inputs.site.transfers.units in tables["shuttles"]["n_units"],
    "truck with parcels of another hall": _any("trucks", lambda truck: truck["n_sent"] > 0),
    "crossing flows": lambda _, tables: any(
        (there, here) in {*zip(tables["shuttles"]["origin"], tables["shuttles"]["destination"], strict=True)}
        for here, there in zip(tables["shuttles"]["origin"], tables["shuttles"]["destination"], strict=True)
    ),
    "loader blocked for a tug": _any("ulds", lambda uld: uld["on_train"] > uld["lifted"]),
    "tug blocked at the door": _any("trains", lambda train: train["placed"] > train["at_door"]),
    "empty ULD": _any("ulds", lambda uld: uld["n_parcels"] == 0 and uld["start"] != NEVER),
    "wait for a station": _any("ulds", lambda uld: uld["wait_station"] > 0),
    "wait for workers": _any("ulds", lambda uld: uld["wait_workers"] > 0),
    "wait for floor": _any("ulds", lambda uld: uld["wait_floor"] > 0),
    "station held for the last induction": _any("ulds", lambda uld: uld["released"] > uld["end"] != NEVER),
    "tie at a machine": _has_tie_at_machine,
    "outage in a service": _has_outage_in_service,
    "machine slowed": _slows_a_machine,
    "ULD finished after the shift": _finished_after_the_shift("workers", _at_stations),
    "ULD waits for the next shift": _waits_for_the_shift("workers", _at_stations),
    "truck finished after the shift": _finished_after_the_shift("dock_workers", _at_doors),
    "truck waits for the next shift": _waits_for_the_shift("dock_workers", _at_doors),
    "parcel finished after the shift": _either(
        _finished_after_the_shift(*_CODING), _finished_after_the_shift(*_EXAMINATION)
    ),
    "examination waits for the next shift": _waits_for_the_shift(*_EXAMINATION),
    "parcel waits for the next shift": _waits_for_the_shift(*_CODING),
    "X-ray finished after the shift": _finished_after_the_shift(*_XRAY),
    "X-ray waits for the next shift": _waits_for_the_shift(*_XRAY),
    "transit document finished after the shift": _finished_after_the_shift(*_TRANSIT),
    "transit waits for the next shift": _waits_for_the_shift(*_TRANSIT),
    "X-ray of a ULD finished after the shift": _finished_after_the_shift(*_ULD_XRAY),
    "X-ray of a ULD waits for the next shift": _waits_for_the_shift(*_ULD_XRAY),
    "wait for hand-coding": _any("parcels", lambda parcel: parcel["code_begin"] > parcel["sort_end"]),
    "held after hand-coding": _any("parcels", lambda parcel: parcel["held"] == parcel["code_end"] != NEVER),
    "late data, there by the scan": _of_channel(Channel.LATE_DATA, lambda p: p["held"] == NEVER != p["departed"]),
    "late data, held and released": _of_channel(Channel.LATE_DATA, lambda p: p["held"] != NEVER != p["second_end"]),
    "documents checked in the hold zone": _of_channel(
        Channel.DOCUMENT_CHECK, lambda p: p["held"] != NEVER != p["second_end"]
    ),
    "asked back before loading": _any("customs", lambda told: told["n_referrals"] > 0),
    "left behind before loading": _any("customs", lambda told: told["n_left_behind"] > 0),
    "wait for examination": _any("parcels", lambda parcel: parcel["exam_begin"] > parcel["held"]),
    "wait for X-ray": _any("parcels", lambda parcel: parcel["xray_begin"] > parcel["held"]),
    "alarm": _any("parcels", lambda parcel: parcel["exam_end"] > parcel["xray_end"] > NEVER),
    "alarm waits for examination": _any("parcels", lambda parcel: parcel["exam_begin"] > parcel["xray_end"] > NEVER),
    "refusal after an alarm": _any("parcels", lambda p: p["is_refused_gone"] and p["xray_end"] != NEVER),
    "transit": _any("parcels", lambda parcel: parcel["second_end"] > parcel["transit_end"] > NEVER),
    "wait for a transit desk": _any("parcels", lambda parcel: parcel["transit_begin"] > parcel["held"]),
    "ULD X-rayed": _any("ulds", lambda uld: uld["start"] > uld["xray_end"] > NEVER),
    "ULD waits for X-ray": _any("ulds", lambda uld: uld["xray_begin"] > uld["checked_in"]),
    "ULD overtaken by one without X-ray": _is_overtaken,
    "refusal": _any("parcels", lambda parcel: parcel["is_refused_gone"]),
    "second pass": _any("parcels", lambda parcel: parcel["second_end"] != NEVER),
    "second pass waits": _any("parcels", lambda parcel: parcel["second_begin"] > parcel["freed"]),
    "non-conveyable": lambda inputs, tables: _by_hand(inputs, tables, lambda _: True),
    "wait at manual sort": lambda inputs, tables: _by_hand(inputs, tables, lambda p: p["sort_begin"] > p["handled"]),
    "non-conveyable held": lambda inputs, tables: _by_hand(inputs, tables, lambda p: p["second_end"] != NEVER),
    "last parcel non-conveyable": _last_is_by_hand,
    "wait at pack-out": _waits_at_packout,
    "post idle while another has a queue": _idles_out_of_turn,
    "wait for a door": _any("trucks", lambda truck: truck["docked"] > truck["arrived"]),
    "timetabled truck late": _any(
        "trucks", lambda truck: truck["kind"] == TIMETABLED and truck["at_door"] > truck["scheduled"]
    ),
    "truck held": _any("trucks", lambda truck: truck["cut_off"] > truck["at_door"]),
    "truck cancelled": _any("trucks", lambda truck: truck["is_cancelled"]),
    "extra truck": _any("trucks", lambda truck: truck["kind"] == EXTRA and truck["n_parcels"] > 0),
    "cut-off missed": _any("trucks", lambda truck: truck["n_missed"] > 0),
    "load limited by mass": _limited_by("mass"),
    "load limited by volume": _limited_by("volume"),
    "cut short by the end": _any(
        "parcels", lambda parcel: parcel["start"] != NEVER == parcel["departed"] and not parcel["is_refused_gone"]
    ),
    "bag straight through": _takes(Presorting.BAGS, lambda p: p["second_end"] == p["held"] == NEVER != p["sort_end"]),
    "bag held": _takes(Presorting.BAGS, lambda p: p["second_end"] != NEVER),
    "bag left by a full truck": lambda inputs, tables: (
        inputs.site.units.presorting is Presorting.BAGS and inputs.site.trailer.units in tables["trucks"]["n_units"]
    ),
    "ULD straight to the dock": _takes(Presorting.ULDS, lambda p: p["held"] == NEVER != p["departed"]),
    "ULD held by customs": _takes(Presorting.ULDS, lambda p: p["held"] != NEVER != p["departed"]),
    "ULD waits for floor": lambda inputs, tables: (
        inputs.site.units.are_ulds and any(wait > 0 for wait in tables["ulds"]["wait_floor"])
    ),
    "collection waits for floor": _any("collections", lambda truck: truck["called"] > truck["scheduled"]),
    "collection waits for a door": _any("collections", lambda truck: truck["docked"] > truck["arrived"]),
    "screening blocks a door": _any("collections", lambda truck: truck["released"] > truck["unloaded"]),
    "export waits at a machine": _any("out_parcels", lambda parcel: parcel["sort_begin"] > parcel["screen_end"]),
    "export waits to be sorted by hand": _any("out_parcels", lambda p: p["hand_begin"] > p["screen_end"]),
    "export hand-coded": _any("out_parcels", lambda parcel: parcel["code_begin"] != NEVER),
    "build-up waits": _any("out_ulds", lambda uld: uld["start"] > uld["formed"]),
    "ULD for the lower deck": _any("out_ulds", lambda uld: uld["deck"] == Deck.LOWER),
    "built ULD waits for the next flight": _missed_its_flight,
    "empty ULDs flown back": _any("flights", lambda flight: flight["n_empties_out"] > 0),
    "export screened after the shift": _finished_after_the_shift("screening_lines", _at_screening),
    "export waits for the next shift": _waits_for_the_shift("screening_lines", _at_screening),
    "ULD built after the shift": _finished_after_the_shift("build_up_workers", _at_build_up),
    "ULD waits for the next shift of build-up": _waits_for_the_shift("build_up_workers", _at_build_up),
    "exports missed": _any("flights", lambda flight: flight["n_missed_out"] > 0),
    "loading waits for a tug": _waits_for_an_outbound_tug,
    "train waits at the aircraft": _waits_at_the_aircraft,
    "loaded after the scheduled off-block": _any("flights", lambda flight: flight["loading_end"] > flight["sobt"]),
    "loads and cut-offs at one instant": _load_and_cut_off_tie,
}
"""By name: whether a hub took the way."""


@dataclass(slots=True)
class Tally:
    """Hubs compared, and how many took each way."""

    n: int = 0
    taken: Counter[str] = field(default_factory=Counter)

    def add(self, inputs: Inputs, tables: Tables) -> None:
        self.n += 1
        self.taken.update(name for name, took in BRANCHES.items() if took(inputs, tables))

    @property
    def shares(self) -> dict[str, float]:
        """Of the hubs, by way."""
        return {name: self.taken[name] / self.n if self.n else 0.0 for name in BRANCHES}

    @property
    def rare(self) -> dict[str, float]:
        """Ways that too few took."""
        return {name: share for name, share in self.shares.items() if share < LEAST_SHARE}


@dataclass(frozen=True, slots=True)
class Unequal:
    """A small hub on which the two programs differ."""

    hub: SmallHub
    difference: Difference

    def __str__(self) -> str:
        return f"{self.difference}\n\nRerun: {self.hub!r}\nJSON:  {json.dumps(asdict(self.hub))}"


def try_hub(hub: SmallHub, tally: Tally) -> Unequal | None:
    """Compare both hubs on a small one, and count the ways it took."""
    inputs = make(hub)
    result: Comparison = compare(inputs, hub.seed)
    tally.add(inputs, result.tables)
    return None if result.difference is None else Unequal(hub, result.difference)


def try_seeds(seeds: Iterable[int]) -> tuple[Tally, list[Unequal]]:
    """Compare both hubs on the small hubs of these seeds."""
    tally = Tally()
    found = [unequal for seed in seeds if (unequal := try_hub(draw(seed), tally)) is not None]
    return tally, found
