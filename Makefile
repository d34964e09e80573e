# The first command of a fresh clone is `make journey`, the second `make test`. Both make their own environment in .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# nothing from outside the environment: what passes here passes in a fresh clone
export PYTHONNOUSERSITE := 1

SOURCES := clmstate $(wildcard models) docs/site

.PHONY: help journey test test-full lint types imports docs bench diagrams clean
.DEFAULT_GOAL := help

help:
	@echo "make journey    check the dynamic model, walk a sample customer through it, draw it under build/"
	@echo "make test       lint, strict types, import contracts, tests and doctests: all that continuous integration does"
	@echo "make test-full  the same with the long tests and larger random searches"
	@echo "make docs       build the documentation as a site, build/site/index.html; a link that leads nowhere is an error"
	@echo "make bench      measure, beside peers, and write docs/performance.md"
	@echo "make diagrams   draw every model again into diagrams/"
	@echo "make clean      remove what the other commands left behind (the environment .venv stays)"

# --- the environment ---

$(READY): setup.cfg pyproject.toml setup.py $(wildcard clmstate/kernel/c/*)
	@$(PYTHON) -c '' 2>/dev/null || { \
	  echo "clmstate needs Python 3.11 or newer, but '$(PYTHON)' does not run. Name one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "clmstate needs Python 3.11 or newer, but '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { echo "Making an environment in .venv ..."; $(PYTHON) -m venv --clear .venv; }
	@echo "Installing clmstate and its tools into .venv (a minute or two the first time) ..."
	@# compat: a plain path entry, which editors and type checkers can follow and which costs nothing at import
	@$(BIN)/python -m pip install --prefer-binary --disable-pip-version-check --progress-bar off \
	    --config-settings editable_mode=compat --editable '.[dev]' >.venv/install.log 2>&1 || { \
	  grep -v '^WARNING' .venv/install.log | tail -n 25 >&2; \
	  echo "The installation failed; pip's last words are above, all of them in .venv/install.log." >&2; exit 1; }
	@touch $@

# --- what people come for ---

journey: $(READY)
	@mkdir -p build
	$(BIN)/clmstate check models/dynamic
	$(BIN)/clmstate walk models/dynamic/contract.py models/dynamic/acme.csv
	$(BIN)/clmstate draw models/dynamic/contract.py --out build/journey.svg
	$(BIN)/clmstate draw models/dynamic/contract.py --out build/journey.png
	@echo "Look at build/journey.svg (in a browser) or build/journey.png: the journey that Acme just walked through."

diagrams: $(READY)
	$(BIN)/clmstate draw models --kind gallery --out diagrams/

bench: $(READY)
	@$(BIN)/python tests/bench/run.py

# --- quality ---

# one after the other whatever -j says: the cheap checks speak first, and pytest's closing line comes last
test: $(READY)
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory imports
	@$(MAKE) --no-print-directory docs
	@echo "== Tests and doctests =="
	@$(BIN)/python -m pytest -n 2 -q

test-full: $(READY)
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory types
	@$(MAKE) --no-print-directory imports
	@$(MAKE) --no-print-directory docs
	@$(BIN)/python -m playwright install chromium >/dev/null 2>&1 || \
	  echo "No browser could be installed: the page is tested in one that is there, or those tests are skipped."
	@echo "== Tests and doctests, long ones included =="
	@$(BIN)/python -m pytest -n 2 -q -m "full or not full" --hypothesis-profile=full

lint: $(READY)
	@echo "== Lint and format (ruff) =="
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

types: $(READY)
	@echo "== Strict types (mypy) =="
	@$(BIN)/mypy $(SOURCES)

imports: $(READY)
	@echo "== Import contracts (import-linter) =="
	@$(BIN)/lint-imports --no-logo

docs: $(READY)
	@echo "== Documentation (Sphinx), build/site/index.html =="
	@$(BIN)/python -m docs.site build/site

clean:
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
