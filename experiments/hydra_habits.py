"""What a user of Hydra types out of habit, and what to use here instead.

The command line composes with Hydra, but has no `hydra.main`: it runs no job, and has no settings or options of Hydra.
"""

import re
from collections.abc import Mapping
from typing import Final

_SHOW: Final = "`cargohub run WORDS --show` prints the composed configuration (so do compare and sweep)"
_SWEEP: Final = "`cargohub sweep KEY=A,B` simulates several values"
_COMPLETION: Final = "there is no completion in the shell; `cargohub --help` lists the verbs"
_CONFIG_DIR: Final = "--config-dir DIR adds a folder of your own, and scenario=NAME chooses a file of DIR/scenario"

_OPTIONS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("--cfg", "-c", "--resolve", "--package", "-p"), _SHOW),
    **dict.fromkeys(("--info", "-i"), f"{_SHOW}; manifest.json in a run folder has the versions"),
    **dict.fromkeys(("--multirun", "-m"), _SWEEP),
    **dict.fromkeys(("--run", "-r"), "`cargohub run WORDS` simulates one scenario"),
    **dict.fromkeys(("--config-path", "-cp", "--config-name", "-cn", "-cd"), _CONFIG_DIR),
    "--hydra-help": "`cargohub --help` lists verbs and options",
    "--experimental-rerun": "`cargohub reproduce RUN` computes a stored run again",
    **dict.fromkeys(("--shell-completion", "-sc"), _COMPLETION),
}
"""Hydra's own options, short ones too."""

_SETTINGS: Final[Mapping[str, str]] = {
    "run": "--out DIR chooses where runs are stored",
    "sweep": "--out DIR chooses where runs are stored",
    "output_subdir": "a run folder always has its configuration, as config.yaml",
    "job": "--out DIR chooses where runs are stored; a run folder is named after its scenario and its hash",
    "mode": _SWEEP,
    "sweeper": _SWEEP,
    "launcher": "workers=N computes in N processes, and execution=dask on a cluster",
    "searchpath": "--config-dir DIR adds a folder of your own",
    **dict.fromkeys(("verbose", "job_logging", "hydra_logging"), "--quiet turns progress off; there is no log"),
}
"""By the first part of the key, `hydra.` apart."""
_ALL_SETTINGS: Final = "--out DIR, --config-dir DIR and --quiet take their place; `cargohub --help` lists all options"
_KEY: Final = re.compile(r"(?:~|\+{0,2}(?=[^=]*=))hydra[./@=](\w*)")
"""A key to set or to delete: a folder may be called hydra, too."""


def instead_of_option(option: str) -> str | None:
    """What to use instead of an option of Hydra's; None if it is none.

    >>> instead_of_option("--multirun")
    '`cargohub sweep KEY=A,B` simulates several values'
    """
    return _OPTIONS.get(option.partition("=")[0])


def instead_of_word(word: str) -> str | None:
    """What to use instead of a `hydra.*` word; None if it is none.

    >>> instead_of_word("hydra.run.dir=here")
    '--out DIR chooses where runs are stored'
    """
    setting = _KEY.match(word)
    if setting is None:
        return None
    return _SETTINGS.get(setting.group(1), _ALL_SETTINGS)
