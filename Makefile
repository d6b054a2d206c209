# Two commands do all the set-up: `make demo` and `make test`. See CONTRIBUTING.md.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
PIP := .venv/bin/pip --disable-pip-version-check -qq
export PYTHONUNBUFFERED := 1
# Spark is tested where there is Java for it
SPARK := $(if $(shell command -v java),$(shell echo ,)spark)
# what the browser tests drive
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
# what the web page is made from
UI := hatch_build.py $(shell find ui -type f -not -path '*/node_modules/*')
# what make bench measures: any of 100k 1M 10M 100M
SIZES ?= 1M 10M

.PHONY: demo test test-live lint docs bench clean

demo: .venv/installed  ## run the main job on the bundled real sample
	@.venv/bin/unswarm demo --case demo/case

test: .venv/tested .venv/chromium lint  ## everything that must hold
	@.venv/bin/pytest -n 2 --dist loadfile

test-live: .venv/tested .venv/servers tests/live/.network/installed  ## against real servers of AT Protocol
	@UNSWARM_LIVE=1 .venv/bin/pytest tests/live -v -s

lint: .venv/tested
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

docs: .venv/tested  ## write the generated pages of docs/
	@.venv/bin/python docs/generate.py

bench: .venv/installed bench/.toolkit/installed  ## how fast pairs are counted, beside a peer and a floor
	@.venv/bin/python bench/speed.py --sizes $(SIZES) --viral --repeat 3 --write docs/performance.md

clean:
	@rm -rf bench/.toolkit bench/.speed .venv build dist demo/case .mypy_cache .ruff_cache .pytest_cache .import_linter_cache tests/live/.network ui/node_modules src/unswarm/web/static

.venv/installed: pyproject.toml $(UI) .venv/made
	@echo "Installing unswarm (once, a minute or two) …"
	@$(PIP) install --editable '.[web]'
	@touch $@

.venv/tested: pyproject.toml $(UI) .venv/made
	@echo "Installing unswarm and what its tests need (once, a minute or two) …"
	@$(PIP) install --editable '.[bluesky,compat,dev,kafka,live,pdf,photos,share,sketches$(SPARK),web]'
	@touch $@ .venv/installed

bench/.toolkit/installed:
	@echo "Installing the peer coordination-network-toolkit (once) …"
	@$(PYTHON) -m venv bench/.toolkit >/dev/null 2>&1 || $(PYTHON) -m virtualenv --quiet bench/.toolkit
	@bench/.toolkit/bin/pip --disable-pip-version-check -qq install coordination-network-toolkit==1.5.2
	@touch $@

.venv/chromium:
	@if [ -z "$(CHROMIUM)" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the tests of the page (once) …"; \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium; } \
	    >/dev/null 2>&1 || echo "Chromium cannot be installed: the tests of the page are skipped."; \
	elif [ -z "$(CHROMIUM)" ]; then \
	  echo "Chromium is absent, so the tests of the page are skipped: apt install chromium"; fi
	@touch $@

tests/live/.network/installed: tests/live/network/package.json tests/live/network.py .venv/tested
	@echo "Installing PLC, PDS and Ozone from their packages (once, two minutes) …"
	@.venv/bin/python tests/live/network.py
	@touch $@

.venv/servers: .venv/made
	@if command -v g++ >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then true; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing PostgreSQL and g++ for the servers of the live tests (once) …"; \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y g++ postgresql; } \
	    >/dev/null 2>&1 || { echo "PostgreSQL and g++ cannot be installed."; exit 1; }; \
	else echo "PostgreSQL or g++ is absent: apt install g++ postgresql"; exit 1; fi
	@touch $@

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "unswarm needs Python 3.11 or newer; name one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 \
	  || $(PYTHON) -m virtualenv --quiet .venv 2>/dev/null \
	  || { rm -rf .venv; echo "Python cannot make virtual environments here. Install either:"; \
	       echo "  apt install python3-venv    or    $(PYTHON) -m pip install virtualenv"; exit 1; }
	@touch $@
