"""The same hub in a slow and simple form: one SimPy process for each parcel, plain integers, no vectorised code.

It follows the rules of docs/model.md word by word. It shares with `sim.processes` only the phases, the token pool, the
decision rules of `sim.rules` and the names of the records (`sim.domain`). With the same inputs the records of both
programs must be equal, tick by tick.
"""

import simpy

from sim.domain.inputs import Inputs
from sim.reference.hub import Hub
from sim.reference.records import COLUMNS, Trace

__all__ = ["COLUMNS", "Trace", "run"]


def run(inputs: Inputs, env: simpy.Environment | None = None) -> Trace:
    """Run the hub from 0 to before `inputs.end` in an environment at 0, by default a new one."""
    env = simpy.Environment() if env is None else env
    hub = Hub(inputs, env)
    env.run(until=inputs.end)
    return hub.trace()
