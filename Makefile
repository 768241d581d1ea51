# Two commands are enough: `make serve` and `make test`. Both set everything up first.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup build serve test lint lock clean

help:            ## what each command does
	@sed -n 's/^\([a-z-]*\): .*## \(.*\)$$/make \1\t\2/p' $(MAKEFILE_LIST)

$(VENV)/installed: locks/dev.lock pyproject.toml
	$(PYTHON) -m venv --without-pip $(VENV)
	$(PYTHON) -m pip --python $(PY) install --quiet --require-hashes -r locks/dev.lock
	$(PYTHON) -m pip --python $(PY) install --quiet -e . --no-deps --no-build-isolation
	@touch $@

setup: $(VENV)/installed    ## the virtual environment, from the lock

build: setup     ## the graph: files, inferences, checks, snapshot
	$(VENV)/bin/crosswalk build

serve: setup     ## the server on http://127.0.0.1:8000 (CROSSWALK_PORT=… for another port)
	exec $(VENV)/bin/crosswalk serve

test: setup      ## every test
	$(PY) -m pytest -n auto --dist worksteal

lint: setup      ## style
	$(PY) -m ruff check server tests
	$(PY) -m ruff format --check server tests

lock:            ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
		--group dev --all-extras pyproject.toml -o locks/dev.lock

clean:           ## all that was built
	rm -rf $(VENV) build dist
