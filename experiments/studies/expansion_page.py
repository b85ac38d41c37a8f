"""How `cargohub expansion` shows what it found: lines for a reader, JSON, and a page with pictures."""

import sys
from pathlib import Path

from experiments.arguments import Arguments
from experiments.studies import telling
from experiments.studies.expansion_answer import Answer
from experiments.studies.expansion_result import as_json
from experiments.studies.expansion_text import sentences


def tell(arguments: Arguments, folder: Path, answer: Answer) -> None:
    if arguments.json:
        telling.print_json({**as_json(answer), "sentences": sentences(answer), "run_dir": str(folder)})
        return
    sys.stdout.write("\n".join([*sentences(answer), f"tables: {folder}"]) + "\n")
