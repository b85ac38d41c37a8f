"""Run folders: written whole or not at all, named by the hash of all that decides their results, and resumable."""

from experiments.store.directory import RunDirectory
from experiments.store.identity import environment, identity_of
from experiments.store.parts import Part
from experiments.store.read import StoredRun, kpis_of, open_run, read_run

__all__ = ["Part", "RunDirectory", "StoredRun", "environment", "identity_of", "kpis_of", "open_run", "read_run"]
