"""Customs: the data of parcels, and the controls.

Without `declared`, four shares decide what happens to a parcel. With it, each parcel has a consignment, messages with
times and failures, and a true state that selection cannot see (docs/customs.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Annotated

from sim.config.bounds import (
    Duration,
    NotNegative,
    Positive,
    Round,
    Share,
    check_known,
    check_number,
    check_shares,
    check_sum,
)
from sim.distributions import Times
from sim.reading import Bounds


class Control(StrEnum):
    """The controls for which a parcel may be selected, from the least severe to the most severe."""

    DOCUMENTS = "documents"
    XRAY = "xray"
    EXAMINATION = "examination"


@dataclass(frozen=True, slots=True)
class Filing:
    """A message about a flight or about each of its parcels. Times are exponential unless a distribution is set."""

    mean_h: NotNegative | Times
    """Mean time after the message is due; drawn once for each flight."""
    late_share: Share
    late_mean_h: NotNegative | Times
    rejected_share: Share
    """Share of messages that are incomplete or contradictory: rejected, corrected and sent again."""
    correction_mean_h: NotNegative | Times

    def __post_init__(self) -> None:
        check_shares(late_share=self.late_share, rejected_share=self.rejected_share)


@dataclass(frozen=True, slots=True)
class Goods:
    """A group of HS chapters; the value of a parcel is lognormal."""

    share: Share
    median_eur: Annotated[float, Bounds(ge=0.01, le=1e6)]
    sigma: Annotated[float, Bounds(ge=0, le=3)]
    hit_factor: NotNegative
    """Factor on the share of parcels that are not as declared."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A group of sellers, by history or by origin."""

    share: Share
    hit_factor: NotNegative


