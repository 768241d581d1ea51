# Two commands are enough: `make serve` and `make test`. Both set everything up first.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup build serve test lint bench stress lock clean

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

build/oxigraph-oldest/installed: locks/oxigraph-oldest.lock $(VENV)/installed
	rm -rf build/oxigraph-oldest
	$(PYTHON) -m pip --python $(PY) install --quiet --require-hashes --target build/oxigraph-oldest -r $< \
		&& touch $@ || echo "the oldest Oxigraph cannot be had here: its tests are skipped"

test: setup build/oxigraph-oldest/installed      ## every test
	$(PY) -m pytest -n auto --dist worksteal

lint: setup      ## style
	$(PY) -m ruff check server tests bench
	$(PY) -m ruff format --check server tests bench

build/bench/peers/installed: locks/bench.lock
	$(PYTHON) -m venv --without-pip build/bench/peers
	$(PYTHON) -m pip --python build/bench/peers/bin/python install --quiet --require-hashes -r locks/bench.lock
	@touch $@

bench: setup build/bench/peers/installed    ## measure against other servers: ratios, docs/benchmarks.md
	$(PY) -m bench

stress: setup    ## 200 random kills, half an hour under load, 60,000 queries changed at random
	CROSSWALK_KILLS=200 CROSSWALK_SOAK=1800 CROSSWALK_MUTANTS=60000 $(PY) -m pytest -n 0 --timeout 7200 -m stress
	CROSSWALK_FUZZ=50 $(PY) -m pytest -n 0 --timeout 7200 tests/fuzz

lock:            ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
		--group dev --all-extras pyproject.toml -o locks/dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
		--group bench -o locks/bench.lock

clean:           ## all that was built
	rm -rf $(VENV) build dist
