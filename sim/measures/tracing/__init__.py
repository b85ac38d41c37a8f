"""The history of a flight, a parcel or a truck: paths of work and waiting, from a replication's tables only."""
