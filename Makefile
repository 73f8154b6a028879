# Every target sets up what it needs. `make demo` and `make test` are all a newcomer has to know.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
DEMO_ROOT ?= demo

.PHONY: demo test check truth bench lab system clean

demo: $(STAMP)
	$(BIN)/dfs --root $(DEMO_ROOT) demo

test: $(STAMP) $(VENV)/.test-ready
	@scripts/system --if-allowed
	scripts/check
	scripts/test

check: $(STAMP) $(VENV)/.test-ready
	scripts/check

truth: $(STAMP) $(VENV)/.test-ready
	scripts/truth

bench: $(STAMP) $(VENV)/.test-ready
	scripts/bench

lab: $(STAMP)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[lab]'
	$(BIN)/jupyter lab notebooks

system:
	scripts/system

clean:
	rm -rf $(VENV) $(DEMO_ROOT) build dist

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install python3.11 and python3.11-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than Python 3.11: call make PYTHON=/path/to/python3.11"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[pages]'
	@touch $@

$(VENV)/.test-ready: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $@
