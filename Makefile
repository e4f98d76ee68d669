# make demo         set up, build and publish the reference project, serve it        PORT=8080
# make test         set up with the test extras and check everything                 ARGS="-k lift" JOBS=2
# make conformance  the suites of others, one line a suite; EARL in build/earl           SUITES=../shared/suites
# make kill-loop    kill -9 at KILLS=200 moments of a build and at each of its steps, 20 builds at once; log in build/
# make benchmarks   how fast, how much memory
# make docs         write the generated reference pages again
# make web          build the scripts and shapes that come from npm (done by demo and test where npm is)
# make clean        take away what make and lod have made
#
# Needs Python 3.11 or newer (PYTHON=…), make and git. Everything else goes into .venv.

PYTHON ?= python3
PORT ?= 8080
SUITES ?= ../shared/suites
ARGS ?=
KILLS ?= 200
JOBS ?= 2
BIN := .venv/bin
VENDOR := src/lod/server/static/vendor
# A client of others that the endpoint is tested with, where npm is; nothing of it is shipped.
CLIENTS := $(if $(shell command -v npm),web/clients/node_modules/.package-lock.json)
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# Each program that a check starts would compile all sources again where this is set, as in many containers.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test conformance kill-loop benchmarks docs web clean

help:
	@sed -n '/^# make/s/^# //p' Makefile

demo: .venv/installed web
	@$(BIN)/lod build --publish
	@$(BIN)/lod serve --host 127.0.0.1 --port $(PORT)

test: .venv/installed-test web $(CLIENTS)
	@failed=; for check in "ruff format --check ." "ruff check ." mypy "pytest -n $(JOBS) --dist worksteal $(ARGS)"; do \
	  echo "— $$check"; $(BIN)/$$check || failed="$$failed · $$check"; \
	done; [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

conformance: .venv/installed-test
	@mkdir -p build/earl
	@for report in tests/conformance/*_report.py; do \
	  $(BIN)/python $$report $(abspath $(SUITES)/..) --earl build/earl/$$(basename $$report _report.py).ttl; \
	done; echo "EARL: $$(ls build/earl/*.ttl 2>/dev/null | tr '\n' ' ')"
	$(BIN)/pytest -q -m suite --shared=$(abspath $(SUITES)/..) $(ARGS)

# A line a kill. Every release that was ever published must stay whole, and the pointer name the old one or the new one.
kill-loop: .venv/installed-test
	@mkdir -p build
	@echo "build/kill-loop.log is being written: $(KILLS) random moments, then every step, then 20 builds at once …"
	@$(BIN)/pytest -v -s -o faulthandler_timeout=0 --kills $(KILLS) --kill-every 1 --publishers 20 \
	  tests/pipeline/test_kill_loop.py tests/pipeline/test_crash.py::test_killed_anywhere \
	  tests/pipeline/test_machine_faults.py::test_publishers_that_race > build/kill-loop.log 2>&1; \
	  ended=$$?; tail -n 12 build/kill-loop.log; exit $$ended

benchmarks: .venv/installed-test
	@for benchmark in $$(grep -l '^def main' benchmarks/*.py); do echo "$$benchmark"; $(BIN)/python $$benchmark || exit; done

docs: .venv/installed-test
	$(BIN)/python docs/generate.py

# Without npm every page still reads: the editor is then a plain text area, and a map is a table.
web:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory $(VENDOR)/VENDOR.json; \
	else echo "npm is missing: pages are served without the SPARQL editor and maps"; fi

$(VENDOR)/VENDOR.json: web/package.json web/package-lock.json web/build.mjs web/editor.mjs web/editor.css
	@echo "Building the scripts of the pages …"
	@cd web && if npm ci --silent --no-audit --no-fund; then node build.mjs; \
	else echo "npm cannot fetch them now: pages are served without the SPARQL editor and maps"; fi

web/clients/node_modules/.package-lock.json: web/clients/package.json web/clients/package-lock.json
	@echo "Installing Comunica, a client that the endpoint is tested with …"
	@cd web/clients && npm ci --silent --no-audit --no-fund --ignore-scripts || echo "not installed; its test is skipped"

clean:
	rm -rf .venv .lod releases build dist web/node_modules web/clients/node_modules src/lod/server/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps are older than what they were made from when something must be installed again.
.venv/installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing lod in .venv …"
	@$(PIP) --editable .
	@touch $@

.venv/installed-test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing lod and its test tools in .venv …"
	@$(PIP) --editable '.[test]'
	@touch $@ .venv/installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 2; }
