# Every target sets up what it needs; a second call does nothing over.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
ASSETS := src/empowersim/app/assets

.PHONY: demo test app docs bench validation faults storms fuzz soak lint lock audit release clean
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

docs: $(READY)                 ## the documentation: site/index.html, which needs no internet
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	$(BIN)/python -m pytest tests/test_docs.py

bench: $(READY)                ## speed, as ratios measured in one run
	$(BIN)/python -m benchmarks

validation: $(READY)           ## what the model shows and what not: docs/validation.md, minutes
	$(BIN)/python -m validation
	$(BIN)/python -m validation calibration

faults: $(READY)               ## kills, damage, full disks, lost workers: minutes
	$(BIN)/python -m storms

storms: $(READY)               ## every door's inputs, the model's extremes, installations: an hour
	$(BIN)/python -m storms.inputs
	$(BIN)/python -m storms.model
	$(BIN)/python -m storms.install

fuzz: $(READY)                 ## inputs that look for new ways through the code (atheris; Linux)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --target $(VENV)/fuzz --only-binary :all: \
	  atheris==3.1.0
	PYTHONPATH=$(VENV)/fuzz $(BIN)/python -m storms.guided

soak: $(VENV)/.app-ready       ## thirty sessions of the app for ten minutes (needs Debian's chromium)
	$(BIN)/python -m storms.app

lint: $(READY)                 ## style, types, and the one-way imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock: $(BIN)/uv                ## choose versions anew (the only target that changes the lock)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
	  --python-version 3.12 --group dev --group docs --custom-compile-command "make lock" \
	  pyproject.toml --output-file requirements.lock

audit: $(BIN)/uv               ## known vulnerabilities of the locked packages (asks osv.dev)
	@said=$$($(BIN)/uv tool run --quiet --python $(BIN)/python pip-audit --vulnerability-service osv \
	  --disable-pip --progress-spinner off --requirement requirements.lock 2>&1); code=$$?; \
	case "$$said" in \
	  *Traceback*) echo "osv.dev, which keeps the advisories, cannot be reached from here" >&2;; \
	  *) echo "$$said";; \
	esac; exit $$code

release: $(READY)              ## dist/: sdist, wheel (tried alone), archive for CoMSES
	$(BIN)/python release.py

clean:                         ## remove what the targets made
	rm -rf $(VENV) demo site dist $(ASSETS) $(ASSETS)-*

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 12) else "EmpowerSim needs Python 3.12 or newer; $(PYTHON) is %d.%d. Name another one: make PYTHON=python3.13" % v[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv

$(READY): requirements.lock pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.app-ready: $(ASSETS)/SOURCE.txt
	@touch $@

# The editable install has laid the page's files down; this does it over when others are asked for,
# or when somebody has removed them.
$(ASSETS)/SOURCE.txt: requirements-app-assets.lock hatch_build.py | $(READY)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation \
	  --reinstall-package empowersim --editable .
	@touch $@
