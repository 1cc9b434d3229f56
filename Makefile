# Each target does all the set-up it needs: a machine with Python and make is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint docs site bench mutants clean

demo: $(VENV)/.installed
	$(BIN)/backprop

test: $(VENV)/.tested
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports

docs: $(VENV)/.developed
	$(BIN)/python -W error notebooks/make_docs.py site/api

# the walkthroughs, living pages and a page that runs Python; node's npm fetches what runs in it
site: $(VENV)/.developed
	npm ci --prefix tests --ignore-scripts --no-audit --no-fund
	$(BIN)/python notebooks/make_site.py site

# with the engines that are installed; it says how to install the others, and changes no file
bench: $(VENV)/.tested
	$(BIN)/python -m tests.benchmarks

# all rooms, or some: make mutants ROOMS="replay saving"
mutants: $(VENV)/.developed
	$(BIN)/python -m tests.mutants $(ROOMS)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.tested: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.developed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/.tested $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist *.egg-info site mutants .pytest_cache .mypy_cache .ruff_cache .hypothesis
