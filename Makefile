# What each command does is in CONTRIBUTING.md.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test test-fast check bench format

# Where it is set, every process of a run would compile every module anew.
export PYTHONDONTWRITEBYTECODE :=

PY := .venv/bin/python
SERVED := $(PY) -m tests.services.run
PYTEST := $(PY) -m pytest --numprocesses 2 --dist loadgroup
TESTS := $(PY) -m tests.environment tests

help:
	@echo "make demo    run everything on this machine: http://127.0.0.1:8000"
	@echo "make test    run all tests"
	@echo "make check   lint, types, layers, migrations, deployment"
	@echo "make bench   measure, each figure beside its own floor"
	@echo "make format  format the code"

# exec: SIGTERM to make must reach the demo, not a shell before it.
demo:
	@scripts/install run
	@DEMO=1 exec $(PY) manage.py demo --with-parent

test:
	@scripts/servers
	@scripts/install dev
	@exec $(SERVED) $(PYTEST)

test-fast:
	@scripts/servers
	@scripts/install dev
	@exec $(SERVED) $(PYTEST) -m 'not browser and not race and not slow'

check:
	@scripts/install dev
	@exec scripts/check

bench:
	@scripts/servers
	@scripts/install dev
	@exec $(SERVED) $(TESTS) $(PY) -m tests.benchmarks

format:
	@scripts/install dev
	.venv/bin/ruff check --quiet --fix .
	.venv/bin/ruff format .
	.venv/bin/djlint --reformat --quiet templates
