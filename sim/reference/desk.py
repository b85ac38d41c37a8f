"""Desks, lanes and posts: a parcel occupies one of them for a time."""

import simpy

from sim.processes.phases import after
from sim.processes.pool import Pool
from sim.reference.records import OutParcel, Parcel, Steps, Uld


def serve(
    env: simpy.Environment, desks: Pool, key: tuple[int, ...], piece: Parcel | OutParcel | Uld, name: str, service: int
) -> Steps:
    """Queue by key, record begin and end of the service [ticks] under its name, and leave."""
    (kind,) = desks.capacity
    yield desks.request(key, **{kind: 1})
    setattr(piece, f"{name}_begin", int(env.now))
    yield after(env, service)
    setattr(piece, f"{name}_end", int(env.now))
    desks.release(**{kind: 1})
