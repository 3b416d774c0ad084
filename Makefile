# Every target sets up what it needs; a second call does nothing over.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: demo test app bench faults lint lock clean
.DEFAULT_GOAL := demo

demo: $(READY)                 ## the main job: a sweep, figures, a report, the answer in words
	rm -rf demo
	$(BIN)/empowersim sweep experiments/01_who_carries_the_change/experiment.toml --out demo
	$(BIN)/empowersim analyse demo
	$(BIN)/empowersim report demo

test: $(READY)                 ## the tests
	$(BIN)/python -m pytest

app: $(VENV)/.app-ready        ## the workshop app, in the browser; without the internet, too
	$(BIN)/empowersim app

bench: $(READY)                ## speed, as ratios measured in one run
	$(BIN)/python -m benchmarks

faults: $(READY)               ## kills, damage, full disks, lost workers: minutes
	$(BIN)/python -m storms

lint: $(READY)                 ## style, types, and the one-way imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(BIN)/uv                ## choose versions anew (the only target that changes the lock)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
	  --python-version 3.12 --group dev --custom-compile-command "make lock" \
	  pyproject.toml --output-file requirements.lock

clean:                         ## remove what the targets made
	rm -rf $(VENV) demo

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 12) else "EmpowerSim needs Python 3.12 or newer; $(PYTHON) is %d.%d. Name another one: make PYTHON=python3.13" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(READY): requirements.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.app-ready: requirements-app-assets.lock | $(READY)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --require-hashes \
	  -r requirements-app-assets.lock
	@touch $@
