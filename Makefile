# `make run` sets up and finds the interactions of a sample text; `make test` sets up and checks;
# `make docs` builds the documentation, and fails on a broken link.
# Each uses its own environment in .venv, made from constraints.txt, and needs nothing installed.
# It is made with the newest supported Python found, or with `make run PYTHON=python3.12`. Another
# PYTHON makes it anew; `VENV=FOLDER` keeps several.

PYTHON ?=
# What else pytest is told, for example `make check TESTS="tests/graph -x"`.
TESTS ?=
VENV ?= .venv
BIN := $(VENV)/bin
# Twice quiet: errors only. Once quiet still warns of each index that lacks a package. Bytecode is
# written when a module is first imported: most are never.
INSTALL := $(BIN)/python -m pip install -qq --no-compile -c constraints.txt
# So it must be written then: else each of the tests' processes compiles torch and spaCy again.
unexport PYTHONDONTWRITEBYTECODE
WHEEL := $(wildcard assets/en_ddi_minilm-*.whl)

.PHONY: run test lint types check others environment docs clean FORCE

run: $(VENV)/.runtime
	$(BIN)/python -m spacy_ddi extract --file assets/sample.txt --html sample.html

test: lint types check

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

check: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --maxprocesses 4 $(TESTS)

# Tests that `make check` skips, since what they need is large (Ray Data, 240 MB) or old (kindred).
others: $(VENV)/.others
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest tests/runs/test_ray_engine.py tests/runs/test_ray_kills.py \
		tests/cli/test_extract_ray.py \
		tests/formats/test_other_tools.py $(TESTS)

# What `make check` needs, and no more.
environment: $(VENV)/.dev

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "Written to build/docs/index.html"

# Looked at each time, written only when the environment is made.
$(VENV)/.python: FORCE
	@scripts/make_environment.sh "$(VENV)" "$(PYTHON)"

$(VENV)/.runtime: EXTRAS :=
$(VENV)/.dev: EXTRAS := [dev]
$(VENV)/.docs: EXTRAS := [docs]
$(VENV)/.runtime $(VENV)/.dev $(VENV)/.docs: $(VENV)/.python pyproject.toml constraints.txt $(WHEEL)
	$(INSTALL) -e ".$(EXTRAS)"
	$(INSTALL) $(WHEEL)
	@touch $(VENV)/.runtime $@

# kindred wants an old spaCy; its loaders, which is what is tested, work without.
$(VENV)/.others: $(VENV)/.dev
	$(INSTALL) -e ".[ray]"
	$(INSTALL) --no-deps kindred==2.8.4 six future gdown
	@touch $@

FORCE:

clean:
	rm -rf $(VENV) sample.html
