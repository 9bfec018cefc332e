# Two commands for a newcomer: `make run` starts Pacesetter, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run setup docs test test-python test-postgres check messages bench bench-forecast faults shots system

run: setup
	$(BIN)/pacesetter up

setup: $(VENV)/.installed $(VENV)/.catalogues

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.tested: $(VENV)/.installed requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

$(VENV)/.catalogues: $(VENV)/.installed $(wildcard pacesetter/locale/*/LC_MESSAGES/django.po)
	[ ! -d pacesetter/locale ] || $(BIN)/pybabel --quiet compile --domain django --directory pacesetter/locale
	touch $@

# What the tests need from Debian; without apt the tests that need it are skipped and say so.
system:
	sh tests/system.sh

check: $(VENV)/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: system $(VENV)/.tested $(VENV)/.catalogues check test-python test-postgres

test-python: $(VENV)/.tested $(VENV)/.catalogues
	$(BIN)/pytest -q -n 2 --dist worksteal --durations=15

# Journeys and older folders need a SQLite file; house and contract tests need no database of either kind.
ROOMS_AND_DOORS := tests/base tests/crm tests/intake tests/analytics tests/planning tests/enablement tests/api tests/cli tests/web tests/story \
	tests/scope tests/demo/test_large.py tests/faults/test_killed.py tests/faults/test_dropped.py tests/faults/test_hung.py tests/faults/test_clock.py

test-postgres: $(VENV)/.tested
	$(BIN)/python tests/postgres.py -q -n 2 --dist worksteal $(ROOMS_AND_DOORS)

# Fifty kills, hangs and drops of each kind, on both databases; the ordinary tests take one.
faults: $(VENV)/.tested
	PACESETTER_FAULTS=50 $(BIN)/pytest -q tests/faults
	PACESETTER_FAULTS=50 $(BIN)/python tests/postgres.py -q tests/faults

docs: $(VENV)/.tested
	$(BIN)/python docs/generate.py

bench: $(VENV)/.installed
	$(BIN)/python bench/run.py

bench-forecast: $(VENV)/.installed
	$(BIN)/python bench/forecast.py

messages: $(VENV)/.tested
	cd pacesetter && ../$(BIN)/python -m django makemessages --all --no-obsolete --settings pacesetter.conf.settings
