# One word each: setup, demo, test, check, lock. Only python3 and make are needed beforehand.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: setup demo test quick check format lock clean

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Rectify needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

demo: setup
	$(BIN)/rectify up --demo

test: setup
	$(BIN)/pytest

quick: setup
	$(BIN)/pytest -q -m "not server"

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -m "not server"

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	$(BIN)/uv pip compile --universal --generate-hashes --extra dev --python-version 3.11 \
	  --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build *.egg-info
