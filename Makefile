# One word each: setup, demo, test, check, lock. Only python3 and make are needed beforehand.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.ready

# Debian's package, where it is missing and we may install it.
install = { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(1) >/dev/null; }

.PHONY: setup demo test quick server lint check bench crash format lock clean postgresql redis chromium

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Rectify needs Python 3.11 or newer." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(call install,python3-venv)
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(STAMP)

postgresql:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || $(call install,postgresql) || \
	  echo "PostgreSQL is not installed: the tests that need it say so and are skipped."

redis:
	@command -v redis-server >/dev/null || $(call install,redis-server) || \
	  echo "Redis is not installed: the tests that need it say so and are skipped."

# With a font that has Chinese, without which the pictures are boxes and widths are wrong; and what reads a printed page.
chromium:
	@{ { command -v chromium || command -v chromium-browser; } && ls /usr/share/fonts/*/*/*CJK* && command -v pdftotext; } >/dev/null 2>&1 || \
	  $(call install,chromium fonts-noto-cjk poppler-utils) || \
	  echo "Chromium, a Chinese font or pdftotext is not installed: the portal is NOT TESTED IN A BROWSER as it should be."

demo: setup
	$(BIN)/rectify up --demo

# What both check and test want, make runs once: `make check test` has the quick tests once.
check: lint quick

test: quick server

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

quick: setup postgresql redis
	$(BIN)/pytest -q -m "not server" -n auto

# A file's tests share a server, so a file stays in one process, and the long ones come first, as they are called;
# many machines need both cores for themselves.
server: setup postgresql redis chromium
	$(BIN)/pytest -q -m "server and not machines" -n auto --dist loadfile --no-loadscope-reorder
	$(BIN)/pytest -q -m machines

# Forty minutes; some rows only: make bench ROWS="act lives". The table goes to docs/benchmarks.md.
bench: setup postgresql
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	$(BIN)/python -m tests.benchmarks $(ROWS)

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	$(BIN)/uv pip compile --universal --generate-hashes --extra dev --extra many --python-version 3.11 \
	  --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --generate-hashes --group bench --python-version 3.11 \
	  --no-emit-index-url --no-header --no-annotate -c requirements.lock -o requirements-bench.lock

# The long run: every fault point once, seeded schedules, and the broken builds that must be caught. An hour or so.
POINTS ?= all
SEEDS ?= 200
PG_SEEDS ?= 50
CONTROLS ?= all
crash: setup postgresql
	$(BIN)/python -m tests.crash $(if $(POINTS),--points) $(if $(CONTROLS),--controls) \
	  --seeds $(SEEDS) --pg-seeds $(PG_SEEDS)

clean:
	rm -rf .venv build *.egg-info
