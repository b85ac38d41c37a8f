"""The Hydra application: `python -m experiments.hydra_app [KEY=VALUE …] [--multirun] [--cfg job] …`.

`hydra.main` composes the same configuration, with Hydra's own options, settings, sweepers and launchers. A job is the
command of cargohub with the words of that job, so its run has the same hash and the same tables (docs/hydra.md).
"""

import argparse
import io
import os
from collections.abc import Sequence
from contextlib import redirect_stdout
from copy import deepcopy
from dataclasses import dataclass, fields, replace
from importlib import import_module
from pathlib import Path
from statistics import fmean
from typing import Final, cast

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from experiments.arguments import Arguments, check_once
from experiments.composition import compose, packaged, sweep
from experiments.frame import runner
from experiments.frame.recorded import declared_study
from experiments.frame.study import Request
from experiments.hydra_habits import instead_of_word
from experiments.main import carry_out, console, exit_code
from experiments.money.kpis import KPIS
from experiments.overrides import one_line, parsed
from experiments.own_file import with_own_file
from experiments.store.read import CONFIG, kpis_of
from experiments.verbs import VERBS
from sim.config.bounds import check_known
from sim.errors import CargohubError, ConfigError
from sim.reading import near, read

_NAME: Final = "hydra_app"
"""Name of the configuration: `configs/hydra_app.yaml`."""
_BEGINS_RUN: Final = b"# cargohub "
"""The configuration of a run folder, which repeats its command."""

# From Python 3.14 on argparse reads each help text, and Hydra 1.3 has one that is no string.
setattr(argparse.ArgumentParser, "_check_help", lambda *_: None)  # noqa: B010 - a name that mypy does not know
ConfigStore.instance().store("kpis_of_precision", {"precision": dict.fromkeys(KPIS)})


class Refused(BaseException):
    """A mistake found before Hydra makes a folder; Hydra only warns of an `Exception` in a callback."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of this application, explained in `configs/hydra_app.yaml`."""

    verb: str
    out: str | None
    quiet: bool
    fresh: bool
    objective: tuple[str, ...]

    def __post_init__(self) -> None:
        check_known("objective", "no KPI", self.objective, KPIS)
        if declared_study(self.verb) is None:
            known = [verb for verb in VERBS if declared_study(verb) is not None]
            raise ValueError(f"verb: {self.verb!r} does not store runs{near(self.verb, known)}")


OWN: Final = [field.name for field in fields(Keys)]


def job(composed: DictConfig) -> float | list[float] | None:
    """Run the command of a job, and return the means of the KPIs that are its objective."""
    settings = cast("DictConfig", HydraConfig.get())
    keys, arguments = keys_and_command(composed, settings, settings.overrides.task, settings.runtime.output_dir)
    carry_out(arguments)
    if not keys.objective:
        return None
    study = declared_study(keys.verb)
    designs, study_keys = study.parse(arguments)
    replications = kpis_of(arguments.out / runner.name_of(study, Request(designs, study_keys, arguments))).values()
    means = [fmean(kpis[name] for kpis in replications) for name in keys.objective]
    return means if len(means) > 1 else means[0]


def keys_and_command(
    composed: DictConfig, settings: DictConfig, words: Sequence[str], folder: str
) -> tuple[Keys, Arguments]:
    """The keys of this application, and the command with the words of a job, whose folder is `folder`.

    Raises:
        ConfigError: keys that the schema refuses, or several folders of configurations.
    """
    with_own_file(words)  # their KPIs may be the objective
    keys = read(Keys, OmegaConf.to_container(OmegaConf.masked_copy(composed, OWN), resolve=True))
    typed = {word: parsed(word).key_or_group for word in words}
    if settings.runtime.choices["hydra/launcher"] != "basic" and "workers" not in typed.values():
        typed["workers=1"] = "workers"  # jobs run at the same time
    folders = [source.path for source in settings.runtime.config_sources if source.schema == "file"][1:]
    if len(folders) > 1:
        raise ConfigError(f"{folders[1]}: a second folder of configurations; give only one")
    arguments = Arguments(keys.verb, tuple(word for word, key in typed.items() if key not in OWN))
    config_dir = Path(folders[0]) if folders else None
    out = Path(keys.out or folder)
    return keys, replace(arguments, out=out, quiet=keys.quiet, fresh=keys.fresh, config_dir=config_dir)


