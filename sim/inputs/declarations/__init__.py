"""Declarations: what is declared of a flight's parcels, when messages come, and what customs selects (docs/customs.md).

Everything is known when the flight lands: the hub sees channels, releases, alarms and outcomes only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.config.customs import Declared, Eye
from sim.domain.consignments import Consignments, CustomsCounts
from sim.domain.flight import Flight
from sim.domain.parcels import ByCustoms, Channel
from sim.inputs.declarations.cells import Cells, make_cells
from sim.inputs.declarations.chances import ONE, Draws, below, mixed
from sim.inputs.declarations.messages import accepted, draw_messages, hours, referrals
from sim.streams import Streams, draws_below
from sim.units import Ticks, ticks


@dataclass(frozen=True, slots=True)
class Declarations:
    """Of a replication; `draw` makes what a flight's parcels are given."""

    declared: Declared
    streams: Streams
    grace: int
    """So long after its drawn arrival no parcel can have been scanned [ticks]."""
    cells: Cells

    def draw(self, flight: Flight, lane: NDArray[np.uint8], first: NDArray[np.int64]) -> ByCustoms:
        """Messages, selection and outcomes; `first`: of the ULDs, as in `Parcels`."""
        consignments = self.cells.consignments(flight, lane)
        messages = draw_messages(self.declared, self.streams, flight)
        known, n_late, n_rejected = accepted(
            self.declared, self.streams.of("declared_failures", *flight.entity), consignments.is_h1, messages
        )
        release = np.maximum(known, messages.presented) + messages.answer
        channel = (release > flight.arrival + self.grace).astype(np.uint8) * np.uint8(Channel.LATE_DATA)
        channel[consignments.is_transit] = Channel.TRANSIT
        selected = self._select(flight, consignments, channel)
        # What a control would see in a parcel does not hang on which others are controlled.
        seeds = self.streams.of("outcomes", *flight.entity).integers(0, 1 << 64, 4, dtype=np.uint64)
        n_documents = self._check_documents(seeds, consignments, channel, known)
        checked = np.flatnonzero(channel == Channel.DOCUMENT_CHECK)
        release[checked] = np.maximum(known[checked], messages.presented) + messages.answer
        is_uld_xrayed = self._xray_ulds(flight, consignments, channel, first)
        is_alarm = np.zeros(flight.n_parcels, dtype=np.bool_)
        scanned = np.flatnonzero(channel == Channel.XRAYED)
        is_alarm[scanned] = _sees(mixed(seeds[2], scanned), self.declared.xray, consignments.is_hit[scanned])
        examined = np.flatnonzero((channel == Channel.EXAMINED) | is_alarm)
        is_refused = np.zeros(flight.n_parcels, dtype=np.bool_)
        is_refused[examined] = consignments.is_hit[examined] & (
            mixed(seeds[3], examined) < below(self.declared.examination_detection)
        )
        n_detected = int(np.count_nonzero(is_refused))
        rng = self.streams.of("customs_counts", *flight.entity)
        is_open = np.ones(flight.n_parcels, dtype=np.bool_)
        is_open[selected] = False
        n_before = np.count_nonzero(is_open & (known <= flight.arrival) & (channel <= Channel.LATE_DATA))
        n_h1 = int(np.count_nonzero(consignments.is_h1))
        n_referrals, n_left_behind = referrals(self.declared, rng, flight.n_parcels, messages)
        elsewhere = int(consignments.value[consignments.is_transit].sum(dtype=np.int64))
        counts = CustomsCounts(
            n_before_landing=int(n_before),
            n_hits=int(np.count_nonzero(consignments.is_hit)),
            n_detected=n_detected,
            n_opened=len(examined),
            n_false_alarms=int(np.count_nonzero(~consignments.is_hit[examined])),
            n_returned=int(rng.binomial(n_detected, self.declared.returned_share)),
            n_documents=n_documents,
            n_referrals=n_referrals,
            n_left_behind=n_left_behind,
            n_repeated=messages.n_repeated,
            n_h7=flight.n_parcels - n_h1,
            n_h1=n_h1,
            n_late=n_late,
            n_rejected=n_rejected,
            n_elsewhere=int(np.count_nonzero(consignments.is_transit)),
            value=int(consignments.value.sum(dtype=np.int64)),
            guarantee=round(self.declared.guarantee_share * elsewhere),
            entered=messages.entered,
            presented=messages.presented,
        )
        return ByCustoms(channel, release, is_refused, is_alarm, is_uld_xrayed, counts, consignments.value)

    def _select(self, flight: Flight, consignments: Consignments, channel: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Put what is selected into its channel; who was, documents of parcels in transit left out."""
        draw = draws_below(self.streams.of("selection", *flight.entity), ONE, flight.n_parcels)
        selected = np.flatnonzero(draw < self.cells.selected_of[:, -1].take(consignments.cell))
        is_below = draw[selected, None] < self.cells.selected_of[consignments.cell[selected]]
        severest = np.array([Channel.EXAMINED, Channel.XRAYED, Channel.DOCUMENT_CHECK], dtype=np.uint8)
        control = severest[is_below.argmax(axis=1)]  # of the first that it is below
        # The declaration of what is cleared elsewhere is checked there.
        here = ~(consignments.is_transit[selected] & (control == Channel.DOCUMENT_CHECK))
        channel[selected[here]] = control[here]
        controlled: NDArray[np.int64] = selected[here]
        return controlled

    def _check_documents(
        self, seeds: NDArray[np.uint64], consignments: Consignments, channel: NDArray[np.uint8], known: Ticks
    ) -> int:
        """How many are checked: each is decided later, and examined if its documents do not convince."""
        checked = np.flatnonzero(channel == Channel.DOCUMENT_CHECK)
        wait = -np.log((mixed(seeds[0], checked) + 0.5) / ONE) * hours(self.declared.documents_mean_h)
        known[checked] += np.rint(wait).astype(np.int64)
        doubtful = _sees(mixed(seeds[1], checked), self.declared.documents, consignments.is_hit[checked])
        channel[checked[doubtful]] = Channel.EXAMINED
        return len(checked)

    def _xray_ulds(
        self, flight: Flight, consignments: Consignments, channel: NDArray[np.uint8], first: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Which ULDs are X-rayed (U); of their parcels those that raise an alarm are examined."""
        rng = self.streams.of("uld_xray", *flight.entity)
        is_xrayed: NDArray[np.bool_] = rng.random(flight.n_ulds) < self.declared.uld_xray_share
        if is_xrayed.any():
            seen = np.flatnonzero(np.repeat(is_xrayed, np.diff(first)))
            chance = draws_below(rng, ONE, flight.n_parcels)
            alarm = seen[_sees(chance[seen], self.declared.uld_xray, consignments.is_hit[seen])]
            channel[alarm[channel[alarm] != Channel.XRAYED]] = Channel.EXAMINED
        return is_xrayed


def make_declarations(config: HubConfig, streams: Streams) -> Declarations | None:
    """Of a replication; None if nothing is declared."""
    declared = config.customs.declared
    if declared is None:
        return None
    return Declarations(declared, streams, _grace(config), make_cells(config, declared, streams))


def _grace(config: HubConfig) -> int:
    """Taxi, doors, the first lift, the way to the nearest hall and check-in: what every parcel has before its scan."""
    apron = config.apron
    lift = min(ticks(apron.main_deck_uld_min), ticks(apron.lower_deck_uld_min))
    way = min(ticks(hall.tug_round_trip_min) // 2 for hall in config.halls.values())
    return ticks(apron.taxi_in_min) + ticks(apron.doors_open_min) + lift + way + ticks(config.breakdown.check_in_min)


def _sees(chance: Draws, eye: Eye, is_hit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of P parcels raise an alarm, by a 31-bit draw of each."""
    alarm: NDArray[np.bool_] = chance < np.where(is_hit, below(eye.detection), below(eye.false_alarm))
    return alarm
