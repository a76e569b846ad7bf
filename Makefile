# Two commands do everything on a fresh machine: `make demo` and `make test`.
# Both stand on `make setup`, which builds .venv from uv.lock with uv, fetching uv where it is missing.

PYTHON ?= python3.11
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)

.PHONY: setup demo test campaign lint types contracts check clean

setup: .venv/.ready

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv

.venv/.ready: pyproject.toml uv.lock | $(filter .tools/bin/uv,$(UV))
	$(UV) sync --frozen --all-extras --quiet --python $(PYTHON)
	touch $@

demo: setup
	.venv/bin/tidegate demo

test: setup
	.venv/bin/pytest -n 2 --dist worksteal

campaign: setup
	.venv/bin/pytest -n 2 --dist worksteal -m campaign

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
