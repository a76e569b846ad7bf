# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Both stand on `make setup`, which builds .venv from uv.lock with uv, fetching uv where it is missing.

PYTHON ?= python3.11
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)

.PHONY: setup demo test chromium screenshots campaign ledgers lint types contracts check clean

setup: .venv/.ready

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv

.venv/.ready: pyproject.toml uv.lock | $(filter .tools/bin/uv,$(UV))
	$(UV) sync --frozen --all-extras --quiet --python $(PYTHON)
	touch $@

demo: setup
	.venv/bin/tidegate demo

# Three workers for two processors: a third of what some tests take is waiting for processes, browsers and sockets. Each
# needs 0.5 GB. More processors: make test WORKERS=9.
WORKERS ?= 3

# Workers, and the processes that tests start, share what they have compiled: some environments forbid to keep it, and
# then each worker compiles everything anew.
COMPILED = env -u PYTHONDONTWRITEBYTECODE PYTHONPYCACHEPREFIX=$(or $(TMPDIR),/tmp)/tidegate-bytecode

test: setup chromium
	$(COMPILED) .venv/bin/pytest -n $(WORKERS) --dist worksteal

# The pages are tried in Debian's Chromium. Where it cannot be installed those tests are skipped and say so.
chromium:
	@command -v chromium chromium-browser google-chrome >/dev/null || \
	  { command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && \
	    { apt-get install -y -qq chromium >/dev/null 2>&1 || \
	      { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq chromium >/dev/null 2>&1; }; } ; } || \
	  echo "no Chromium: the browser tests will be skipped"

# Every page at desktop and phone width, light and dark, to be looked at: build/pictures, which git ignores.
screenshots: setup chromium
	TIDEGATE_PICTURES=build/pictures .venv/bin/pytest -q -n 0 tests/browser/test_console.py -k accessible

campaign: setup
	$(COMPILED) .venv/bin/pytest -n 2 --dist worksteal -m campaign

# Once for each released version, with its code: docs/decisions/0028.
ledgers: setup
	PYTHONPATH=tests .venv/bin/python tests/integration/upgrade/record.py $(LABEL)

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types: setup
	.venv/bin/mypy

contracts: setup
	.venv/bin/lint-imports

check: test lint types contracts

clean:
	rm -rf .venv .tools
