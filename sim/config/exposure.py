"""Who receives which data of a parcel: parties, systems, messages, policies on data, and who watches accesses.

`sim.config.data_views` checks conditions on several of these.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from sim.config.bounds import Positive, Share
from sim.distributions import Times
from sim.reading import Bounds

Days = Annotated[int, Bounds(ge=0, le=36_525)]
_Minutes = Annotated[float, Bounds(ge=0, le=10_000)]


class Event(StrEnum):
    """Events in the hub that send a message."""

    PARCEL_ANNOUNCED = "parcel_announced"
    """Each parcel of a flight, at its drawn arrival."""
    PARCEL_REFERRED = "parcel_referred"
    """Customs asked back about its pre-loading data. This event and the next four are at the drawn arrival of the
    flight, for flights that landed."""
    PARCEL_LEFT_BEHIND = "parcel_left_behind"
    """Not loaded, although its pre-loading data were sent."""
    DECLARATION_REJECTED = "declaration_rejected"
    DOCUMENTS_CHECKED = "documents_checked"
    PARCEL_IN_TRANSIT = "parcel_in_transit"
    """Under a transit declaration."""
    FLIGHT_ANNOUNCED = "flight_announced"
    """Each flight, at its drawn arrival."""
    FLIGHT_LANDED = "flight_landed"
    PARCEL_LANDED = "parcel_landed"
    PARCEL_HANDLED = "parcel_handled"
    """Taken out of its ULD."""
    PARCEL_SORTED = "parcel_sorted"
    """Scanned by a machine or at a manual-sort post. A parcel that customs freed is scanned a second time."""
    PARCEL_CODED = "parcel_coded"
    PARCEL_HELD = "parcel_held"
    PARCEL_FREED = "parcel_freed"
    """Out of the customs hold zone, and not refused."""
    PARCEL_REFUSED = "parcel_refused"
    TRUCK_DEPARTED = "truck_departed"
    PARCEL_DEPARTED = "parcel_departed"
    """Each parcel, when its truck leaves."""
    EXPORT_DEPARTED = "export_departed"
    """Each parcel of exports, at off-block of its flight."""


AFTER_RELEASE: Final = (Event.PARCEL_FREED, Event.TRUCK_DEPARTED, Event.PARCEL_DEPARTED)
"""Events after customs has released the parcel."""
OF_EVERY_PARCEL: Final = (
    Event.PARCEL_ANNOUNCED,
    Event.PARCEL_LANDED,
    Event.PARCEL_HANDLED,
    Event.PARCEL_SORTED,
    Event.PARCEL_DEPARTED,
)
"""A party that receives these messages can count all imports."""
OF_ALL_IN_SUM: Final = (Event.FLIGHT_ANNOUNCED, Event.FLIGHT_LANDED, Event.TRUCK_DEPARTED)
"""A party that receives these can count all imports, if the messages contain the number of parcels."""


@dataclass(frozen=True, slots=True)
class Party:
    jurisdiction: str
    """The law that applies to the party."""
    produces: tuple[str, ...]
    """Fields that the party knows without a message."""


@dataclass(frozen=True, slots=True)
class System:
    """A place where data are kept; its operator can read them."""

    location: str
    operator: str
    jurisdiction: str
    """The jurisdiction whose authorities may ask for the data at the system's location."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A receiver's copy of a message."""

    system: str
    retention_days: Days
    needs: tuple[str, ...]
    """Fields without which the receiver cannot do its part."""


@dataclass(frozen=True, slots=True)
class Message:
    event: Event
    after_h: Annotated[float, Bounds(ge=-2400, le=2400)]
    """Time from the event to the message; negative: before the event."""
    sender: str
    fields: tuple[str, ...]
    receivers: dict[str, Copy]


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Fields that these systems replace by a pseudonym once customs has released the parcel."""

    systems: tuple[str, ...]
    fields: tuple[str, ...]
    clear_days: Days
    """Days that data sent before the release stay in clear."""


@dataclass(frozen=True, slots=True)
class Retention:
    """The longest time that data stay in these systems."""

    systems: tuple[str, ...]
    days: Days


@dataclass(frozen=True, slots=True)
class Escrow:
    """The keeper of the keys fails at random: times up and down are exponential where numbers are set."""

    mtbf_h: Positive | Times
    mttr_min: Positive | Times


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a policy on data costs the hub: names and values must be looked up where they are kept."""

    release_min: _Minutes
    """Time before customs releases a parcel that it holds for its data or documents."""
    handcoding_min: _Minutes
    """Time of a parcel at a hand-coding desk."""
    escrow: Escrow | None
    """Null: never down."""


@dataclass(frozen=True, slots=True)
class DataPolicy:
    """A change of who sees which data, and its cost for the hub's work."""

    hidden: dict[str, tuple[str, ...]]
    """Fields that a party does not receive."""
    minimised: bool
    """Whether each receiver receives only the fields that it needs."""
    pseudonymised: Pseudonyms | None
    operators: dict[str, str]
    """New operator of the systems of a party, by that party; the new operator's law applies to them."""
    retention: Retention | None
    sealed: tuple[str, ...]
    """Systems with encrypted content. The key is elsewhere, so the operator cannot read it."""
    lookup: Lookup | None


@dataclass(frozen=True, slots=True)
class Inference:
    """Fields from which a reader can estimate the weekly demand."""

    count: tuple[str, ...]
    """Number of parcels of a flight or truck."""
    country: tuple[str, ...]
    product: tuple[str, ...]
    value: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches accesses to data: which are logged, who audits the log, and which the policy does not allow."""

    authorities: tuple[str, ...]
    """Authorities that may audit the log. They are not parties: they receive no messages."""
    auditors: dict[str, Share]
    """Who may read the access log, and the share of its entries that each audits in a day, at random."""
    groups: dict[str, tuple[str, ...]]
    """Parties of the same group do not report each other."""
    logged_of_party: dict[str, Share]
    logged_of_field: dict[str, Share]
    """The probability that an access is logged is the product of its party's and its field's share."""
    log_retention_days: Annotated[int, Bounds(ge=1, le=36_525)]
    """Number of audits, one a day, for which an entry is kept."""
    eu: tuple[str, ...]
    """Jurisdictions and locations inside the EU."""
    from_outside_eu_share: Share
    """Share of the accesses to a system inside the EU by a party under another law that are made from outside the
    EU."""
    not_given_share: Share
    """Accesses to records that the policy in force does not give in clear, as a share of those without a policy."""

    def logged_share(self, party: str, field: str) -> float:
        return self.logged_of_party[party] * self.logged_of_field[field]

    def audited_share(self, reader: str) -> float:
        """Share of the entries on a reader that an independent auditor checks in a day."""
        dependent = {reader}.union(*(group for group in self.groups.values() if reader in group))
        return 1 - math.prod(1 - share for auditor, share in self.auditors.items() if auditor not in dependent)


@dataclass(frozen=True, slots=True)
class Exposure:
    is_on: bool
    parties: dict[str, Party]
    systems: dict[str, System]
    messages: dict[str, Message]
    inference: Inference
    policy: str | None
    """The policy in force; null: none."""
    policies: dict[str, DataPolicy]
    watch: Watch | None
    """Null: nobody watches accesses."""
