"""Scheduled off-blocks of flights whose schedule names none: after the turnaround, or in a wave of departures."""

from sim.config import HubConfig
from sim.inputs.calls import Call
from sim.streams import Streams
from sim.units import TICKS_PER_DAY, TICKS_PER_MIN, ticks


def off_block(config: HubConfig, streams: Streams, call: Call) -> int:
    """The drawn off-block [ticks] (rule 58)."""
    ready = call.sibt + ticks(config.apron.turnaround_min)
    if not config.connections.waves:
        return ready
    begins, ends = _wave(config, config.clock.local(ready))
    drawn = begins + int((ends - begins) * streams.of("off_block", *call.entity).random())
    return max(ready, config.clock.instant(drawn))


def mean_off_block(config: HubConfig, sibt: int) -> int:
    """The mean off-block of a flight scheduled at `sibt` [ticks]; both in local time."""
    ready = sibt + ticks(config.apron.turnaround_min)
    return sum(_wave(config, ready)) // 2 if config.connections.waves else ready


def _wave(config: HubConfig, ready: int) -> tuple[int, int]:
    """The part of a wave from `ready` on, of the first wave that ends after it [ticks, local time]."""
    day = ready // TICKS_PER_DAY - 1
    spans = [
        (since := (day + later) * TICKS_PER_DAY + begins * TICKS_PER_MIN, since + length * TICKS_PER_MIN)
        for begins, length in (wave.window for wave in config.connections.waves)
        for later in range(3)
    ]
    return min((max(begins, ready), ends) for begins, ends in spans if ends > ready)
