"""A command that is interrupted, and one that goes on after it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from stored_runs import TINY

from experiments.main import main
from experiments.store import parts
from experiments.store.tables import Key


def interrupted(words: Sequence[str], after: int) -> list[Key]:
    """The first replications of a command, which was interrupted once it had kept so many."""
    kept, keep = [], parts.keep

    def counted(folder, key, part):
        if len(kept) == after:
            raise KeyboardInterrupt
        kept.append(key)
        return keep(folder, key, part)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parts, "keep", counted)
        assert main([*words]) == 130
    return kept


def cut_off(words: Sequence[str], root: Path, after: int = 1) -> Path:
    """The folder of a tiny run that was interrupted once it had kept so many replications."""
    interrupted([*words, *TINY, "--out", str(root)], after)
    (folder,) = root.iterdir()
    return folder


@contextmanager
def none_again(kept: Sequence[Key]) -> Iterator[None]:
    """Until the block ends, a replication of these must not be made again."""
    keep = parts.keep

    def only_new(folder, key, part):
        assert key not in kept
        return keep(folder, key, part)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parts, "keep", only_new)
        yield
