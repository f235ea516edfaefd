# `make run` sets up and finds the interactions of a sample text; `make test` sets up and checks.
# Each uses its own environment in .venv, made from constraints.txt, and needs nothing installed.

PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
WHEEL := $(wildcard assets/en_ddi_minilm-*.whl)

.PHONY: run test lint types check clean

run: $(VENV)/.runtime
	$(BIN)/python -m spacy_ddi extract --file assets/sample.txt --html sample.html

test: lint types check

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

check: $(VENV)/.dev
	$(BIN)/python -m pytest

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/python pyproject.toml constraints.txt $(WHEEL)
	$(BIN)/python -m pip install --quiet -c constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --quiet -c constraints.txt -e . $(WHEEL)
	touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) sample.html
