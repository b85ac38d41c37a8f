"""Objects that all processes of the hub share."""

from typing import NamedTuple

import simpy

from sim.domain.inputs import Inputs
from sim.domain.site import Site
from sim.processes.store import ParcelStore
from sim.record.recorder import Recorder


class Shared(NamedTuple):
    """The clock, the inputs, the imports inside, and the record."""

    env: simpy.Environment
    inputs: Inputs
    store: ParcelStore
    record: Recorder

    @property
    def site(self) -> Site:
        return self.inputs.site
