"""What `cargohub exposure` finds in a stored run: the ledgers of data and goods of one of its designs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.ledgers import Flow, Inference, Matrix, Trade
    from experiments.report.points import ShareBand
    from experiments.report.watched import Access


@dataclass(frozen=True, slots=True)
class Cost:
    """What a policy costs the hub's work: as configured, and the KPIs of the run's design in which it is in force."""

    policy: str
    release_min: float
    handcoding_min: float
    escrow_down_share: float
    kpis: Mapping[str, float] | None
    """None: no design of the run."""


@dataclass(frozen=True, slots=True)
class Ledgers:
    """What a run tells of one design; empty or None where it was not kept."""

    scenario: str
    n_days: int
    matrices: "tuple[Matrix, ...]"
    flows: "tuple[Flow, ...]"
    inference: "Inference | None"
    trade: "Trade | None"
    balance: "pd.DataFrame"
    share: "ShareBand | None"
    """The hub's share of the airport's parcels; None: the demand is no estimate of the hub's."""
    share_factors: tuple[float, float] | None
    """Of a year's figures, at both ends of that share."""
    watched: "tuple[Access, ...]"
    costs: tuple[Cost, ...]
    """Of the policies as configured, and as the run's designs felt them."""
