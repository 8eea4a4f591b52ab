# Two commands matter: `make run` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export LEVELHEAD_DATA_DIR ?= $(HOME)/.local/share/levelhead

.PHONY: run test check unit browser soak bench compare thresholds tune format clean

run: $(STAMP)
	@$(BIN)/levelhead serve

$(STAMP): pyproject.toml constraints.txt
	@echo "Setting up $(VENV): about two minutes, once."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Levelhead needs Python 3.11 or newer; try: make run PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --progress-bar off -c constraints.txt -e ".[dev]"
	@touch $@

test: $(STAMP) browser check unit

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/levelhead playbooks check playbooks

unit: $(STAMP)
	$(BIN)/pytest -m "not soak" -n 2 --dist loadfile

# A real browser for the page tests, from Debian's packages.
browser:
	@command -v chromium >/dev/null || { \
	  echo "Installing Chromium for the page tests."; \
	  SUDO=$$(test "$$(id -u)" = 0 || command -v sudo || true); \
	  ( $$SUDO apt-get update -qq && $$SUDO apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null ) \
	  || echo "Chromium cannot be installed here: the page tests will say so."; }

soak: $(STAMP)
	$(BIN)/pytest -m soak

# Labelled messages (see `levelhead eval --help`): make compare FILES="a.jsonl b.jsonl"
compare: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[compare]"
	$(BIN)/python -m tests.compare $(FILES)

thresholds: $(STAMP)
	$(BIN)/python -m copilot.remember
	$(BIN)/levelhead eval --set-thresholds playbooks

# PyTorch is large and only needed here, so it is installed when asked for.
tune: $(STAMP)
	$(BIN)/python -m pip install --disable-pip-version-check -e ".[tune]"
	$(BIN)/python -m copilot.net.tune

bench: $(STAMP)
	$(BIN)/python -m tests.bench

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
