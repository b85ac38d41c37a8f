"""Declarations: what is declared of a flight's parcels, when messages come, and what customs selects (docs/customs.md).

Everything is known when the flight lands: the hub sees channels, releases, alarms and outcomes only. What a parcel has
in common with others is a *cell*: its goods, a band of its value, and its seller's history, origin and platform. Shares
of selection and of hits belong to cells, so that a parcel takes one look-up however many rules there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.config import HubConfig
from sim.config.customs import Control, Declared, Eye, Filing, Rule
from sim.domain.consignments import Consignments, CustomsCounts
from sim.domain.flight import Flight
from sim.domain.parcels import Channel
from sim.errors import ConfigError
from sim.inputs.quantiles import QUANTILES, midpoints, pick
from sim.streams import Streams, draws_below
from sim.units import CENTS_PER_EUR, MIN_PER_H, TICKS_PER_H, Ticks, ticks

_VALUES = 1 << 14
"""Values of a group of goods: few enough for the tables to stay near the processor."""
_ONE = 1 << 31
"""Shares are compared with draws of 31 bits, so that a share of one is all."""
_MOST_CELLS = 1 << 15
"""That two bytes tell."""
_IOSS, _SPECIAL, _STANDARD = range(3)
Draws = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What customs makes of a flight's P parcels and U ULDs, in the words of `sim.domain.parcels.Parcels`."""

    channel: NDArray[np.uint8]
    release: Ticks
    is_refused: NDArray[np.bool_]
    is_alarm: NDArray[np.bool_]
    is_uld_xrayed: NDArray[np.bool_]
    counts: CustomsCounts | None = None
    """None: nothing is declared."""
    value: NDArray[np.int32] | None = None
    """[cents] (P)"""


@dataclass(frozen=True, slots=True)
class _Messages:
    """Of a flight [ticks]."""

    preloading_left: int
    """From when the pre-loading data came until loading."""
    entered: int
    presented: int
    lodged: tuple[int, int]
    """By data set (H7, H1)."""
    answer: int
    """How long the release takes."""
    n_repeated: int


