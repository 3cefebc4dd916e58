# Everything a stranger or CI runs. Needs only Python 3.11+ and make: the environment makes itself from requirements.lock.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SUITE := $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder --max-worker-restart 0

.PHONY: demo test prove lint bench lock clean

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Playhead needs Python 3.11 or newer; this is " + sys.version)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

demo: $(STAMP)
	@$(BIN)/playhead demo

test: $(STAMP)
	$(SUITE)

# The same suite with as many cases as the promises name; takes far longer.
prove: $(STAMP)
	PLAYHEAD_TEST_SCALE=full $(SUITE) -o faulthandler_timeout=36000

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src agents $(wildcard examples/*.py)
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m benchmarks

# Resolve pyproject.toml anew, in an environment of its own, and write the exact versions down.
lock:
	rm -rf .lock-venv && $(PYTHON) -m venv .lock-venv
	.lock-venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade setuptools -e '.[dev]'
	.lock-venv/bin/python -m pip freeze --all --exclude-editable --exclude pip > requirements.lock
	rm -rf .lock-venv

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist src/*.egg-info
