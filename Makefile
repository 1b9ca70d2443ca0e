# Two commands matter: `make run` and `make test`. Everything they need is installed into .venv/.
# The first of these that works and is new enough (a shim of a version that is not installed does not count).
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
BIN := .venv/bin
# The lock files hold every dependency; modules are compiled when they are first used: a third less to wait for.
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-compile
# The package itself, without its dependencies (they are locked) and built by the locked setuptools: an isolated
# build would fetch one that nobody has checked.
PACKAGE := $(PIP) --no-build-isolation -e .
DATA ?= .leadrelay
# A stack is a dozen processes: where this is set, each would compile all of us anew.
unexport PYTHONDONTWRITEBYTECODE
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

# What the pages take from npm: with the machine's npm, else with one that lives in .venv.
WEB := services/chassis/web
NPM := $(shell command -v npm)

.PHONY: help venv words assets run test screenshots fuzz upgrade chaos check audit format bench lock clean

help:
	@echo "make run     everything on this machine, with a sample department at work ($(DATA)/ keeps its state)"
	@echo "make test    the whole test suite"
	@echo "make screenshots   pictures of the desks at work, into docs/img/"
	@echo "make fuzz    10,000 damaged files, 10,000 requests (LEADRELAY_FUZZ=N, LEADRELAY_CASES=N for others)"
	@echo "make upgrade  leads under way in the last release go on in this one (three minutes)"
	@echo "make chaos   ten minutes of kills, freezes and restarts, then everything must agree (CHAOS_MINUTES=, SEED=)"
	@echo "make assets  what the pages fetch, from npm and our own, into $(WEB)/static/"
	@echo "make words   collects what people are shown into the catalogues, and lists what has no translation"
	@echo "make check   format, lint, types, dependency rules, audit"
	@echo "make audit   known vulnerabilities of the locked packages, where the index answers"
	@echo "make format  formats the code and sorts its imports"
	@echo "make bench   measures and prints figures"
	@echo "make lock    locks requirements/*.in in requirements/*.txt, and package.json"
	@echo "make clean   removes .venv and caches, never data"

# A .venv whose Python has gone, is too old, or is not the one it was made by (no pip then) cannot be used: make it anew.
ifneq ($(and $(wildcard .venv),$(PYTHON)),)
ifneq ($(shell $(BIN)/python -c 'import pip, sys; print(sys.version_info >= (3, 11))' 2>/dev/null),True)
$(info .venv was made by another Python: making it anew)
$(shell rm -rf .venv)
endif
endif

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

# With the servers that `leadrelay up` starts; runtime.txt, without them, is the image's (deploy/Dockerfile).
.venv/.runtime: requirements/embedded.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements/embedded.txt
	$(PACKAGE)
	@touch $@

# It holds all of embedded.txt.
.venv/.dev: requirements/dev.txt pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements/dev.txt
	$(PACKAGE)
	@touch $@ .venv/.runtime

# The stamp lies in .venv, and is no good without the files: a fresh clone may bring a .venv along.
ASSETS := $(if $(wildcard $(WEB)/static/manifest.json),.venv/.assets,.venv/.assets-anew)

.venv/.assets-anew: | $(BIN)/python
	@rm -f .venv/.assets
	@$(MAKE) --no-print-directory .venv/.assets

.venv/.assets: package-lock.json leadrelay/assets.py $(wildcard $(WEB)/assets/* $(WEB)/assets/*/*) | $(BIN)/python
	$(if $(NPM),,$(PIP) --require-hashes -r requirements/assets.txt)
	$(BIN)/python -m leadrelay.assets
	@touch $@

venv: .venv/.dev

assets: $(ASSETS)

run: .venv/.runtime $(ASSETS)
	@exec $(BIN)/leadrelay up --demo --data $(DATA)

test: .venv/.dev $(ASSETS)
	$(BIN)/python -m pytest -n auto --durations=10

screenshots: .venv/.dev $(ASSETS)
	$(BIN)/python -m tests.browser.screenshots

fuzz: .venv/.dev
	LEADRELAY_FUZZ=$${LEADRELAY_FUZZ:-10000} LEADRELAY_CASES=$${LEADRELAY_CASES:-10000} $(BIN)/python -m pytest -n0 -s tests/fuzz

# Too long for every run of the tests; CONTRIBUTING asks for it before a release.
upgrade: .venv/.dev
	$(BIN)/python -m pytest -n 0 tests/upgrade/upgrade.py

chaos: .venv/.dev $(ASSETS)
	$(BIN)/python -m tests.chaos --minutes $${CHAOS_MINUTES:-10} $(if $(SEED),--seed $(SEED))

words: .venv/.dev
	$(BIN)/python -m leadrelay.words

check: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python requirements/audit.py

audit: .venv/.dev
	$(BIN)/python requirements/audit.py

format: .venv/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/.dev
	$(BIN)/python -m bench.claims
	$(BIN)/python -m bench.deliveries
	$(BIN)/python -m bench.lives
	$(BIN)/python -m bench.restart
	$(BIN)/python -m bench.replay
	$(BIN)/python -m bench.rolling
	$(BIN)/python -m bench.imports
	$(BIN)/python -m bench.register
	$(BIN)/python -m bench.inbound
	$(BIN)/python -m bench.claimers
	$(BIN)/python -m bench.criteria
	$(BIN)/python -m bench.routing
	$(BIN)/python -m bench.deals
	$(BIN)/python -m bench.bookings
	$(BIN)/python -m bench.statements
	$(BIN)/python -m bench.invoices
	$(BIN)/python -m bench.customers
	$(BIN)/python -m bench.card

lock: .venv/.dev
	$(PIP) uv
	$(COMPILE) requirements/runtime.in -o requirements/runtime.txt
	$(COMPILE) requirements/runtime.in requirements/embedded.in -o requirements/embedded.txt
	$(COMPILE) requirements/dev.in -o requirements/dev.txt
	$(COMPILE) requirements/assets.in -o requirements/assets.txt
	npm install --package-lock-only

clean:
	rm -rf .venv node_modules $(WEB)/static .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
