"""Engines of discrete events on the same reduced hub: ours, and what a user would take instead.

A module has `prepared(network)`, which gives what runs the network: when each parcel is packed, and leaves [ticks].
Those with an engine that need not be installed import it there, and raise ImportError.
"""

from collections.abc import Callable
from typing import TypeAlias

from sim.units import Ticks

Leaving: TypeAlias = tuple[Ticks, Ticks]
"""When each parcel is packed, and leaves (P)."""
Prepared: TypeAlias = Callable[[], Leaving]
