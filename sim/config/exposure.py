"""Who is told what of a parcel: parties, systems, messages, policies on data that may be in force, and who watches.

What these must satisfy together is checked by `sim.config.data_views`.
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
    """What of the hub's own doings sends a message."""

    PARCEL_ANNOUNCED = "parcel_announced"
    """Each parcel of a flight, at its drawn arrival."""
    PARCEL_REFERRED = "parcel_referred"
    """Its pre-loading data asked back; this and the next four at its flight's drawn arrival, of flights
    that landed."""
    PARCEL_LEFT_BEHIND = "parcel_left_behind"
    """Not loaded, though its pre-loading data were sent."""
    DECLARATION_REJECTED = "declaration_rejected"
    DOCUMENTS_CHECKED = "documents_checked"
    PARCEL_IN_TRANSIT = "parcel_in_transit"
    """Under a transit declaration."""
    FLIGHT_ANNOUNCED = "flight_announced"
    """Each flight, at its drawn arrival."""
    FLIGHT_LANDED = "flight_landed"
    PARCEL_LANDED = "parcel_landed"
    PARCEL_HANDLED = "parcel_handled"
    """Out of its ULD."""
    PARCEL_SORTED = "parcel_sorted"
    """Scanned by a machine or at a manual-sort post; of a parcel freed by customs, a second time."""
    PARCEL_CODED = "parcel_coded"
    PARCEL_HELD = "parcel_held"
    PARCEL_FREED = "parcel_freed"
    """Out of the customs hold zone, not refused."""
    PARCEL_REFUSED = "parcel_refused"
    TRUCK_DEPARTED = "truck_departed"
    PARCEL_DEPARTED = "parcel_departed"
    """Each parcel, when its truck leaves."""
    EXPORT_DEPARTED = "export_departed"
    """Each parcel of exports, off-block of its flight."""


AFTER_RELEASE: Final = (Event.PARCEL_FREED, Event.TRUCK_DEPARTED, Event.PARCEL_DEPARTED)
"""By then customs has released the parcel."""
OF_EVERY_PARCEL: Final = (
    Event.PARCEL_ANNOUNCED,
    Event.PARCEL_LANDED,
    Event.PARCEL_HANDLED,
    Event.PARCEL_SORTED,
    Event.PARCEL_DEPARTED,
)
"""Who is told these can count all imports."""
OF_ALL_IN_SUM: Final = (Event.FLIGHT_ANNOUNCED, Event.FLIGHT_LANDED, Event.TRUCK_DEPARTED)
"""Likewise, if it is told how many parcels are on them."""


@dataclass(frozen=True, slots=True)
class Party:
    jurisdiction: str
    """Whose law binds it."""
    produces: tuple[str, ...]
    """Fields that it knows of itself."""


@dataclass(frozen=True, slots=True)
class System:
    """Where data are kept; who operates it can read it."""

    location: str
    operator: str
    jurisdiction: str
    """Whose authorities may ask for what is in it, where it stands."""


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
    """Sent so long after the event; negative: before it."""
    sender: str
    fields: tuple[str, ...]
    receivers: dict[str, Copy]


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Fields that these systems replace by a pseudonym once customs has released the parcel."""

    systems: tuple[str, ...]
    fields: tuple[str, ...]
    clear_days: Days
    """Until then: how long what was sent before the release stays in clear."""


@dataclass(frozen=True, slots=True)
class Retention:
    """The longest time that data stay in these systems."""

    systems: tuple[str, ...]
    days: Days


@dataclass(frozen=True, slots=True)
class Escrow:
    """Who keeps the keys fails now and then: times up and down, exponential where numbers stand."""

    mtbf_h: Positive | Times
    mttr_min: Positive | Times


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a policy on data costs the hub's work: names and values must be looked up where they are kept."""

    release_min: _Minutes
    """Before customs releases a parcel that it holds for its data or documents."""
    handcoding_min: _Minutes
    """A parcel, at a hand-coding desk."""
    escrow: Escrow | None
    """Null: never down."""


@dataclass(frozen=True, slots=True)
class DataPolicy:
    """A change of who sees what, and what it costs the hub's work."""

    hidden: dict[str, tuple[str, ...]]
    """Fields that a party is not told."""
    minimised: bool
    """Each receiver is told only what it needs."""
    pseudonymised: Pseudonyms | None
    operators: dict[str, str]
    """Systems of the one party pass to the other, and under its law."""
    retention: Retention | None
    sealed: tuple[str, ...]
    """Systems whose content is enciphered, with the key elsewhere: the operator cannot read it."""
    lookup: Lookup | None


@dataclass(frozen=True, slots=True)
class Inference:
    """What fields tell of a parcel, for the estimate of weekly demand."""

    count: tuple[str, ...]
    """How many parcels a message of a flight or truck is about."""
    country: tuple[str, ...]
    product: tuple[str, ...]
    value: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """Who watches the accesses to data: which are logged, who audits the log, what is outside the policy in force."""

    authorities: tuple[str, ...]
    """May audit the log, though they are no parties: no message is sent to them."""
    auditors: dict[str, Share]
    """Who may read the access log, and the share of its entries that each audits a day, at random."""
    groups: dict[str, tuple[str, ...]]
    """Parties of one group do not report each other."""
    logged_of_party: dict[str, Share]
    logged_of_field: dict[str, Share]
    """An access is logged with the product of its party's and its field's share."""
    log_retention_days: Annotated[int, Bounds(ge=1, le=36_525)]
    """Audits that an entry stays for, one a day."""
    eu: tuple[str, ...]
    """Jurisdictions and locations inside the EU."""
    from_outside_eu_share: Share
    """Of the accesses of a party under another law to a system inside: made from outside the EU."""
    not_given_share: Share
    """Accesses to a record that the policy in force does not give in clear, of those that there were
    without it."""

    def logged_share(self, party: str, field: str) -> float:
        return self.logged_of_party[party] * self.logged_of_field[field]

    def audited_share(self, reader: str) -> float:
        """Of the entries on a reader, those that somebody independent of it audits on a day."""
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
    """The one in force; null: none."""
    policies: dict[str, DataPolicy]
    watch: Watch | None
    """Null: nobody watches accesses."""
