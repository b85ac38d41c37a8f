"""The parts of the hub for exports, assembled."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.domain.export_entities import Pickup
from sim.domain.fields import begun
from sim.processes.buildup import BuildUp, ExportLane
from sim.processes.export_hall import ExportHall
from sim.processes.export_store import ExportStore
from sim.processes.hall import Hall
from sim.processes.loading import Loading
from sim.processes.phases import Phase, start
from sim.processes.pool import Pool
from sim.processes.shared import Shared
from sim.processes.staff import start_shifts
from sim.record.recorder import Recorder
from sim.units import NEVER


@dataclass(frozen=True, slots=True)
class Exports:
    halls: Sequence[ExportHall]
    build_up: BuildUp
    loading: Loading
    store: ExportStore
    record: Recorder

    @property
    def pools(self) -> dict[int, tuple[Pool, ...]]:
        """Pools by hall; `NEVER` for those of the apron."""
        return {NEVER: (self.loading.tugs,)} | {hall.number: hall.pools for hall in self.halls}

    def close(self, end: int) -> None:
        """Advance everything to the last instant, and count what is still inside."""
        tally = self.record.export_stages["collection"]
        for pickup in sorted(self.record.collections, key=lambda pickup: pickup.called):
            if pickup.called != NEVER == pickup.unloading_start:
                tally.add(pickup.called, end, pickup.n_parcels)
        for hall in self.halls:
            hall.close(end)
        self.build_up.count_left()
        self.build_up.close(end)
        self.store.close()


def make_exports(shared: Shared, halls: Sequence[Hall]) -> Exports:
    """The parts for exports, at work: collections are on their way, and rounds have begun."""
    env, inputs, _, record = shared
    site, drawn = inputs.site, inputs.exports
    assert drawn is not None and site.exports is not None
    store = ExportStore(
        max((collection.n_parcels for collection in drawn.collections), default=1),
        keeps_stamps=any(drawn.is_recorded(collection) for collection in drawn.collections),
    )
    places = [ExportHall(shared, hall, store) for hall in halls]
    for collection in drawn.collections:
        pickup = begun(Pickup, collection)
        record.collections.append(pickup)
        start(places[collection.hall].collect(collection, pickup))
    lanes = [
        ExportLane([flight for flight in inputs.flights if flight.export_lane == lane])
        for lane in range(len(site.exports.lanes))
    ]
    build_up = BuildUp(shared, places, lanes, store)
    start(build_up.rounds())
    tugs = Pool(env, Phase.BUILD_UP, outbound_tugs=site.exports.tugs)
    loading = Loading(env, site, site.exports, places, build_up, record, tugs)
    start_shifts(env, [tugs], site.apron.manning)
    for hall in places:
        start_shifts(env, hall.pools, hall.site.manning)
    return Exports(places, build_up, loading, store, record)
