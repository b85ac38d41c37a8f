"""Whether the schedule of flights is random or fixed, in a sentence."""

from collections.abc import Sequence
from pathlib import Path

from experiments.formatting import share_text
from experiments.grouping import grouped
from experiments.report.sections import sentence_of
from experiments.store.summaries import DesignRow
from sim.config import ArrivalModel, HubConfig
from sim.inputs.flight_files import schedules_of
from sim.inputs.own_flights import draws_flights
from sim.own import ARRIVALS

_PROCESSES = {
    ArrivalModel.TIMETABLE: "schedule_of_week",
    ArrivalModel.BANKS: "schedule_of_banks",
    ArrivalModel.POISSON: "schedule_of_rates",
    ArrivalModel.ALL_IFR: "schedule_of_rates",
    ArrivalModel.HOURLY: "schedule_of_rates",
}


def schedule_words(config: HubConfig) -> str:
    """Random or fixed, and why: the end of a sentence."""
    arrivals = config.arrivals
    if (function := config.rules.get(ARRIVALS)) is not None:
        words = sentence_of("schedule_of_function", name=function)
    else:
        words = _of_file(config) if arrivals.schedule is not None else sentence_of(_PROCESSES[arrivals.model])
    if arrivals.factor != 1:
        words += sentence_of("schedule_times", factor=arrivals.factor)
    if arrivals.delay is not None:
        words += sentence_of("schedule_delays")
    if arrivals.cancelled_share:
        words += sentence_of("schedule_cancelled", share=share_text(arrivals.cancelled_share))
    return words


def _of_file(config: HubConfig) -> str:
    schedules, is_drawn = schedules_of(config), config.arrivals.resampled_weeks is not None
    by_replication = "schedule_of_files" if schedules.is_by_replication else "schedule_of_file"
    name = "schedule_of_drawn_weeks" if is_drawn else by_replication
    if draws_flights(config) and not is_drawn:
        name = "schedule_of_drawn_flights"
    return sentence_of(name, file=Path(schedules.path).name)


def schedule_lines(rows: Sequence[DesignRow], titles: Sequence[str]) -> list[str]:
    """A sentence for all designs, or one for each group that shares it."""
    named = grouped((row.schedule, title) for row, title in zip(rows, titles, strict=True) if row.schedule)
    if len(named) == 1:
        return [f"The schedule is {words}." for words in named]
    # A name may contain a comma.
    return [f"{'; '.join(names)}: the schedule is {words}." for words, names in named.items()]
