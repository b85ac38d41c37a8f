# make run       the first study, from nothing: makes .venv, installs, simulates
# make test      linters, types, import contracts, tests and doctests
# make test-slow the tests that take minutes, too
# make torture  attacks the command line for so many minutes: make torture MINUTES=10 SEED=7
# make docs      all documents as pages, in build/docs
# make fuzz      attacks the parsers of files: make fuzz MINUTES=10 PARSER=ssim (of processor time), or each in turn
# make endure    how long runs and the page last, and how much memory a year takes: hours
# make smoke     a short set of tests with another Python, in an environment of its own: make smoke PYTHON=python3.13
# make pictures  the pictures of pages in README and docs, from README's first look (Chromium)
# make sure      the shares of assumed worlds that first screens show
# make paper    the pictures of docs/paper/paper.md (Chromium)
# make clean     removes .venv and caches; never runs/

PYTHON ?= python3
STUDY = compare study=first_light replications=3

BIN := .venv/bin
TWO := -n 2 --dist worksteal
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test test-slow pytest pytest-slow clean
.DELETE_ON_ERROR:

run: .venv/.installed
	$(BIN)/cargohub $(STUDY)

# Types are checked by one process: tests begin meanwhile.
test test-slow: .venv/.installed-dev
	@$(MAKE) --no-print-directory -j2 lint $(subst test,pytest,$@)

# Tests start many processes: without stored bytecode each compiles what it imports.
pytest pytest-slow: export PYTHONDONTWRITEBYTECODE :=
pytest pytest-slow: .venv/.installed-dev
	$(BIN)/python -m pytest $(if $(findstring slow,$@),--slow) $(TWO)

.PHONY: lint
lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff check --preview --select PLW1514 sim experiments # files without an encoding, which differs between systems
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

SMOKE := build/smoke-$(notdir $(PYTHON))

.PHONY: smoke
smoke:
	$(PYTHON) -m venv $(SMOKE)
	$(SMOKE)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . hypothesis pytest
	$(SMOKE)/bin/python -m pytest tests/test_calendar_indices.py tests/test_composition.py tests/test_reading.py tests/test_research.py

MINUTES := 10
SEED := 1
KINDS :=

.PHONY: torture
torture: .venv/.installed-dev
	PYTHONPATH=tests $(BIN)/python -m torture.campaign --minutes $(MINUTES) --seed $(SEED) $(if $(KINDS),--kinds $(KINDS))

PARSER := ssim flights overrides option yaml json lines npz npy archive parquet

.PHONY: fuzz
fuzz: .venv/.installed-dev
	for parser in $(PARSER); do PYTHONPATH=tests $(BIN)/python -m fuzz.fuzzing --minutes $(MINUTES) $$parser || exit; done

.PHONY: endure
endure: .venv/.installed-dev
	$(BIN)/python tests/measure_endurance.py

# The shares of assumed worlds that first screens show: some ten minutes on two idle cores.
.PHONY: sure
sure: .venv/.installed
	rm -rf build/sure
	$(BIN)/cargohub sure page=none --out build/sure
	$(BIN)/python -m experiments.frame.known_shares build/sure/sure-*

.PHONY: pictures
pictures: .venv/.installed-dev
	$(BIN)/python tests/make_pictures.py

.PHONY: paper
paper: .venv/.installed-dev
	PYTHONPATH=. $(BIN)/python tests/make_paper.py

.venv/.made:
	@command -v $(PYTHON) >/dev/null || { echo "cargohub needs Python 3.11 or later; '$(PYTHON)' was not found. Set PYTHON: make run PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "cargohub needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) -V 2>&1). Set PYTHON: make run PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: .venv/.made pyproject.toml constraints.txt
	$(INSTALL) -e .
	@touch $@

.venv/.installed-dev: .venv/.made pyproject.toml constraints.txt
	$(INSTALL) -e '.[dev]'
	@touch .venv/.installed $@

.PHONY: docs
docs: .venv/.installed-dev
	PYTHONPATH=. NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

clean:
	rm -rf .venv dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	find sim experiments tests -name __pycache__ -type d -prune -exec rm -rf {} +
