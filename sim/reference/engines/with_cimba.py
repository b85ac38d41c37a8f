"""The reduced hub in Cimba, by its Python binding: a process for each server, and parcels as numbers in its queues."""

import cimba as cb
import numpy as np
from numpy.typing import NDArray

from sim.reference.engines import Leaving, Prepared
from sim.reference.engines.network import Network


class Station(cb.Model):
    hub: cb.Ref["Hub"]

    @cb.process
    def break_down(self):
        while True:
            uld = self.hub.ulds.get()
            machine = self.hub.machines[self.hub.machine[uld]]
            for parcel in range(self.hub.first[uld], self.hub.first[uld + 1]):
                cb.hold(self.hub.handling[parcel])
                machine.waiting.put(parcel)


class Machine(cb.Model):
    hub: cb.Ref["Hub"]
    waiting: cb.Store[int]

    @cb.process
    def sort(self):
        while True:
            parcel = self.waiting.get()
            cb.hold(self.hub.service)
            chute = self.hub.chute[parcel]
            turn = self.hub.turn[chute]
            self.hub.turn[chute] = (turn + 1) % self.hub.n_posts[chute]
            self.hub.posts[self.hub.first_post[chute] + turn].waiting.put(parcel)


class Post(cb.Model):
    hub: cb.Ref["Hub"]
    waiting: cb.Store[int]

    @cb.process
    def pack(self):
        while True:
            parcel = self.waiting.get()
            cb.hold(self.hub.packing[parcel])
            self.hub.packed[parcel] = cb.now()
            route = self.hub.route[parcel]
            self.hub.before[parcel], self.hub.last[route] = self.hub.last[route], parcel + 1


class Hub(cb.Model):
    service: cb.Param[float]
    arrival: cb.Array[float]
    first: cb.Array[int]
    machine: cb.Array[int]
    handling: cb.Array[float]
    packing: cb.Array[float]
    route: cb.Array[int]
    chute: cb.Array[int]
    n_posts: cb.Array[int]
    first_post: cb.Array[int]
    turn: cb.Array[int]
    cut_offs: cb.Array[float]
    last: cb.Array[int]
    """Each lane is a linked list of parcels; this is its last parcel plus 1."""
    before: cb.Array[int]
    """The parcel before each parcel, plus 1; 0: none."""
    packed: cb.Array[float]
    departed: cb.Array[float]
    ulds: cb.Store[int]
    stations: list[Station]
    machines: list[Machine]
    posts: list[Post]
    instants: cb.Dataset

    @cb.process
    def arrive(self):
        for uld in range(len(self.arrival)):
            cb.hold(self.arrival[uld] - cb.now())
            self.ulds.put(uld)

    @cb.process
    def leave(self):
        for truck in range(len(self.cut_offs)):
            cb.hold(self.cut_offs[truck] - cb.now())
            for route in range(len(self.last)):
                parcel = self.last[route] - 1
                self.last[route] = 0
                while parcel >= 0:
                    self.departed[parcel] = cb.now()
                    parcel = self.before[parcel] - 1

    @cb.on_end
    def report(self):
        for parcel in range(len(self.packed)):
            self.instants.record(self.packed[parcel])
        for parcel in range(len(self.departed)):
            self.instants.record(self.departed[parcel])


def prepared(network: Network) -> Prepared:
    hub = Hub()
    hub.service = float(network.service)
    for name in ("arrival", "handling", "packing", "cut_offs"):
        setattr(hub, name, _array(getattr(network, name).astype(float)))
    for name in ("first", "machine", "route", "chute", "first_post"):
        setattr(hub, name, _array(getattr(network, name)))
    hub.n_posts = _array(network.posts)
    hub.turn, hub.last = cb.Array(len(network.posts)), cb.Array(network.n_routes)
    hub.before, hub.packed, hub.departed = (cb.Array(network.n_parcels) for _ in range(3))
    hub.stations = [Station() for _ in range(network.stations)]
    hub.machines = [Machine() for _ in range(network.n_machines)]
    hub.posts = [Post() for _ in range(int(network.posts.sum()))]
    for servers in (hub.stations, hub.machines, hub.posts):
        for server in servers:
            server.hub = hub
    hub.instants = cb.Dataset()
    hub.instants.capture()
    experiment = cb.Experiment(hub, window=cb.Window(duration=float(network.cut_offs[-1]) + 1))

    def run() -> Leaving:
        results = experiment.run(workers=1)
        if results.failed.any():
            raise RuntimeError(*results.failure_reasons.ravel())
        _, instants = results[hub].instants.trial(0, 0)
        packed, departed = instants.reshape(2, -1).astype(np.int64)
        return packed, departed

    return run


def _array(column: NDArray[np.generic]) -> object:
    return cb.Array(column.tolist())
