# Two commands do everything on a fresh machine: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
STAMP = $(VENV)/.installed

.PHONY: help demo test lint types imports bench dashboard docs data clean

help:  ## List the targets
	@grep -hE '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 14

$(STAMP): pyproject.toml constraints.txt
	@echo "Installing into $(VENV) (a few minutes the first time) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt "torch==$$(sed -n 's/^torch==//p' constraints.txt)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	@touch $(STAMP)

demo: $(STAMP)  ## Install, then gate, train, audit and report on data/arrests, and show a refusal
	@echo "── assay run data/arrests/assay.yaml"
	@$(BIN)/assay run data/arrests/assay.yaml >/dev/null
	@echo "── assay gate data/damaged/assay.yaml: the same data, damaged"
	@$(BIN)/python -c "import duckdb; duckdb.execute(open('data/damaged/damage.sql').read())"
	@$(BIN)/assay gate data/damaged/assay.yaml >/dev/null; test $$? -eq 1 || (echo "the damaged copy was not refused" >&2; exit 1)
	@echo "── refused with exit code 1, as it should be. Dashboard: make dashboard"

test: $(STAMP)  ## Run all tests
	@$(BIN)/python -m pytest -q --numprocesses auto --dist loadfile

lint: $(STAMP)  ## Style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## Measure the gate against the hand-written limit
	$(BIN)/python benchmarks/gate.py

dashboard: $(STAMP)  ## Open the dashboard on the stored runs
	$(BIN)/assay dashboard

docs: $(STAMP)  ## Write the generated table of checks again
	$(BIN)/python -m audit.checks.table docs/checks/README.md

data: $(STAMP)  ## Export the samples in data/ again from the packages that ship them
	$(BIN)/python benchmarks/export_data.py

clean:  ## Remove the environment, caches and stored runs
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo
	find reports -mindepth 1 -not -name README.md -delete
