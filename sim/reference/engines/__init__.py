"""Engines of discrete events on the same reduced hub: ours, and those that a user could take instead.

Each module has `prepared(network)`, which returns a function that runs the network and gives the instants [ticks] when
each parcel is packed and when it leaves. Modules with an optional engine import it there, and raise ImportError.
"""

from collections.abc import Callable
from typing import TypeAlias

from sim.units import Ticks

Leaving: TypeAlias = tuple[Ticks, Ticks]
"""When each parcel is packed, and when it leaves (P)."""
Prepared: TypeAlias = Callable[[], Leaving]
