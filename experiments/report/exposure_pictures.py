"""Pictures for the ledgers of data and goods; texts.yaml has their captions."""

from collections.abc import Sequence

from experiments.formatting import number
from experiments.report.exposure_tables import Effect, Ledgers, name
from experiments.report.figures import exposure_figure
from experiments.report.style import Figure


def achieved(changes: Sequence[Effect]) -> str:
    """Parties whose inference each policy changes, for the caption."""
    by_policy: dict[str, list[str]] = {}
    for effect in changes:
        if effect.r2_without is not None and effect.r2_with is not None:
            r2 = f"{number(effect.r2_without, 2)} → {number(effect.r2_with, 2)}"
            if r2[:4] != r2[-4:]:
                by_policy.setdefault(effect.policy, []).append(f"{name(effect.party)} {r2}")
    return "".join(f" {name(policy)}: {', '.join(of_parties)}." for policy, of_parties in by_policy.items())


def figures(ledgers: Ledgers) -> dict[str, Figure]:
    """Figures by name, if there is something to show."""
    drawn: dict[str, Figure] = {}
    if ledgers.matrices:
        drawn["exposure-matrix"] = exposure_figure.matrix_figure(ledgers.matrices)
        drawn["exposure-flows"] = exposure_figure.flow_figure(ledgers.flows)
    if ledgers.watched["outside_per_day"].any():
        drawn["exposure-watch"] = exposure_figure.watch_figure(ledgers.watched)
    if ledgers.inference is not None:
        drawn["exposure-inference"] = exposure_figure.inference_figure(ledgers.inference)
    if ledgers.trade is not None:
        drawn["trade-balance"] = exposure_figure.trade_figure(ledgers.trade, ledgers.balance)
        drawn["trade-flows"] = exposure_figure.consumption_figure(ledgers.trade)
    return drawn
