"""The model of an air-cargo hub: `sim.simulate(config, replication)` gives tables and KPIs."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.simulation import Result, simulate

    __version__: str

__all__ = ["Result", "__version__", "simulate"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute is anything
    """Load the model only when it is needed, because the command line must answer immediately."""
    if name == "__version__":
        from importlib.metadata import version

        return version("cargohub")
    if name in __all__:
        from sim import simulation

        return getattr(simulation, name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")
