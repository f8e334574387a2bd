# One line of help a target: `make help`. Python, Node >= 20 and make are assumed; the rest is installed here.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
# Where nothing but the processor is used, a process for each core runs the tests.
SIDE_BY_SIDE := -n auto --maxprocesses=4
# Where sockets and disks are waited for, one more.
WAITING := -n $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))) --maxprocesses=4
# Calls of browsers need a core each: with more of them at once it takes longer, not less.
TWO_CALLS := -n auto --maxprocesses=2 --dist loadfile

.PHONY: help setup run web fmt lint type arch unit sim integration e2e e2e-media test web-test fuzz bench bench-plane bench-record bench-network bench-sessions bench-messages bench-recording soak ci types consent-words system native native-test properties clean

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-12s %s\n", $$1, $$2}'

$(PY): pyproject.toml constraints.txt
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(PY)

.make/node: web_client/package.json web_client/package-lock.json
	@mkdir -p .make && cd web_client && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

WEB_SOURCES := $(shell find web_client/src web_client/public web_client/*.html web_client/*.ts web_client/*.json -type f 2>/dev/null)
.make/web: .make/node $(WEB_SOURCES)
	@cd web_client && npm run --silent build
	@touch $@

setup: $(PY) .make/node ## create the environment and install what the web client needs

web: .make/web ## build the web client

run: $(PY) .make/web ## start the gateway with a demo session and print its links
	@exec env QUIETROOM_STORAGE__FOLDER=$${QUIETROOM_STORAGE__FOLDER-.quietroom} \
	  QUIETROOM_RECORDING__FOLDER=$${QUIETROOM_RECORDING__FOLDER-.quietroom/recordings} \
	  $(BIN)/quietroom serve --demo $(ARGS)

fmt: $(PY) .make/node ## format everything
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix . ; cd web_client && npm run --silent fmt

lint: $(PY) .make/node ## style: ruff, codespell, eslint, prettier
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/codespell
	@cd web_client && npm run --silent lint

type: $(PY) .make/node ## types: mypy strict, tsc
	@$(BIN)/mypy && cd web_client && npm run --silent type

arch: $(PY) ## architecture contracts
	@$(BIN)/lint-imports

types: $(PY) .make/node ## regenerate the web client's wire types from signaling/wire.py
	@$(PY) -m signaling.schema > web_client/src/protocol/wire.schema.json
	@$(PY) -m signaling.schema bodies > web_client/src/protocol/bodies.schema.json
	@cd web_client && npm run --silent types

consent-words: $(PY) .make/node ## keep the copy of the sheet that asks to record, where its VERSION is a new one
	@version=$$($(PY) -c "from signaling.domain.consent.shown import VERSION; print(VERSION)") && \
	cd web_client && node scripts/consent-words.mjs "$$version"

system: ## install or name the browsers and tools the tests need
	@bash tests/support/system.sh

unit: $(PY) ## unit tests
	@$(BIN)/pytest -q $(SIDE_BY_SIDE) tests/unit

sim: $(PY) ## virtual-time simulations
	@$(BIN)/pytest -q $(SIDE_BY_SIDE) tests/sim

integration: $(PY) .make/web ## real sockets on loopback
	@$(BIN)/pytest -q $(WAITING) tests/integration

e2e: $(PY) .make/web system ## calls between real browsers; prints the join-time table
	@$(BIN)/pytest -q -s tests/e2e

e2e-media: $(PY) .make/web system ## networks that change and workers that die, between real browsers; prints tables
	@$(BIN)/pytest -q -s tests/e2e_media

web-test: .make/node ## the web client's own tests
	@cd web_client && npm run --silent test

test: $(PY) .make/web system web-test ## everything that must pass, in eight to twelve minutes; make e2e has the rest
	@$(BIN)/pytest -q $(SIDE_BY_SIDE) tests/unit tests/sim tests/fuzz
	@$(BIN)/pytest -q $(WAITING) -m 'not line' tests/integration
	@$(BIN)/pytest -q $(TWO_CALLS) -m 'not line' tests/e2e

SECONDS ?= 600
fuzz: $(PY) ## bend what strangers can send, SECONDS=600 a target, RESULTS=page.md; prints executions and escapes
	@$(PY) -m tests.fuzz --seconds $(SECONDS) $(ARGS)

properties: $(PY) ## every property by a thousand examples instead of 25, and every call of REST by a hundred
	@$(BIN)/pytest -q $(SIDE_BY_SIDE) --hypothesis-profile=many -m hypothesis --timeout=1200 tests/unit
	@$(BIN)/pytest -q $(SIDE_BY_SIDE) --hypothesis-profile=many --timeout=3600 tests/integration/signaling/test_openapi.py

BENCH := $(BIN)/pytest -q -s -m bench -p no:randomly --timeout=1200

bench: $(PY) .make/web system .native/.built ## measured figures, printed as tables
	@bash tests/support/system.sh bench
	@$(BENCH) tests/bench

bench-plane: $(PY) .native/.built ## the media plane beside Janus and a plain echo; root, 2 cores, about 10 minutes
	@bash tests/support/system.sh bench
	@$(BENCH) tests/bench/plane

bench-record: ## bench-plane on a quiet machine, written as docs/bench/media-plane.md
	@RESULTS=docs/bench/media-plane.md $(MAKE) --no-print-directory bench-plane

.make/bench-network: $(PY) tests/bench/network/requirements.txt
	@mkdir -p .make && $(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r tests/bench/network/requirements.txt
	@touch $@

CASES ?= all
RUNS ?= 5
bench-network: $(PY) .make/web .make/bench-network system .native/.built ## calls on bad networks beside direct ones; root; CASES=loss5,burst RUNS=2 SHORT=1 RESULTS=docs/bench/network.md
	@bash tests/support/system.sh bench
	@PYTHONPATH=$(CURDIR)/.native $(PY) -m tests.bench.network --cases $(CASES) --runs $(RUNS)

bench-sessions: $(PY) system ## what is stored, killed, crowded and searched; about 25 minutes; RESULTS=docs/bench/sessions.md
	@$(PY) -m tests.bench.sessions

bench-messages: $(PY) system ## threads over bad lines, killed, crowded; root, about 50 minutes; RESULTS=docs/bench/messages.md
	@bash tests/support/system.sh bench
	@$(PY) -m tests.bench.messages

bench-recording: $(PY) .make/web system ## consent, cost, ends, lip-sync, gaps, erasure and players of recordings; about 40 minutes; RESULTS=docs/bench/recording.md
	@bash tests/support/system.sh bench
	@$(PY) -m tests.bench.recording

MINUTES ?= 30
soak: $(PY) .native/.built ## 30 rooms under load while people come and go; MINUTES=30, RESULTS=page.md
	@$(PY) -m tests.bench.plane.soak --minutes $(MINUTES)

ci: lint type arch ## what CI runs: lint, types, contracts, then the README's test command
	@$(MAKE) --no-print-directory test

.native/.built: $(PY) $(shell find media -name '*.py' -o -name '*.pyx') native_build.py
	@$(PY) native_build.py .native && touch $@

native: .native/.built ## compile the packet path into .native (needs a C compiler)

native-test: .native/.built ## the packet path's own tests over the compiled modules
	@cd .native && ../$(PY) -P -c "import sys; sys.path.insert(0, '.'); import media.router as r; assert r.__file__.endswith('.so')"
	@$(PY) -P -m pytest -q -o 'pythonpath=.native .' tests/unit/media/rtp tests/unit/media/bandwidth tests/unit/media/forwarding tests/unit/media/test_router*.py tests/unit/media/test_alarm.py tests/sim tests/integration/media

clean: ## remove what the targets made
	@rm -rf .venv .make .native .native-batch .native-batch.lock web_client/dist web_client/node_modules
