"""Declarations of a flight's parcels, the times of messages, and the selection by customs (docs/customs.md).

All of it is known when the flight lands. The hub sees channels, releases, alarms and outcomes only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.config.customs import Declared, Eye, Filing
from sim.distributions import Times, beyond, stretched
from sim.domain.consignments import Consignments, CustomsCounts, DataSet
from sim.domain.flight import Flight
from sim.domain.parcels import ByCustoms, Channel
from sim.inputs.declarations.cells import Cells, make_cells
from sim.inputs.declarations.chances import ONE, Draws, below, mixed
from sim.streams import Streams, draws_below
from sim.units import MIN_PER_H, TICKS_PER_H, Counts, Flags, Numbers, Ticks, ticks


@dataclass(frozen=True, slots=True)
class Declarations:
    """The declarations of a replication; `draw` makes the customs columns of a flight's parcels."""

    declared: Declared
    streams: Streams
    grace: int
    """Time after its drawn arrival before which no parcel can have been scanned [ticks]."""
    cells: Cells

    def draw(self, flight: Flight, lane: NDArray[np.unsignedinteger], first: Counts) -> tuple[ByCustoms, Flags]:
        """Messages, selection and outcomes, and the parcels (P) for which nothing is left to decide at landing.

        `first`: first unit of each ULD, as in `Parcels`.
        """
        consignments = self.cells.consignments(flight, lane)
        messages = draw_messages(self.declared, self.streams, flight)
        known, n_late, n_rejected = accepted(
            self.declared, self.streams.of("declared_failures", *flight.entity), consignments.data_set, messages
        )
        release = np.maximum(known, messages.presented) + messages.answer
        channel = (release > flight.arrival + self.grace).astype(np.uint8) * np.uint8(Channel.LATE_DATA)
        channel[consignments.is_transit] = Channel.TRANSIT
        selected = self._select(flight, consignments, channel)
        # The result of a control of one parcel does not depend on which other parcels are controlled.
        seeds = self.streams.of("outcomes", *flight.entity).integers(0, 1 << 64, 4, dtype=np.uint64)
        n_documents = self._check_documents(seeds, consignments, channel, known)
        checked = np.flatnonzero(channel == Channel.DOCUMENT_CHECK)
        release[checked] = np.maximum(known[checked], messages.presented) + messages.answer
        is_uld_xrayed = self._xray_ulds(flight, consignments, channel, first)
        is_alarm = np.zeros(flight.n_parcels, dtype=bool)
        scanned = np.flatnonzero(channel == Channel.XRAYED)
        is_alarm[scanned] = _sees(mixed(seeds[2], scanned), self.declared.xray, consignments.is_hit[scanned])
        examined = np.flatnonzero((channel == Channel.EXAMINED) | is_alarm)
        is_refused = np.zeros(flight.n_parcels, dtype=bool)
        is_refused[examined] = consignments.is_hit[examined] & (
            mixed(seeds[3], examined) < below(self.declared.examination_detection)
        )
        n_detected = int(np.count_nonzero(is_refused))
        rng = self.streams.of("customs_counts", *flight.entity)
        is_open = np.ones(flight.n_parcels, dtype=bool)
        is_open[selected] = False
        is_decided = is_open & (known <= flight.arrival) & (channel <= Channel.LATE_DATA)
        n_h7, n_h6, n_h1 = np.bincount(consignments.data_set, minlength=len(DataSet)).tolist()
        n_referrals, n_left_behind = referrals(self.declared, rng, flight.n_parcels, messages)
        elsewhere = int(consignments.value[consignments.is_transit].sum(dtype=np.int64))
        counts = CustomsCounts(
            n_before_landing=int(np.count_nonzero(is_decided)),
            n_hits=int(np.count_nonzero(consignments.is_hit)),
            n_detected=n_detected,
            n_opened=len(examined),
            n_false_alarms=int(np.count_nonzero(~consignments.is_hit[examined])),
            n_returned=int(rng.binomial(n_detected, self.declared.returned_share)),
            n_documents=n_documents,
            n_referrals=n_referrals,
            n_left_behind=n_left_behind,
            n_repeated=messages.n_repeated,
            n_h7=n_h7,
            n_h6=n_h6,
            n_h1=n_h1,
            n_late=n_late,
            n_rejected=n_rejected,
            n_elsewhere=int(np.count_nonzero(consignments.is_transit)),
            value=int(consignments.value.sum(dtype=np.int64)),
            guarantee=round(self.declared.guarantee_share * elsewhere),
            entered=messages.entered,
            presented=messages.presented,
        )
        customs = ByCustoms(channel, release, is_refused, is_alarm, is_uld_xrayed, counts, consignments.value)
        return customs, is_decided

    def _select(self, flight: Flight, consignments: Consignments, channel: NDArray[np.uint8]) -> Counts:
        """Put selected parcels into their channel.

        Returns which were selected, without documents of parcels in transit.
        """
        draw = draws_below(self.streams.of("selection", *flight.entity), ONE, flight.n_parcels)
        selected = np.flatnonzero(draw < self.cells.selected_of[:, -1].take(consignments.cell))
        is_below = draw[selected, None] < self.cells.selected_of[consignments.cell[selected]]
        severest = np.array([Channel.EXAMINED, Channel.XRAYED, Channel.DOCUMENT_CHECK], dtype=np.uint8)
        control = severest[is_below.argmax(axis=1)]  # the first bound that the draw is below
        # The declaration of a parcel cleared elsewhere is checked elsewhere.
        here = ~(consignments.is_transit[selected] & (control == Channel.DOCUMENT_CHECK))
        channel[selected[here]] = control[here]
        controlled: Counts = selected[here]
        return controlled

    def _check_documents(
        self, seeds: NDArray[np.uint64], consignments: Consignments, channel: NDArray[np.uint8], known: Ticks
    ) -> int:
        """Number of checked parcels: each is decided later, and examined if its documents do not convince."""
        checked = np.flatnonzero(channel == Channel.DOCUMENT_CHECK)
        draws = -np.log((mixed(seeds[0], checked) + 0.5) / ONE)
        known[checked] += waits(self.declared.documents_mean_h, draws)
        doubtful = _sees(mixed(seeds[1], checked), self.declared.documents, consignments.is_hit[checked])
        channel[checked[doubtful]] = Channel.EXAMINED
        return len(checked)

    def _xray_ulds(
        self, flight: Flight, consignments: Consignments, channel: NDArray[np.uint8], first: Counts
    ) -> Flags:
        """Which ULDs are X-rayed (U); those of their parcels that raise an alarm are examined."""
        rng = self.streams.of("uld_xray", *flight.entity)
        is_xrayed: Flags = rng.random(flight.n_ulds) < self.declared.uld_xray_share
        if is_xrayed.any():
            seen = np.flatnonzero(np.repeat(is_xrayed, np.diff(first)))
            chance = draws_below(rng, ONE, flight.n_parcels)
            alarm = seen[_sees(chance[seen], self.declared.uld_xray, consignments.is_hit[seen])]
            channel[alarm[channel[alarm] != Channel.XRAYED]] = Channel.EXAMINED
        return is_xrayed


