"""YAML files beside the modules that read them."""

from functools import cache
from pathlib import Path
from typing import Any


@cache
def yaml_beside(module: str, name: str | None = None) -> Any:  # noqa: ANN401 - a plain value
    """The content of the YAML file named like a module (`__file__`), or of another one beside it."""
    import yaml  # not needed for `--help`

    path = Path(module).with_suffix(".yaml") if name is None else Path(module).with_name(name)
    return yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
