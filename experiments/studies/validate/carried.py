"""Acceptance cases: whether hubs carry traffic that they are reported to carry."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from experiments.designs.design import Design
from experiments.formatting import share_text
from experiments.frame.study import Kpis
from experiments.interval_text import in_percent
from experiments.replications.stability import judged
from experiments.replications.summing import interval_of
from experiments.report.public_hubs import Case
from experiments.statistics.criterion import LEAST_ON_TIME, carries

SOURCE: Final = "3 to 4 aircraft a day unloaded: rtbf.be, article 10964673, 2022-03-29; lavenir.net, 2022-03-29"
_CARRIES, _FAILS, _OPEN = "carries", "fails", "undecided"


def cases_of(designs: Sequence[Design], kpis: Kpis, n: int) -> list[Case]:
    """On-time share of each hub, compared with the least share with which it carries its traffic.

    A hub carries its traffic if the lower end of the interval is at least 95 % on time and the backlog does not grow.
    It fails if the upper end is below or the backlog grows. Otherwise it is undecided, for example with one
    replication, which has no interval. No case is independent, because the traffic is that of the report.
    """
    return [_case(design, [kpis[design.label, at] for at in range(n)]) for design in designs]


def _case(design: Design, kpis: Sequence[Mapping[str, float]]) -> Case:
    on_time = interval_of("on_time_share", [each["on_time_share"] for each in kpis])
    low, high = on_time.bounds or (0.0, 1.0)
    is_unstable = judged(kpis, design.hub.horizon_days).is_unstable
    is_carried = low >= LEAST_ON_TIME and is_unstable is not None
    verdict = _FAILS if is_unstable or high < LEAST_ON_TIME else _CARRIES if is_carried else _OPEN
    shown = in_percent(on_time)
    grows = {True: "; its backlog grows", None: "; whether its backlog grows is not known", False: ""}[is_unstable]
    return Case(
        case=f"On time, {design.label} (share)",
        published=LEAST_ON_TIME,
        simulated=on_time.mean,
        ratio=on_time.mean / LEAST_ON_TIME,
        low=LEAST_ON_TIME,
        high=1.0,
        independent=False,
        within=carries(on_time.mean, is_unstable=is_unstable),
        counts=f"{verdict}: {shown} on time{grows}",
        source=SOURCE,
        open=verdict == _OPEN,
    )


def sentences(cases: Sequence[Case]) -> Iterator[str]:
    """Number of cases that are carried, and those that are not."""
    by_verdict: dict[str, list[str]] = {}
    for case in cases:
        label = case.case.removeprefix("On time, ").removesuffix(" (share)")
        by_verdict.setdefault(case.counts.partition(":")[0], []).append(label)
    n = len(by_verdict.get(_CARRIES, []))
    yield f"The model carries {n} of {len(cases)} cases with at least {share_text(LEAST_ON_TIME)} on time."
    for verdict, called in ((_FAILS, "It fails"), (_OPEN, "Undecided")):
        if by_verdict.get(verdict):
            yield f"{called}: {'; '.join(by_verdict[verdict])}."