def make_declarations(config: HubConfig, streams: Streams) -> Declarations | None:
    """The declarations of a replication; None if nothing is declared."""
    declared = config.customs.declared
    if declared is None:
        return None
    return Declarations(declared, streams, _grace(config), make_cells(config, declared, streams))


def _grace(config: HubConfig) -> int:
    """Time that every parcel needs before its scan [ticks].

    It is the sum of taxi, doors, the first lift, the way to the nearest hall and check-in.
    """
    apron = config.apron
    lift = min(ticks(apron.main_deck_uld_min), ticks(apron.lower_deck_uld_min))
    way = min(ticks(hall.tug_round_trip_min) // 2 for hall in config.halls.values())
    return ticks(apron.taxi_in_min) + ticks(apron.doors_open_min) + lift + way + ticks(config.breakdown.check_in_min)


def _sees(chance: Draws, eye: Eye, is_hit: Flags) -> Flags:
    """Which of P parcels raise an alarm, by a 31-bit draw of each."""
    alarm: Flags = chance < np.where(is_hit, below(eye.detection), below(eye.false_alarm))
    return alarm


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of a flight [ticks]."""

    preloading_left: int
    """Time from the arrival of the pre-loading data until loading."""
    entered: int
    presented: int
    lodged: tuple[int, int, int]
    """Instants of lodging, in the order of `DataSet`."""
    answer: int
    """Duration of the release."""
    n_repeated: int


def draw_messages(declared: Declared, streams: Streams, flight: Flight) -> Messages:
    rng = streams.of("messages", *flight.entity)
    ens, presented, h7, h1, preloading, answer = rng.standard_exponential(6).tolist()
    h6 = float(streams.of("h6_message", *flight.entity).standard_exponential()) if declared.h6_share else 0.0
    h7_at, h6_at, h1_at = (
        hours(stretched(filing.mean_h, draw)) for filing, draw in zip(declared.filings, (h7, h6, h1), strict=True)
    )
    failures = streams.of("message_failures", *flight.entity)
    filed = [
        (stretched(filing.mean_h, draw), _failure_h(filing, chance, wait))
        for filing, draw, chance, wait in zip(
            (declared.ens, declared.presentation, declared.answer),
            (ens, presented, answer),
            failures.random(3).tolist(),
            failures.standard_exponential(3).tolist(),
            strict=True,
        )
    ]
    to_enter, to_present, to_answer = (hours(sent + failed) for sent, failed in filed)
    loaded = flight.arrival - hours(declared.flight_h)
    entered = loaded + to_enter + hours(declared.risk_analysis_h)
    presentation = max(flight.arrival + to_present, entered)
    begin = loaded if declared.is_prelodged else presentation
    return Messages(
        preloading_left=max(0, hours(declared.preloading_h - stretched(declared.preloading.mean_h, preloading))),
        entered=entered,
        presented=presentation,
        lodged=(begin + h7_at, begin + h6_at, begin + h1_at),
        answer=to_answer,
        n_repeated=sum(failed > 0 for _, failed in filed),
    )


def referrals(
    declared: Declared,
    rng: np.random.Generator,
    n_parcels: int,
    messages: Messages,
) -> tuple[int, int]:
    """Numbers of parcels asked back before loading and of parcels not loaded, of n_parcels offered."""
    filing = declared.preloading
    times = filing.late_mean_h, filing.correction_mean_h, declared.referral_mean_h
    shares = [filing.late_share, filing.rejected_share, declared.referral_share]
    waits = rng.multinomial(n_parcels, [*shares, max(0.0, 1 - sum(shares))])[:-1]
    left_h = messages.preloading_left / TICKS_PER_H
    too_long = np.array([beyond(time, left_h) for time in times])
    return int(waits[-1]), int(rng.binomial(waits, too_long).sum())


def accepted(
    declared: Declared,
    rng: np.random.Generator,
    data_set: NDArray[np.uint8],
    messages: Messages,
) -> tuple[Ticks, int, int]:
    """When each parcel's declaration is accepted (P), and how many were late and how many were rejected."""
    known = np.array(messages.lodged, dtype=np.int64).take(data_set)
    draw = draws_below(rng, ONE, len(data_set))
    filings = [
        (number, filing) for number, filing in enumerate(declared.filings) if number != DataSet.H6 or declared.h6_share
    ]
    most = max(filing.late_share + filing.rejected_share for _, filing in filings)
    failed = np.flatnonzero(draw < below(most))
    n_late = n_rejected = 0
    wait = rng.standard_exponential(len(failed))
    for number, filing in filings:
        is_of_filing = data_set[failed] == number
        late = is_of_filing & (draw[failed] < below(filing.late_share))
        rejected = is_of_filing & ~late & (draw[failed] < below(filing.late_share + filing.rejected_share))
        for which, mean_h in ((late, filing.late_mean_h), (rejected, filing.correction_mean_h)):
            known[failed[which]] += waits(mean_h, wait[which])
        n_late += int(np.count_nonzero(late))
        n_rejected += int(np.count_nonzero(rejected))
    return known, n_late, n_rejected


def _failure_h(filing: Filing, chance: float, wait: float) -> float:
    """Extra time of a message's failure [h], by its draws: uniform, and exponential of mean 1."""
    if chance < filing.late_share:
        return stretched(filing.late_mean_h, wait)
    is_rejected = chance < filing.late_share + filing.rejected_share
    return stretched(filing.correction_mean_h, wait) if is_rejected else 0.0


def waits(time_h: float | Times, draws: Numbers) -> Ticks:
    """Times [ticks] by exponential draws of mean one."""
    values = stretched(time_h, draws, TICKS_PER_H) if isinstance(time_h, Times) else draws * hours(time_h)
    return np.rint(values).astype(np.int64)


def hours(number: float) -> int:
    """Hours as ticks."""
    return ticks(number * MIN_PER_H)
