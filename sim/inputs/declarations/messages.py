"""When messages come: of a flight, and the declaration of each of its parcels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config.customs import Declared, Filing
from sim.domain.flight import Flight
from sim.inputs.declarations.chances import ONE, below
from sim.streams import Streams, draws_below
from sim.units import MIN_PER_H, TICKS_PER_H, Ticks, ticks


@dataclass(frozen=True, slots=True)
class Messages:
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


def draw_messages(declared: Declared, streams: Streams, flight: Flight) -> Messages:
    """The messages of a flight."""
    rng = streams.of("messages", *flight.entity)
    ens, presented, h7, h1, preloading, answer = rng.standard_exponential(6).tolist()
    failures = streams.of("message_failures", *flight.entity)
    filed = [
        (filing.mean_h * draw, _failure_h(filing, chance, wait))
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
        preloading_left=max(0, hours(declared.preloading_h - preloading * declared.preloading.mean_h)),
        entered=entered,
        presented=presentation,
        lodged=(begin + hours(h7 * declared.h7.mean_h), begin + hours(h1 * declared.h1.mean_h)),
        answer=to_answer,
        n_repeated=sum(failed > 0 for _, failed in filed),
    )


def referrals(declared: Declared, rng: np.random.Generator, n_parcels: int, messages: Messages) -> tuple[int, int]:
    """How many were asked back before loading, and how many were not loaded, of n_parcels offered."""
    filing = declared.preloading
    mean_h = np.array([filing.late_mean_h, filing.correction_mean_h, declared.referral_mean_h])
    shares = [filing.late_share, filing.rejected_share, declared.referral_share]
    waits = rng.multinomial(n_parcels, [*shares, max(0.0, 1 - sum(shares))])[:-1]
    left_h = messages.preloading_left / TICKS_PER_H
    too_long = np.exp(-left_h / np.maximum(mean_h, 1e-9))  # exponential times beyond what is left
    return int(waits[-1]), int(rng.binomial(waits, too_long).sum())


def accepted(
    declared: Declared, rng: np.random.Generator, is_h1: NDArray[np.bool_], messages: Messages
) -> tuple[Ticks, int, int]:
    """When a parcel's declaration is accepted (P), and how many came late and were rejected."""
    known = np.full(len(is_h1), messages.lodged[0], dtype=np.int64)
    known[is_h1] = messages.lodged[1]
    draw = draws_below(rng, ONE, len(is_h1))
    filings = declared.h7, declared.h1
    most = max(filing.late_share + filing.rejected_share for filing in filings)
    failed = np.flatnonzero(draw < below(most))
    n_late = n_rejected = 0
    wait = rng.standard_exponential(len(failed))
    for filing, is_of_filing in zip(filings, (~is_h1[failed], is_h1[failed]), strict=True):
        late = is_of_filing & (draw[failed] < below(filing.late_share))
        rejected = is_of_filing & ~late & (draw[failed] < below(filing.late_share + filing.rejected_share))
        for which, mean_h in ((late, filing.late_mean_h), (rejected, filing.correction_mean_h)):
            known[failed[which]] += np.rint(wait[which] * hours(mean_h)).astype(np.int64)
        n_late += int(np.count_nonzero(late))
        n_rejected += int(np.count_nonzero(rejected))
    return known, n_late, n_rejected


def _failure_h(filing: Filing, chance: float, wait: float) -> float:
    """What a message's failure adds [h], by its draws: uniform, and exponential of mean 1."""
    if chance < filing.late_share:
        return wait * filing.late_mean_h
    return wait * filing.correction_mean_h if chance < filing.late_share + filing.rejected_share else 0.0


def hours(number: float) -> int:
    """Hours as ticks."""
    return ticks(number * MIN_PER_H)
