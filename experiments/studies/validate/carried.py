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
from experiments.statistics.criterion import LEAST_ON_TIME, ON_TIME, Word, is_carried, judge

SOURCE: Final = "3 to 4 aircraft a day unloaded: rtbf.be, article 10964673, 2022-03-29; lavenir.net, 2022-03-29"


def cases_of(designs: Sequence[Design], kpis: Kpis, n: int) -> list[Case]:
    """Share on time of each hub, the lower one of imports and exports, with the least at which it carries its traffic.

    The verdict is that of `statistics.criterion`. No case is independent, because the traffic is that of the report.
    """
    return [_case(design, [kpis[design.label, at] for at in range(n)]) for design in designs]


def _case(design: Design, kpis: Sequence[Mapping[str, float]]) -> Case:
    values = {kpi: interval_of(kpi, [each[kpi] for each in kpis]) for kpi in ON_TIME.values()}
    is_unstable = judged(kpis, design.hub.horizon_days).is_unstable
    verdict = judge(values, is_unstable=is_unstable).word
    on_time = min(values.values(), key=lambda share: share.mean)
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
        within=is_carried({kpi: value.mean for kpi, value in values.items()}, is_unstable=is_unstable),
        counts=f"{verdict}: {shown} on time{grows}",
        source=SOURCE,
        open=verdict is Word.UNDECIDED,
    )


def sentences(cases: Sequence[Case]) -> Iterator[str]:
    """Number of cases that are carried, and those that are not."""
    by_verdict: dict[str, list[str]] = {}
    for case in cases:
        label = case.case.removeprefix("On time, ").removesuffix(" (share)")
        by_verdict.setdefault(case.counts.partition(":")[0], []).append(label)
    n = len(by_verdict.get(Word.CARRIES, []))
    yield f"The model carries {n} of {len(cases)} cases with at least {share_text(LEAST_ON_TIME)} on time."
    for verdict, called in ((Word.FAILS, "It does not carry"), (Word.UNDECIDED, "Undecided")):
        if by_verdict.get(verdict):
            yield f"{called}: {'; '.join(by_verdict[verdict])}."
