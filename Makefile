# Một Cửa. `make` alone says what there is.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run stop test check format bench replay parked provision engines clean

PYTHON ?= python3
ENGINES ?= native
RUN := .venv/bin/motcua
export PYTHON ENGINES

help: ## what make can do here
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.locked ## start everything and show the main job; Ctrl-C stops it
	@$(RUN) run $(ARGS)

stop: .venv/.locked ## stop what `make run` started in another terminal
	@$(RUN) stop

test: .venv/.locked ## all tests on real engines (ENGINES=containers: on Docker); ARGS="-k word" for some
	@.venv/bin/pytest $(ARGS)

check: .venv/.locked ## style, types, the rooms and their doors, the lock
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/pyright
	@.venv/bin/lint-imports
	@UV_PYTHON_DOWNLOADS=never .boot/venv/bin/uv lock --check --python $(PYTHON)

format: .venv/.locked ## put every file into the one style
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

bench: .venv/.locked ## the measured table against its floors, into bench/results/
	@$(RUN) bench $(ARGS)

replay: .venv/.locked ## a municipality's log through the running services: make replay FILE=log.csv
	@$(if $(FILE),$(RUN) replay $(FILE) $(ARGS),echo "Say which log: make replay FILE=log.csv" >&2; exit 1)

parked: .venv/.locked ## the messages that were set aside, and why; ARGS says what to do with them
	@$(RUN) parked $(ARGS)

provision: .venv/.locked ## topics, indexes and buckets on the engines that MOTCUA_… names
	@$(RUN) provision

engines: .venv/.locked ## have the engines in the cache, start none
	@$(RUN) engines

clean: ## forget the environment and the data of `make run` (the engines stay in the cache)
	@if [ -e var/run.lock ] && ! flock -n var/run.lock true; then echo "It runs: make stop first." >&2; exit 1; fi
	@rm -rf .boot .venv var .pytest_cache .ruff_cache .import_linter_cache

.venv/.locked: uv.lock pyproject.toml deploy/uv.txt deploy/bootstrap.sh
	@sh deploy/bootstrap.sh