class Refusing(Callback):
    """Before any job runs, refuses what a job would refuse, and a folder inside a run folder."""

    def on_run_start(self, config: DictConfig, **_: object) -> None:
        _refuse(config, config.hydra.run.dir)

    def on_multirun_start(self, config: DictConfig, **_: object) -> None:
        _refuse(config, config.hydra.sweep.dir)


def _refuse(config: DictConfig, folder: str) -> None:
    config = deepcopy(config)
    with read_write(config.hydra.runtime), open_dict(config.hydra.runtime):
        config.hydra.runtime.output_dir = folder
    HydraConfig.instance().set_config(config)
    try:
        for parent in [place := Path(folder).absolute(), *place.parents]:
            if (file := parent / CONFIG).is_file() and file.read_bytes().startswith(_BEGINS_RUN):
                raise ConfigError(f"{folder}: Hydra's folder is inside the run folder {parent}; choose another folder")
        with one_line(), redirect_stdout(io.StringIO()):
            for words in _points(config.hydra):
                carry_out(replace(keys_and_command(config, config.hydra, words, folder)[1], show=True))
    except CargohubError as error:
        raise Refused(error) from error


def _points(settings: DictConfig) -> list[tuple[str, ...]]:
    """The words of each job; none for a sweeper that searches."""
    typed = list(settings.overrides.task)
    if settings.runtime.choices["hydra/sweeper"] != "basic":
        return []
    for word in typed:
        override = parsed(word, is_sweep=True)
        if override.key_or_group in OWN and override.is_sweep_override():
            raise ConfigError(f"{word!r}: several values; {override.key_or_group} must be the same for all jobs")
    return sweep([*(f"{key}={value}" for key, value in (settings.sweeper.params or {}).items()), *typed])


app = hydra.main(config_path=str(packaged()), config_name=_NAME, version_base="1.3")(job)


def command() -> int:
    """Run the application, and report a mistake as one line.

    Raises:
        CargohubError: it.
    """
    os.environ["HYDRA_FULL_ERROR"] = "1"  # errors reach us
    typed = _typed()
    check_once(typed.overrides)
    try:
        with one_line(also=()):
            app()
    except Refused as refused:
        raise refused.args[0] from None
    except ConfigError:
        words = [word for word in typed.overrides if instead_of_word(word) is None]
        first = [word for word in sweep(words)[0] if parsed(word).key_or_group not in OWN]
        compose(first, typed.config_dir)  # it reports the mistake with similar keys
        raise
    return 0


def _typed() -> argparse.Namespace:
    """The command line as Hydra parses it.

    Raises:
        CargohubError: words that Hydra cannot use, or would answer with its usage.
    """
    typed, unknown = get_args_parser().parse_known_args()
    if unknown and unknown[0].startswith("-"):
        raise CargohubError(f"{unknown[0]}: not an option of Hydra; use keys in place of cargohub's: docs/hydra.md")
    if unknown:
        raise CargohubError(f"{unknown[0]!r}: put all words before Hydra's options, or all after them")
    if typed.config_name or typed.config_path:
        raise CargohubError(f"--config-name, --config-path: {_NAME} is always used; --config-dir adds your folder")
    if sum(map(bool, (typed.run, typed.multirun, typed.cfg, typed.info, typed.shell_completion))) > 1:
        raise CargohubError("--run, --multirun, --cfg, --info, --shell-completion: give only one of them")
    if typed.resolve and not (typed.cfg or typed.help):
        raise CargohubError("--resolve: goes with --cfg")
    return typed


if __name__ == "__main__":
    # Imported by name, so that other processes find its jobs.
    application = import_module("experiments.hydra_app")
    console(lambda: exit_code(application.command))
