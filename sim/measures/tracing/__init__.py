"""What happened to a flight, a parcel, a truck: paths of work and waiting, from a replication's tables alone."""
