# `make` alone lists the targets. All of them work in .venv, which they create when it is not there.

VENV   := .venv
BIN    := $(VENV)/bin
TORCH  := 2.13.0
SHELL  := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test slow fuzz check oracles bench conformance databases accuracy golden stubs lines wheel clean

help: ## list the targets
	@echo "usage: make TARGET"; echo
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F'|' '{printf "  %-11s %s\n", $$1, $$2}'

demo: $(VENV)/.installed ## train a network on handwritten digits, from nothing but Python
	@$(BIN)/retrograd train digits
	@echo; echo "The command is $(BIN)/retrograd here; after  . $(BIN)/activate  it is  retrograd  as shown."

test: $(VENV)/.test ## run the tests; those that compare with PyTorch need `make oracles` first
	@$(BIN)/python -c 'import torch' 2>/dev/null || echo ">>> PyTorch is not here: comparisons with it will be skipped (make oracles installs it) <<<"
	$(BIN)/python -m pytest -n 2 --dist worksteal

slow: $(VENV)/.oracles ## run the tests that take long and that `make test` leaves out (minutes, nightly)
	$(BIN)/python -m pytest --slow -m slow

fuzz: $(VENV)/.oracles ## random programs, networks and layers of windows beside PyTorch, for SECONDS=600 each from SEED=0 on (nightly)
	$(BIN)/python -m tests.end_to_end.random_programs $(or $(SECONDS),600) $(or $(SEED),0)
	$(BIN)/python -m tests.end_to_end.random_networks $(or $(SECONDS),600) $(or $(SEED),0)
	$(BIN)/python -m tests.end_to_end.random_windows $(or $(SECONDS),600) $(or $(SEED),0)

check: $(VENV)/.dev ## lint, types, architecture: what to run before a commit, under a minute
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/architecture

oracles: $(VENV)/.oracles ## install PyTorch (CPU) into .venv, for the tests that compare with it

bench: $(VENV)/.test ## measure, side by side with PyTorch where it is installed
	$(BIN)/python -m benchmarks

conformance: $(VENV)/.oracles ## compare every everyday name with PyTorch and write docs/conformance.md
	$(BIN)/python scripts/conformance.py

databases: $(VENV)/.oracles ## run PyTorch's own operator, module and optimiser databases here, and write docs/databases.md (an hour)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check expecttest
	$(BIN)/python -W ignore -m tests.databases.run --page docs/databases.md

accuracy: $(VENV)/.installed ## errors of exp and its kin: all of float32, 1e8 points of float64 (under an hour, nightly)
	$(BIN)/python scripts/accuracy.py

golden: $(VENV)/.test ## write the golden files anew; the diff is what a reviewer reads
	RETROGRAD_TEST_GOLDEN=write $(BIN)/python -m pytest -q tests/golden
	@git --no-pager diff --stat -- tests/golden

stubs: $(VENV)/.installed ## write the type stubs anew, after a public name or its arguments have changed
	$(BIN)/python scripts/stubs.py

lines: ## lines of code a folder, against the budgets
	@$(call find-python); $$python scripts/lines.py

wheel: $(VENV)/.installed ## build a wheel into dist/
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls -l dist/*.whl

clean: ## remove what make and training made, .venv and runs/ too
	rm -rf $(VENV) dist build runs .pytest_cache .ruff_cache .mypy_cache
	find src tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# A command may be there and not work (a shim of a version manager), so each candidate is run.
define find-python
python=""; \
for name in $${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do \
  if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then python=$$name; break; fi; \
done; \
if [ -z "$$python" ]; then \
  found=$$(command -v python3 >/dev/null && python3 --version 2>&1 || echo "no python3"); \
  echo "Python 3.11 or later is needed; here is: $$found." >&2; \
  echo "Install one (for instance  apt install python3.11 python3.11-venv , or https://www.python.org), or say" >&2; \
  echo "where it is:  PYTHON=/path/to/python3.11 make $(MAKECMDGOALS)" >&2; exit 1; \
fi
endef

# Stamps: a step is repeated only when pyproject.toml has changed. The install is editable, so code needs none.
$(VENV)/bin/python:
	@$(call find-python); \
	echo "creating $(VENV) with $$($$python --version)"; \
	$$python -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "This Python cannot make virtual environments (on Debian and Ubuntu:  apt install python3-venv )." >&2; exit 1; }

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	@$(call install,.)
	@touch $@

$(VENV)/.test: $(VENV)/.installed
	@$(call install,.[test])
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	@$(call install,.[dev])
	@touch $@ $(VENV)/.test

# PyTorch's own index has builds without CUDA, a tenth of the size of PyPI's on Linux.
$(VENV)/.oracles: $(VENV)/.test
	@echo "installing torch $(TORCH)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check torch==$(TORCH) \
	  --index-url https://download.pytorch.org/whl/cpu --retries 0 --timeout 15 2>/dev/null \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check torch==$(TORCH)
	@touch $@

install = echo "installing $(1)"; $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '$(1)' || { \
  echo "Installing failed. The packages come from PyPI: is this machine online, or is PIP_INDEX_URL set?" >&2; exit 1; }
