# vitne: `make demo` sets up and runs the main job, `make test` sets up and runs the tests.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
SHELL   = /bin/sh
PYTEST_ARGS ?= -n auto -q

.PHONY: demo test check fuzz bench docs twin clean help
help:
	@echo 'make demo   set up a private environment, make the demonstration capture, scan it, show the findings'
	@echo 'make test   set up and run the tests'
	@echo 'make check  ruff, mypy --strict, import contracts, tests: what CI runs'
	@echo 'make fuzz   an hour of fuzzing in all (SECONDS=60 per reader for less)'
	@echo 'make bench  vitne beside tshark on the same file'
	@echo 'make docs   make the reference and the pictures from the program'
	@echo 'make twin   the tests of one module (MODULE=src/vitne/ROOM/NAME.py)'

$(VENV)/.made:
	@echo '1. A private environment in $(VENV) (nothing else on this machine is changed)'
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "vitne needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Next: make PYTHON=python3.11 demo")'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.txt pyproject.toml build_kernel.py $(wildcard src/vitne/kernel/*.c src/vitne/kernel/*.h)
	@echo '2. The libraries, each checked against its recorded digest'
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/run.txt
	@if ! $(BIN)/python build_kernel.py --have-compiler; then \
	  echo '   No C compiler on this machine: one comes as a package'; \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/compiler.txt; fi
	@echo '3. vitne itself, with its compiled kernel'
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo '4. The tools of the tests'
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.run
	@$(BIN)/vitne demo demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

fuzz: $(VENV)/.dev
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),300)

bench: $(VENV)/.dev
	@$(BIN)/python bench/scan.py

docs: $(VENV)/.dev
	@$(BIN)/python docs/make_reference.py
	@$(BIN)/python docs/make_pictures.py >$(VENV)/pictures.log || { cat $(VENV)/pictures.log; exit 1; }

TWIN = tests/$(patsubst src/vitne/%,%,$(dir $(MODULE)))test_
twin: $(VENV)/.dev
	@$(BIN)/python -m pytest -q $(wildcard $(TWIN)$(notdir $(MODULE)) $(TWIN)$(patsubst _%,%,$(notdir $(MODULE))))

clean:
	rm -rf $(VENV) demo
