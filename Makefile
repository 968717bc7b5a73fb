# The only prerequisites are Python 3.11 or newer and make; everything else comes from the package index.
# CONTRIBUTING.md explains the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PROMPT ?= a private S3 bucket with versioning
TESTS ?= tests
JOBS ?= auto

.PHONY: help env env-train run test test-fast check lint format types imports docs lock benchmarks clean

help:
	@echo "make env      create .venv and install everything in it (uv is used where present)"
	@echo "make env-train  add torch and what else training needs (pip: it finds a build for this machine)"
	@echo "make run      generate and verify from a sentence: make run PROMPT='an SQS queue'"
	@echo "make test     run the tests"
	@echo "make check    ruff, type check, import contracts, generated docs, tests"
	@echo "make docs     write the generated pages of docs/ anew"
	@echo "make lock     resolve requirements.lock anew (needs uv)"

env: $(STAMP)

# Locked versions with hashes, so that an environment is the same tomorrow. The package itself is installed in place,
# built by the locked hatchling. An environment that exists is brought up to date, never thrown away.
$(STAMP): pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed: make env PYTHON=python3.12" >&2; exit 1; }
	@if command -v uv >/dev/null 2>&1; then \
	  set -e; \
	  VIRTUAL_ENV=$(VENV) uv pip install --quiet --require-hashes -r requirements.lock; \
	  VIRTUAL_ENV=$(VENV) uv pip install --quiet --no-deps --no-build-isolation -e .; \
	else \
	  set -e; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock; \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@touch $@

# Training is an extra: torch is large, and which build is wanted depends on the machine, so it is not in the lock file.
env-train: $(VENV)/.installed-train

$(VENV)/.installed-train: requirements-train.txt $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-train.txt
	@touch $@

run: env
	$(BIN)/terraformer generate "$(PROMPT)"

test: env
	$(BIN)/python -m pytest -n $(JOBS) $(TESTS)

lint: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: env
	$(BIN)/mypy

imports: env
	$(BIN)/lint-imports

# All that `make check` does besides running the tests; .ci/run runs the tests once, by `make test`.
static: lint types imports
.PHONY: static

check: static
	@test -n "$(SKIP_TESTS)" || $(MAKE) --no-print-directory test

format: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: env
	$(BIN)/python docs/generate.py

lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --custom-compile-command "make lock" --output-file requirements.lock

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
