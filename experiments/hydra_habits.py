"""Options and settings that users of Hydra type from habit, and what to use instead.

The command line composes with Hydra, but has no `hydra.main`: it runs no job, and has no settings or options of Hydra.
`experiments.hydra_app` has them.
"""

import re
from functools import cache
from typing import Final

from experiments.beside import yaml_beside

_KEY: Final = re.compile(r"(?:~|\+{0,2}(?=[^=]*=))hydra[./@=](\w*)")
"""A key to set or to delete: a folder may be called hydra, too."""


@cache
def _says(kind: str) -> dict[str, str]:
    """The advice by what is typed."""
    return {name: text["say"] for text in yaml_beside(__file__) for name in text.get(kind, ())}


def instead_of_option(option: str) -> str | None:
    """What to use instead of an option of Hydra; None if it is not such an option.

    >>> instead_of_option("--multirun")
    "`cargohub sweep KEY=A,B` simulates several values (Hydra's own sweepers: docs/hydra.md)"
    """
    return _says("options").get(option.partition("=")[0])


def instead_of_word(word: str) -> str | None:
    """What to use instead of a `hydra.*` word; None if it is not such a word.

    >>> instead_of_word("hydra.run.dir=here")
    '--out DIR chooses where runs are stored'
    """
    if (setting := _KEY.match(word)) is None:
        return None
    return _says("settings").get(setting.group(1), _says("settings")["other"])