@dataclass(frozen=True, slots=True)
class Sellers:
    """The sellers; the number of parcels of a seller falls as a power of the seller's rank."""

    number: Annotated[int, Bounds(ge=1, le=60_000)]
    exponent: Annotated[float, Bounds(ge=0, le=3)]
    histories: dict[str, Kind]
    origins: dict[str, Kind]
    platforms: dict[str, Share]
    """Shares of the platforms; each seller sells on one of them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Selects a share of the parcels that meet all its conditions; null: no condition."""

    control: Control
    share: Share
    goods: tuple[str, ...] | None
    histories: tuple[str, ...] | None
    origins: tuple[str, ...] | None
    platforms: tuple[str, ...] | None
    from_eur: NotNegative | None
    below_eur: NotNegative | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Selection at random and by rules, each by a separate draw; the severest control drawn is made."""

    documents_share: Share
    xray_share: Share
    examined_share: Share
    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        names = ("documents_share", "xray_share", "examined_share")
        check_shares(**{name: getattr(self, name) for name in names})

    @property
    def at_random(self) -> dict[Control, float]:
        """Shares by control, the severest first."""
        shares = self.examined_share, self.xray_share, self.documents_share
        return dict(zip(reversed(Control), shares, strict=True))

    def may(self, control: Control) -> bool:
        """Whether a parcel can be selected for this control."""
        return self.at_random[control] > 0 or any(rule.control is control and rule.share > 0 for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Eye:
    """How well a control distinguishes parcels that are not as declared from those that are."""

    detection: Share
    false_alarm: Share


@dataclass(frozen=True, slots=True)
class Declared:
    flight_h: Positive
    """Time from loading to landing."""
    preloading_h: NotNegative
    """Time before loading at which pre-loading data are due."""
    preloading: Filing
    """Each parcel fails by itself. A parcel whose data are missing at loading is not loaded."""
    referral_share: Share
    """Share of the parcels with timely pre-loading data about which customs asks back."""
    referral_mean_h: NotNegative | Times
    ens: Filing
    """Entry summary, due at loading; it fails for a whole flight."""
    risk_analysis_h: NotNegative
    is_prelodged: bool
    low_value_limit_eur: NotNegative
    """Highest value for which a low-value data set is enough; 0: all have the standard one."""
    h7: Filing
    """Due at loading, or at presentation if none is lodged before; each parcel fails by itself."""
    h6: Filing
    h1: Filing
    h6_share: Share
    """Share of the consignments of low value that are declared in postal traffic (H6)."""
    low_value_h1_share: Share
    """Share of the consignments of low value that have a standard declaration (H1); the rest has H7."""
    presentation: Filing
    """Due at landing; it fails for a whole flight."""
    answer: Filing
    """The release itself, due when all other messages have arrived; it fails for a whole flight."""
    ioss_share: Share
    special_share: Share
    """Share under special arrangements; the rest pays VAT in the standard way."""
    home_lanes: tuple[str, ...]
    """Lanes of the country of clearance."""
    h1_transit_share: Share
    guarantee_share: Share
    """Guarantee as a share of the value that leaves in transit."""
    transit_days: NotNegative
    """Days until a transit is discharged."""
    goods: dict[str, Goods]
    sellers: Sellers
    hit_share: Share
    """Share of parcels that are not as declared, where all factors are one."""
    selection: Selection
    documents_mean_h: NotNegative | Times
    documents_min: NotNegative
    """Time of an officer for the documents of a parcel."""
    documents: Eye
    xray: Eye
    examination_detection: Share
    returned_share: Share
    """Share of the refused parcels that are sent back; the rest is destroyed."""
    xray_min: Duration
    transit_min: Duration
    uld_xray_share: Share
    uld_xray_min: Duration
    uld_xray: Eye

    def __post_init__(self) -> None:
        for name, shares in (
            ("goods", {name: group.share for name, group in self.goods.items()}),
            ("sellers.histories", {name: kind.share for name, kind in self.sellers.histories.items()}),
            ("sellers.origins", {name: kind.share for name, kind in self.sellers.origins.items()}),
            ("sellers.platforms", self.sellers.platforms),
        ):
            check_sum(name, shares)
        check_number("goods", self.goods)
        check_number("sellers.platforms", self.sellers.platforms)
        at_loading = {f"preloading.{name}": getattr(self.preloading, name) for name in ("late_share", "rejected_share")}
        check_shares(**at_loading, referral_share=self.referral_share)
        check_shares(ioss_share=self.ioss_share, special_share=self.special_share)
        check_shares(h6_share=self.h6_share, low_value_h1_share=self.low_value_h1_share)
        if self.highest_hit_share > 1:
            raise ValueError(
                f"hit_share: {self.hit_share:g} times the highest factors of goods, history and origin is"
                f" {self.highest_hit_share:.3g}; must be at most 1"
            )
        self._check_rules()

    @property
    def highest_hit_share(self) -> float:
        kinds = (self.goods, self.sellers.histories, self.sellers.origins)
        factors = ([kind.hit_factor for kind in by_name.values()] for by_name in kinds)
        return max(self.hit_share * a * b * c for a, b, c in product(*factors))

    def _check_rules(self) -> None:
        sellers = {name: getattr(self.sellers, name) for name in ("histories", "origins", "platforms")}
        known: dict[str, Mapping[str, object]] = {"goods": self.goods, **sellers}
        for number, rule in enumerate(self.selection.rules):
            for field, names in known.items():
                check_known(f"selection.rules[{number}].{field}", "no", getattr(rule, field) or (), names)
            if rule.from_eur is not None and rule.below_eur is not None and rule.from_eur >= rule.below_eur:
                raise ValueError(
                    f"selection.rules[{number}].below_eur: must be above from_eur = {rule.from_eur:g},"
                    f" got {rule.below_eur:g}"
                )

    @property
    def filings(self) -> tuple[Filing, Filing, Filing]:
        """Declarations by data set, in the order of `DataSet`."""
        return self.h7, self.h6, self.h1

    @property
    def low_value_shares(self) -> tuple[float, float, float]:
        """Shares of the data sets in consignments of low value, in the order of `DataSet`."""
        return 1 - self.h6_share - self.low_value_h1_share, self.h6_share, self.low_value_h1_share

    @property
    def may_transit(self) -> bool:
        """Whether a parcel can be cleared elsewhere."""
        return self.ioss_share < 1 or self.h1_transit_share > 0


@dataclass(frozen=True, slots=True)
class Customs:
    """Customs at the hub. `declared` replaces five keys, which are null with it."""

    late_data_share: Share | None
    document_check_share: Share | None
    examined_share: Share | None
    release_mean_h: Positive | Times | None
    examination_min: Duration
    refused_share: Share | None
    round_min: Round
    declared: Declared | None

    def __post_init__(self) -> None:
        for name in ("late_data_share", "document_check_share", "examined_share", "release_mean_h", "refused_share"):
            value = getattr(self, name)
            if (value is None) != (self.declared is not None):
                no_share = "must be null, because declarations replace it"
                wanted = no_share if self.declared is not None else "must be a number"
                raise ValueError(f"{name}: {wanted}, got {'null' if value is None else f'{value:g}'}")
        check_shares(
            **dict(zip(("late_data_share", "document_check_share", "examined_share"), self.shares, strict=True))
        )

    @property
    def shares(self) -> tuple[float, float, float]:
        """Shares of late data, document check and examination, without declarations."""
        return self.late_data_share or 0.0, self.document_check_share or 0.0, self.examined_share or 0.0

    @property
    def late_mean_h(self) -> float | Times:
        """Waiting time for data that do not arrive on time: its mean, or its distribution."""
        if self.declared is not None:
            return self.declared.h7.late_mean_h
        assert self.release_mean_h is not None
        return self.release_mean_h

    @property
    def second_pass_share(self) -> float:
        """The share of parcels counted as passing a machine twice, for rosters and the capacity ladder.

        Without declarations all that customs may hold, an upper bound. With them, low-value declarations that are late
        or rejected and parcels outside IOSS (assumption): neither the hour of a release nor a control is counted.
        """
        if self.declared is None:
            return sum(self.shares)
        low_value = zip(self.declared.low_value_shares, self.declared.filings, strict=True)
        failed = sum(share * (filing.late_share + filing.rejected_share) for share, filing in low_value)
        return min(1.0, failed + 1 - self.declared.ioss_share)
