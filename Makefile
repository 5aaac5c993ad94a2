# Every target sets up .venv by itself: slowly once, then only when the lock or the metadata changes.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
ARGS   ?=

.PHONY: demo test check bench conformance eksctl golden clean lock setup

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Clusterwright needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.11" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP)  ## a cluster in the sandbox, from document to nothing (ARGS=--keep leaves it running)
	$(BIN)/clusterwright demo $(ARGS)

test: $(STAMP)  ## every test, on all cores; needs nothing but this machine
	$(BIN)/python -m pytest -n auto $(ARGS)

check: $(STAMP)  ## style, types, import rules
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.sizes

conformance: $(STAMP)  ## independent judges: a real API server, kubectl, Helm, the AWS CLI (built once, needs Go)
	$(BIN)/python -m tests.conformance $(ARGS)

bench: $(STAMP)  ## measured numbers, as ratios in one run
	$(BIN)/python -m tests.bench $(ARGS)

eksctl: $(STAMP)  ## the real eksctl makes, changes and removes a cluster in a sandbox (needs Go; eight minutes)
	tests/conformance/eksctl/build
	CLUSTERWRIGHT_EKSCTL=1 $(BIN)/python -m pytest -q tests/conformance/test_eksctl.py $(ARGS)

golden: $(STAMP)  ## rewrite the golden files; review the result as a diff
	CLUSTERWRIGHT_GOLDEN=write $(BIN)/python -m pytest -q tests/golden

lock: $(STAMP)  ## resolve requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
