"""Who watches the accesses to data: which are logged, who audits the log, what is outside the policy in force."""

import math
from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import Share
from sim.reading import Bounds


@dataclass(frozen=True, slots=True)
class Watch:
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
