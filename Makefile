# Needs python3 (3.11 or newer) and make; takes uv where there is one.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Images of Python like to forbid byte code: the tests start the bot, and pytest its workers, many times over.
unexport PYTHONDONTWRITEBYTECODE
UV := $(shell command -v uv 2>/dev/null)

.PHONY: install setup demo test check lint types quick bench soak lock

# What the bot itself needs; where the developers' tools are set up already, with them.
install: $(VENV)/$(if $(wildcard $(VENV)/.ready),.ready,.installed)

setup: $(VENV)/.ready

$(VENV)/.installed: requirements.lock
$(VENV)/.ready: requirements-dev.lock

$(VENV)/.installed $(VENV)/.ready:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Python 3.11 or newer is needed, {sys.executable} is {v.major}.{v.minor}: make PYTHON=/path/to/python3.11")'
	@echo "Setting up $(VENV), once: seconds with uv, a minute or so without."
ifdef UV
	uv venv --quiet --allow-existing --python "$$(command -v $(PYTHON))" $(VENV)
	@# The second time with this machine's certificates: uv brings its own, which do not know a proxy that looks inside.
	uv pip sync --quiet --python $(BIN)/python --require-hashes $< || { echo "Once more, with this machine's certificates."; \
		UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1 uv pip sync --quiet --python $(BIN)/python --require-hashes $<; }
else
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
endif
	@touch $@

demo: install
	$(BIN)/python -m bot demo

# Everything but the soak.
test: setup
	$(BIN)/python -m pytest -n auto --dist worksteal

# The developer's loop, side by side: all but the tests that need a browser, PostgreSQL or processes.
check: setup
	@$(MAKE) --no-print-directory -j3 lint types quick

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

quick: setup
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not soak and not thorough"

bench: setup
	$(BIN)/python -m bench

soak: setup
	$(BIN)/python -m pytest -m soak

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group dev --constraint requirements.lock pyproject.toml -o requirements-dev.lock
