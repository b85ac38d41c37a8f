"""Which pictures the ledgers of data and goods have, and what each says."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from experiments.report.exposure_tables import name
from experiments.report.figures import exposure_figure, trade_figure, watch_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from experiments.report.exposure_tables import Effect, Flow, Inference, Matrix, Trade
    from experiments.report.watched import Access

HEADINGS: Final = {
    "exposure-matrix": "Who could read what",
    "exposure-flows": "What goes between jurisdictions",
    "exposure-watch": "Who notices accesses outside the policy",
    "exposure-inference": "What flows tell",
    "trade-balance": "What the goods are worth",
    "trade-flows": "Consumption by destination",
}
SAYS: Final = {
    "exposure-matrix": "Records of each field that a party can read in clear at any time, in the long run: records a"
    " day times the days that they are kept. Without a policy, and with each policy on this run's messages; one scale"
    " for all, and logarithmic.",
    "exposure-flows": "Records a day that the operator of the system can read in clear, from under the sender's law to"
    " where the copy is kept, by policy; blank where nothing goes. The scale is logarithmic.",
    "exposure-watch": "Expected accesses a day outside the policy, by party and field, and the share of them that no"
    " audit notices while the log is kept. Outside: made from outside the EU, or to what the policy does not give in"
    " clear. Without a policy, and with each policy on this run's messages; one scale for all, and logarithmic. How"
    " often such accesses happen and how the log is audited are assumptions.",
    "exposure-inference": "Share of the variance of weekly imports by lane and product group that the sums seen by each"
    " party explain (R², ordinary least squares with a constant; docs/exposure.md).",
    "trade-balance": "Left, declared value of imports by country and product group. Right, exports less imports of a"
    " year of such days over the share of exports, beside the published national balance (dotted). Values are"
    " assumptions.",
    "trade-flows": "Parcels and declared value of imports by country and week of arrival. Weeks at the ends may be"
    " incomplete.",
}
"""Captions."""


def achieved(changes: "Sequence[Effect]") -> str:
    """Whose inference each policy changes, for the caption."""
    by_policy: dict[str, list[str]] = {}
    for effect in changes:
        if effect.r2_without is not None and effect.r2_with is not None:
            r2 = f"{effect.r2_without:.2f} → {effect.r2_with:.2f}"
            if r2[:4] != r2[-4:]:
                by_policy.setdefault(effect.policy, []).append(f"{name(effect.party)} {r2}")
    return "".join(f" {name(policy)}: {', '.join(of_parties)}." for policy, of_parties in by_policy.items())


def figures(
    matrices: "Sequence[Matrix]", flows: "Sequence[Flow]", inference: "Inference | None", trade: "Trade | None",
    balance: "pd.DataFrame", watched: "Sequence[Access]",
) -> "dict[str, Figure]":  # fmt: skip
    """By name, those that there is something for."""
    found: dict[str, Figure] = {}
    if matrices:
        found["exposure-matrix"] = exposure_figure.matrix_figure(matrices)
        found["exposure-flows"] = exposure_figure.flow_figure(flows)
    if any(access.outside_per_day for access in watched):
        found["exposure-watch"] = watch_figure.figure(watched)
    if inference is not None:
        found["exposure-inference"] = exposure_figure.inference_figure(inference)
    if trade is not None:
        found["trade-balance"] = trade_figure.trade_figure(trade, balance)
        found["trade-flows"] = trade_figure.consumption_figure(trade)
    return found
