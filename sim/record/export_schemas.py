"""The output tables of exports: empty where nothing leaves by air."""

from typing import Final

from sim.domain.columns import TableSchema, number, text, time
from sim.domain.export_entities import OutLoad, OutParcelStamps, OutTrain, OutUld, Pickup
from sim.domain.fields import columns_of, extended, schema_of

EXPORT_TABLES: Final = (
    extended(
        Pickup,
        number("n_departed", "of its parcels, off-block before the end of the run"),
        number("n_on_time", "of them, within exports.service_h of the timetabled instant"),
    ),
    extended(OutUld, text("lane_name", "its destination")),
    extended(OutLoad, time("departed", "of the ULD")),
    schema_of(OutTrain),
    TableSchema(
        "out_parcels",
        "timestamps of the parcels of chosen collections",
        (
            number("collection", "number of the collection"),
            number("row", "in it"),
            *columns_of(OutParcelStamps),
        ),
        ("collection", "row"),
    ),
)
