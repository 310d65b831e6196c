# Everything a user or a developer does, by name. `make help` lists it.
SHELL := /bin/bash
VENV  := .venv
PY    := $(VENV)/bin/python
BUILD := build
JOBS  ?= $(shell nproc)
FUZZ_SECONDS ?= 120
MODELS ?= 2000
NETWORKS ?= 5000
SEED ?= 0
PRECISION ?= f32 f16 bf16 int8

.DEFAULT_GOAL := help
.PHONY: help setup deps build test test-minima test-elsewhere test-sanitize fuzz fuzz-networks fuzz-models lint format demo bench docs oracle wheel clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

deps: ## install apt packages, the Python environment and the MLIR bindings' sources (incremental)
	@tools/bootstrap/deps.sh $(VENV)

setup: deps build ## everything from nothing to a built tree

build: ## compile (needs `make deps` once)
	@tools/bootstrap/build.sh $(VENV) $(BUILD) $(JOBS)

test: setup ## set up, then run all tests (lit, then pytest)
	$(VENV)/bin/lit -sv $(BUILD)/test
	$(PY) -m pytest -n 2 -q test

test-minima: setup ## the Python tests with the lowest versions of all dependencies that pyproject.toml allows
	@tools/bootstrap/test_minima.sh $(VENV) $(BUILD)

test-elsewhere: setup ## the Python tests as on another machine: one core, older processor, other locale, empty home
	@tools/bootstrap/test_elsewhere.sh $(VENV)

test-sanitize: setup ## tests of what reads untrusted files, under AddressSanitizer and UBSan
	@tools/bootstrap/test_sanitize.sh $(VENV) $(BUILD)/sanitize $(JOBS)

fuzz: setup ## coverage-guided fuzzing of bmodels and commands, FUZZ_SECONDS each (installs Clang's libFuzzer)
	@tools/bootstrap/fuzz.sh $(VENV) $(BUILD)/fuzz $(FUZZ_SECONDS)

fuzz-networks: setup ## NETWORKS random networks from SEED in each PRECISION, beside ONNX Runtime; what fails is made small
	PYTHONPATH=$(BUILD)/python_packages:test $(PY) -m fuzz.networks --networks $(NETWORKS) --seed $(SEED) --precision $(PRECISION) \
	  --found $(BUILD)/fuzz/networks

fuzz-models: setup ## MODELS damaged ONNX models and MLIR modules from SEED on: a result or a message, within limits
	PYTHONPATH=$(BUILD)/python_packages:test $(PY) -m fuzz.onnx_fuzz $(SEED) $(MODELS)
	PYTHONPATH=test $(PY) -m fuzz.mlir_fuzz $(SEED) $(MODELS) $(BUILD)/bin/tpu-opt

lint: deps ## clang-format, ruff, pyright and the tree's own rules
	@tools/bootstrap/lint.sh $(VENV)

format: deps ## rewrite sources in the house format
	git ls-files '*.cpp' '*.h' | xargs clang-format-19 -i
	$(VENV)/bin/ruff format . && $(VENV)/bin/ruff check --fix .

demo: setup ## compile a trained network in F32, F16, BF16 and INT8, run the bmodels, compare with ONNX Runtime
	$(PY) examples/digits/demo.py

bench: setup ## all benchmarks; writes their tables below build/bench
	$(PY) -m bench

docs: setup ## generate the reference pages below build/docs/reference
	$(PY) tools/generate_docs.py --build $(BUILD)

oracle: setup ## compare the simulator with the vendor's chip model, which is installed first (needs Python 3.10)
	tools/oracle/setup.sh $(BUILD)/oracle
	PYTHONPATH=$(BUILD)/python_packages:test $(PY) -m oracle.differential --oracle $(BUILD)/oracle --jobs $(JOBS) \
	  --report docs/results/oracle.md
	$(PY) -m pytest -q -n 2 test/oracle --oracle $(BUILD)/oracle

wheel: deps ## a self-contained wheel in dist/
	$(PY) -m pip wheel --no-deps --no-build-isolation -w dist .

clean: ## remove the build tree (keeps the Python environment and caches)
	rm -rf $(BUILD) dist
