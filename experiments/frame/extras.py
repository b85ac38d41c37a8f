"""Libraries that only some studies need: an extra of the package."""

from importlib.util import find_spec

from sim.errors import CargohubError


def need(library: str, extra: str) -> None:
    """Refuse, in one line that says how to get it, where a library of an extra is not installed.

    Raises:
        CargohubError: it is not.
    """
    if find_spec(library) is None:
        raise CargohubError(f"{library} is not installed: pip install 'cargohub[{extra}]'")