@dataclass(frozen=True, slots=True)
class Declarations:
    """Tables of a replication; `draw` makes what a flight's parcels are given."""

    declared: Declared
    streams: Streams
    grace: int
    """So long after its drawn arrival no parcel can have been scanned [ticks]."""
    goods_of: NDArray[np.uint8]
    """By 16-bit draw."""
    value_of: NDArray[np.int32]
    """[cents] by goods and 14-bit draw (G x 16,384)."""
    cell_of: NDArray[np.int16]
    """Likewise, for a seller of the first history, origin and platform."""
    seller_of: NDArray[np.uint16]
    """By 16-bit draw."""
    kind_of: NDArray[np.int16]
    """By 16-bit draw: what the seller's history, origin and platform add to the cell."""
    platform_of: NDArray[np.uint8]
    """By 16-bit draw, of its seller."""
    scheme_of: NDArray[np.uint8]
    is_abroad: NDArray[np.bool_]
    """By lane (L)."""
    is_h1_of: NDArray[np.bool_]
    """By cell (C)."""
    selected_of: NDArray[np.uint32]
    """By cell and control, the severest first: selected below this draw (C, 3)."""
    hit_of: NDArray[np.uint32]

    def consignments(self, flight: Flight, lane: NDArray[np.uint8]) -> Consignments:
        """What is declared of a flight's parcels, whose lanes are given."""
        # `take`: an index of few bits in brackets is ten times slower.
        goods = self.goods_of.take(self._draws("goods", flight, QUANTILES))
        at = (goods.astype(np.int32) << 14) | self._draws("value", flight, _VALUES)
        cell = self.cell_of.take(at) + self.kind_of.take(self._draws("seller", flight, QUANTILES))
        paid = self._draws("vat", flight, QUANTILES)
        scheme, is_h1 = self.scheme_of.take(paid), self.is_h1_of.take(cell)
        is_transit = np.zeros(flight.n_parcels, dtype=np.bool_)
        odd = np.flatnonzero((scheme != _IOSS) | is_h1)
        elsewhere = np.where(is_h1[odd], paid[odd] < self.declared.h1_transit_share * QUANTILES, scheme[odd] != _IOSS)
        is_transit[odd] = elsewhere & self.is_abroad[lane[odd]]
        is_hit = self._draws("hit", flight, _ONE) < self.hit_of.take(cell)
        return Consignments(self.value_of.take(at), goods, scheme, is_h1, is_transit, is_hit, cell)

    def sellers(self, flight: Flight) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
        """Seller and platform of each of a flight's parcels (P): numbers, in the order of the configuration."""
        sold_by = self._draws("seller", flight, QUANTILES)
        return self.seller_of.take(sold_by), self.platform_of.take(sold_by)

    def _draws(self, attribute: str, flight: Flight, high: int) -> NDArray[np.unsignedinteger]:
        return draws_below(self.streams.of(attribute, *flight.entity), high, flight.n_parcels)

    def draw(self, flight: Flight, lane: NDArray[np.uint8], first: NDArray[np.int64]) -> Drawn:
        """Messages, selection and outcomes; `first`: of the ULDs, as in `Parcels`."""
        said = self.consignments(flight, lane)
        messages = self._messages(flight)
        known, n_late, n_rejected = self._data(flight, said.is_h1, messages)
        release = np.maximum(known, messages.presented) + messages.answer
        channel = (release > flight.arrival + self.grace).astype(np.uint8) * np.uint8(Channel.LATE_DATA)
        channel[said.is_transit] = Channel.TRANSIT
        selected = self._select(flight, said, channel)
        # What a control would see in a parcel does not hang on which others are controlled.
        seeds = self.streams.of("outcomes", *flight.entity).integers(0, 1 << 64, 4, dtype=np.uint64)
        n_documents = self._check_documents(seeds, said, channel, known)
        checked = np.flatnonzero(channel == Channel.DOCUMENT_CHECK)
        release[checked] = np.maximum(known[checked], messages.presented) + messages.answer
        is_uld_xrayed = self._xray_ulds(flight, said, channel, first)
        is_alarm = np.zeros(flight.n_parcels, dtype=np.bool_)
        scanned = np.flatnonzero(channel == Channel.XRAYED)
        is_alarm[scanned] = _sees(mixed(seeds[2], scanned), self.declared.xray, said.is_hit[scanned])
        examined = np.flatnonzero((channel == Channel.EXAMINED) | is_alarm)
        is_refused = np.zeros(flight.n_parcels, dtype=np.bool_)
        is_refused[examined] = said.is_hit[examined] & (
            mixed(seeds[3], examined) < _share(self.declared.examination_detection)
        )
        n_detected = int(np.count_nonzero(is_refused))
        rng = self.streams.of("customs_counts", *flight.entity)
        is_open = np.ones(flight.n_parcels, dtype=np.bool_)
        is_open[selected] = False
        n_before = np.count_nonzero(is_open & (known <= flight.arrival) & (channel <= Channel.LATE_DATA))
        n_h1 = int(np.count_nonzero(said.is_h1))
        n_referrals, n_left_behind = self._referrals(rng, flight.n_parcels, messages)
        elsewhere = int(said.value[said.is_transit].sum(dtype=np.int64))
        counts = CustomsCounts(
            n_before_landing=int(n_before),
            n_hits=int(np.count_nonzero(said.is_hit)),
            n_detected=n_detected,
            n_opened=len(examined),
            n_false_alarms=int(np.count_nonzero(~said.is_hit[examined])),
            n_returned=int(rng.binomial(n_detected, self.declared.returned_share)),
            n_documents=n_documents,
            n_referrals=n_referrals,
            n_left_behind=n_left_behind,
            n_repeated=messages.n_repeated,
            n_h7=flight.n_parcels - n_h1,
            n_h1=n_h1,
            n_late=n_late,
            n_rejected=n_rejected,
            n_elsewhere=int(np.count_nonzero(said.is_transit)),
            value=int(said.value.sum(dtype=np.int64)),
            guarantee=round(self.declared.guarantee_share * elsewhere),
            entered=messages.entered,
            presented=messages.presented,
        )
        return Drawn(channel, release, is_refused, is_alarm, is_uld_xrayed, counts, said.value)

    def _messages(self, flight: Flight) -> _Messages:
        one = self.declared
        rng = self.streams.of("messages", *flight.entity)
        ens, presented, h7, h1, preloading, answer = rng.standard_exponential(6).tolist()
        failures = self.streams.of("message_failures", *flight.entity)
        own = [
            (filing.mean_h * draw, _failure_h(filing, chance, wait))
            for filing, draw, chance, wait in zip(
                (one.ens, one.presentation, one.answer),
                (ens, presented, answer),
                failures.random(3).tolist(),
                failures.standard_exponential(3).tolist(),
                strict=True,
            )
        ]
        to_enter, to_present, to_answer = (_h(sent + failed) for sent, failed in own)
        loaded = flight.arrival - _h(one.flight_h)
        entered = loaded + to_enter + _h(one.risk_analysis_h)
        presentation = max(flight.arrival + to_present, entered)
        begin = loaded if one.is_prelodged else presentation
        return _Messages(
            preloading_left=max(0, _h(one.preloading_h - preloading * one.preloading.mean_h)),
            entered=entered,
            presented=presentation,
            lodged=(begin + _h(h7 * one.h7.mean_h), begin + _h(h1 * one.h1.mean_h)),
            answer=to_answer,
            n_repeated=sum(failed > 0 for _, failed in own),
        )

    def _referrals(self, rng: np.random.Generator, n_parcels: int, messages: _Messages) -> tuple[int, int]:
        """How many were asked back before loading, and how many were not loaded, of n_parcels offered."""
        filing = self.declared.preloading
        mean_h = np.array([filing.late_mean_h, filing.correction_mean_h, self.declared.referral_mean_h])
        shares = [filing.late_share, filing.rejected_share, self.declared.referral_share]
        waits = rng.multinomial(n_parcels, [*shares, max(0.0, 1 - sum(shares))])[:-1]
        left_h = messages.preloading_left / TICKS_PER_H
        too_long = np.exp(-left_h / np.maximum(mean_h, 1e-9))  # exponential times beyond what is left
        return int(waits[-1]), int(rng.binomial(waits, too_long).sum())

    def _data(self, flight: Flight, is_h1: NDArray[np.bool_], messages: _Messages) -> tuple[Ticks, int, int]:
        """When a parcel's declaration is accepted (P), and how many came late and were rejected."""
        rng = self.streams.of("declared_failures", *flight.entity)
        known = np.full(flight.n_parcels, messages.lodged[0], dtype=np.int64)
        known[is_h1] = messages.lodged[1]
        draw = draws_below(rng, _ONE, flight.n_parcels)
        filings = self.declared.h7, self.declared.h1
        most = max(one.late_share + one.rejected_share for one in filings)
        failed = np.flatnonzero(draw < _share(most))
        n_late = n_rejected = 0
        wait = rng.standard_exponential(len(failed))
        for filing, mine in zip(filings, (~is_h1[failed], is_h1[failed]), strict=True):
            late = mine & (draw[failed] < _share(filing.late_share))
            rejected = mine & ~late & (draw[failed] < _share(filing.late_share + filing.rejected_share))
            for which, mean_h in ((late, filing.late_mean_h), (rejected, filing.correction_mean_h)):
                known[failed[which]] += np.rint(wait[which] * _h(mean_h)).astype(np.int64)
            n_late += int(np.count_nonzero(late))
            n_rejected += int(np.count_nonzero(rejected))
        return known, n_late, n_rejected

    def _select(self, flight: Flight, said: Consignments, channel: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Put what is selected into its channel; who was, documents of parcels in transit left out."""
        draw = self._draws("selection", flight, _ONE)
        selected = np.flatnonzero(draw < self.selected_of[:, -1].take(said.cell))
        below = draw[selected, None] < self.selected_of[said.cell[selected]]
        severest = np.array([Channel.EXAMINED, Channel.XRAYED, Channel.DOCUMENT_CHECK], dtype=np.uint8)
        control = severest[below.argmax(axis=1)]  # of the first that it is below
        # The declaration of what is cleared elsewhere is checked there.
        here = ~(said.is_transit[selected] & (control == Channel.DOCUMENT_CHECK))
        channel[selected[here]] = control[here]
        controlled: NDArray[np.int64] = selected[here]
        return controlled

    def _check_documents(
        self, seeds: NDArray[np.uint64], said: Consignments, channel: NDArray[np.uint8], known: Ticks
    ) -> int:
        """How many are checked: each is decided later, and examined if its documents do not convince."""
        checked = np.flatnonzero(channel == Channel.DOCUMENT_CHECK)
        wait = -np.log((mixed(seeds[0], checked) + 0.5) / _ONE) * _h(self.declared.documents_mean_h)
        known[checked] += np.rint(wait).astype(np.int64)
        doubtful = _sees(mixed(seeds[1], checked), self.declared.documents, said.is_hit[checked])
        channel[checked[doubtful]] = Channel.EXAMINED
        return len(checked)

    def _xray_ulds(
        self, flight: Flight, said: Consignments, channel: NDArray[np.uint8], first: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Which ULDs are X-rayed (U); of their parcels those that raise an alarm are examined."""
        rng = self.streams.of("uld_xray", *flight.entity)
        is_xrayed: NDArray[np.bool_] = rng.random(flight.n_ulds) < self.declared.uld_xray_share
        if is_xrayed.any():
            seen = np.flatnonzero(np.repeat(is_xrayed, np.diff(first)))
            chance = draws_below(rng, _ONE, flight.n_parcels)
            alarm = seen[_sees(chance[seen], self.declared.uld_xray, said.is_hit[seen])]
            channel[alarm[channel[alarm] != Channel.XRAYED]] = Channel.EXAMINED
        return is_xrayed


def make_declarations(config: HubConfig, streams: Streams) -> Declarations | None:
    """The tables of a replication; None if nothing is declared."""
    declared = config.customs.declared
    if declared is None:
        return None
    edges = _edges(declared)
    own = declared.sellers
    seller_of, kind_of, platform_of = _sellers(declared, streams)
    n_kinds = len(own.histories) * len(own.origins) * len(own.platforms)
    normal = ndtri(midpoints(_VALUES))
    value_of = np.array(
        [np.rint(CENTS_PER_EUR * one.median_eur * np.exp(one.sigma * normal)) for one in declared.goods.values()]
    ).clip(1, 2**31 - 1)
    band = np.searchsorted(edges, value_of, side="right")
    n_bands = len(edges) + 1
    if (n_cells := len(declared.goods) * n_bands * n_kinds) > _MOST_CELLS:
        raise ConfigError(
            f"customs.declared: at most {_MOST_CELLS} of goods x bands of value that selection tells apart x sellers'"
            f" histories x origins x platforms, got {n_cells}"
        )
    cell_of = (np.arange(len(declared.goods))[:, None] * n_bands + band) * n_kinds
    cells = list(product(declared.goods, (0, *edges), product(own.histories, own.origins, own.platforms)))
    one_stop, special = declared.ioss_share, declared.special_share
    return Declarations(
        declared=declared,
        streams=streams,
        grace=_grace(config),
        goods_of=pick([one.share for one in declared.goods.values()]).astype(np.uint8),
        value_of=value_of.astype(np.int32),
        cell_of=cell_of.astype(np.int16),
        seller_of=seller_of,
        kind_of=kind_of,
        platform_of=platform_of,
        scheme_of=pick([one_stop, special, 1 - one_stop - special]).astype(np.uint8),
        is_abroad=np.array([lane not in declared.home_lanes for lane in config.lanes]),
        is_h1_of=np.array([cents > CENTS_PER_EUR * declared.low_value_limit_eur for _, cents, _ in cells]),
        selected_of=np.array([_selected(declared, *cell) for cell in cells], dtype=np.uint32),
        hit_of=np.array([_hit(declared, *cell) for cell in cells], dtype=np.uint32),
    )


def _grace(config: HubConfig) -> int:
    """Taxi, doors, the first lift, the way to the nearest hall and check-in: what every parcel has before its scan."""
    apron = config.apron
    lift = min(ticks(apron.main_deck_uld_min), ticks(apron.lower_deck_uld_min))
    way = min(ticks(hall.tug_round_trip_min) // 2 for hall in config.halls.values())
    return ticks(apron.taxi_in_min) + ticks(apron.doors_open_min) + lift + way + ticks(config.breakdown.check_in_min)


def _edges(declared: Declared) -> list[int]:
    """Where a band of values begins [cents], ascending, above 0."""
    found = {round(CENTS_PER_EUR * declared.low_value_limit_eur) + 1}
    for rule in declared.selection.rules:
        found |= {round(CENTS_PER_EUR * eur) for eur in (rule.from_eur, rule.below_eur) if eur is not None}
    return sorted(found - {0})


def _sellers(declared: Declared, streams: Streams) -> tuple[NDArray[np.uint16], NDArray[np.int16], NDArray[np.uint8]]:
    """By 16-bit draw: the seller, what its history, origin and platform add to the cell, and the platform.

    What a seller is hangs on its rank alone, not on how many others there are.
    """
    own = declared.sellers
    weight = np.arange(1, own.number + 1, dtype=np.float64) ** -own.exponent
    seller_of = pick((weight / weight.sum()).tolist())

    def of_sellers(attribute: str, shares: Sequence[float]) -> NDArray[np.int64]:
        return pick(shares)[streams.of(attribute).integers(0, QUANTILES, own.number)]

    history = of_sellers("seller_history", [one.share for one in own.histories.values()])
    origin = of_sellers("seller_origin", [one.share for one in own.origins.values()])
    platform = of_sellers("seller_platform", [*own.platforms.values()])
    kind: NDArray[np.int64] = (history * len(own.origins) + origin) * len(own.platforms) + platform
    return seller_of.astype(np.uint16), kind[seller_of].astype(np.int16), platform[seller_of].astype(np.uint8)


def _meets(rule: Rule, goods: str, cents: int, kind: tuple[str, str, str]) -> bool:
    return (
        (rule.goods is None or goods in rule.goods)
        and (rule.histories is None or kind[0] in rule.histories)
        and (rule.origins is None or kind[1] in rule.origins)
        and (rule.platforms is None or kind[2] in rule.platforms)
        and (rule.from_eur is None or cents >= round(CENTS_PER_EUR * rule.from_eur))
        and (rule.below_eur is None or cents < round(CENTS_PER_EUR * rule.below_eur))
    )


def _selected(declared: Declared, goods: str, cents: int, kind: tuple[str, str, str]) -> list[int]:
    """Draws below which a parcel of a cell is examined, X-rayed, or has its documents checked."""
    own = declared.selection
    at_random = {
        Control.EXAMINATION: own.examined_share,
        Control.XRAY: own.xray_share,
        Control.DOCUMENTS: own.documents_share,
    }
    spared, found = 1.0, []
    for control, share in at_random.items():
        spared *= 1 - share
        for rule in own.rules:
            if rule.control is control and _meets(rule, goods, cents, kind):
                spared *= 1 - rule.share
        found.append(_share(1 - spared))
    return found


def _hit(declared: Declared, goods: str, _: int, kind: tuple[str, str, str]) -> int:
    history, origin = declared.sellers.histories[kind[0]], declared.sellers.origins[kind[1]]
    return _share(declared.hit_share * declared.goods[goods].hit_factor * history.hit_factor * origin.hit_factor)


def _failure_h(filing: Filing, chance: float, wait: float) -> float:
    """What a message's failure adds [h], by its draws: uniform, and exponential of mean 1."""
    if chance < filing.late_share:
        return wait * filing.late_mean_h
    return wait * filing.correction_mean_h if chance < filing.late_share + filing.rejected_share else 0.0


def _h(hours: float) -> int:
    return ticks(hours * MIN_PER_H)


def _share(share: float) -> int:
    return round(share * _ONE)


def mixed(seed: np.uint64, rows: NDArray[np.int64]) -> Draws:
    """Draws of 31 bits of some rows alone, the same whichever others are asked for.

    Source: SplitMix64 of G. L. Steele, D. Lea and C. H. Flood, Fast splittable pseudorandom number generators,
    OOPSLA 2014, doi:10.1145/2660193.2660195, started at the seed and taken at the row.
    """
    word = seed + (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((word ^ (word >> np.uint64(31))) >> np.uint64(33)).astype(np.uint32)


def _sees(chance: Draws, eye: Eye, is_hit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of P parcels raise an alarm, by a 31-bit draw of each."""
    alarm: NDArray[np.bool_] = chance < np.where(is_hit, _share(eye.detection), _share(eye.false_alarm))
    return alarm
