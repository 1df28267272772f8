# Needs make and Python 3.11 or newer; everything else goes into .venv. `make help` lists what there is.
# Every path here is relative, so that a clone may lie in a folder with a space in its name.

PYTHON ?= python3

VENV := .venv
QUIETLY := -m pip install -qq --disable-pip-version-check
INSTALL := $(VENV)/bin/python $(QUIETLY)
# What Onward is compared with must never come near what it depends on.
BENCH := build/bench/venv

# Asked only when .venv has yet to be made. Each is empty where the answer is no.
FOUND = $(shell "$(PYTHON)" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
NEW_ENOUGH = $(shell "$(PYTHON)" -c 'import sys; print("yes" if sys.version_info >= (3, 11) else "")' 2>/dev/null)
MAKES_VENVS = $(shell "$(PYTHON)" -c 'import ensurepip, venv; print("yes")' 2>/dev/null)
COMPILES = $(shell command -v gcc 2>/dev/null)

NEEDED = Onward needs Python 3.11 or newer; to choose another: make PYTHON=python3.12 $(or $(MAKECMDGOALS),replay)
NO_VENVS = $(PYTHON) (Python $(FOUND)) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv
NO_STORM = no wheel of stormpy for this machine: the tests that ask the model checker Storm are skipped
NO_COMPILER = the loops that Onward is held against need gcc; on Debian and Ubuntu: apt install gcc

.DEFAULT_GOAL := help
# Two set-ups at once would write to the same .venv.
.NOTPARALLEL:
.PHONY: help replay test bench changelog clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile
	@echo 'With another Python, after a `make clean`: make PYTHON=python3.12 replay'

replay: $(VENV)/.ready ## run the six partnerships of the 2007 report through their life-cycle
	@$(VENV)/bin/onward replay

test: $(VENV)/.ready-dev ## check style, types, tests and coverage
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/pytest -n auto --cov

bench: $(BENCH)/.ready ## measure against C, other engines and pm4py (an hour or so, 8 GiB): benchmarks/results.md
	$(if $(COMPILES),,$(error $(NO_COMPILER)))
	$(BENCH)/bin/python -m benchmarks.run

changelog: $(VENV)/.ready-dev ## move changelog.d into CHANGELOG.md: make changelog VERSION=0.2.0
	$(if $(VERSION),,$(error Which version? make changelog VERSION=0.2.0))
	$(VENV)/bin/towncrier build --yes --version "$(VERSION)"

clean: ## remove .venv and everything else that can be made again
	rm -rf $(VENV) build dist .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps lie in .venv, so that they go when it goes. A newer pyproject.toml installs again, a change of code need not.
$(VENV)/.made:
	$(if $(FOUND),,$(error $(PYTHON) does not run. $(NEEDED)))
	$(if $(NEW_ENOUGH),,$(error $(PYTHON) is Python $(FOUND). $(NEEDED)))
	$(if $(MAKES_VENVS),,$(error $(NO_VENVS)))
	@"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.ready: pyproject.toml | $(VENV)/.made
	@echo 'Setting up .venv (once, a minute or so) ...' >&2
	@$(INSTALL) --editable .
	@touch $@

$(VENV)/.ready-dev: pyproject.toml | $(VENV)/.made
	@echo 'Setting up .venv with the tools of development (once, a few minutes) ...' >&2
	@$(INSTALL) --editable '.[all,dev]'
	@$(INSTALL) --only-binary :all: stormpy 2>/dev/null || echo '$(NO_STORM)' >&2
	@touch $(VENV)/.ready $@

$(BENCH)/.ready: benchmarks/requirements.txt pyproject.toml | $(VENV)/.made
	@echo 'Setting up $(BENCH) with what Onward is compared with (once, a few minutes) ...' >&2
	@$(VENV)/bin/python -m venv $(BENCH)
	@$(BENCH)/bin/python $(QUIETLY) --requirement benchmarks/requirements.txt
	@touch $@
