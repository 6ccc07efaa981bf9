# Every command of the project; `make help` lists them.

VENV := .venv
COMPAT_VENV := .venv-3.12
BIN := $(VENV)/bin
SERVE := 1
PART := @scripts/part.sh
PIP_INSTALL := -m pip install --disable-pip-version-check --root-user-action=ignore --constraint constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# --- use it ---

.PHONY: help demo
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-16s %s\n' "$$name" "$$what"; done

demo: $(VENV)/.installed ## set up, make one kept run, serve the console (SERVE=0 ends after the run); keeps what is there
	@$(BIN)/showcase run --scenario demo_minimal --reseed --keep --name first-run
ifneq ($(SERVE),0)
	@$(BIN)/showcase serve || [ $$? = 130 ] # Ctrl-C is how it ends
endif

# --- check it ---

.PHONY: test check format-check lint types imports tests browser notebooks compat faults faults-full conformance mutants slow
test: check compat ## set up and run everything that checks the project

check: format-check lint types imports tests browser notebooks ## everything but the oldest supported versions

format-check: $(VENV)/.installed-dev
	$(PART) format $(BIN)/ruff format --check

lint: $(VENV)/.installed-dev ## ruff
	$(PART) lint $(BIN)/ruff check

types: $(VENV)/.installed-dev ## mypy --strict on the package
	$(PART) types $(BIN)/mypy

imports: $(VENV)/.installed-dev ## the import ladder
	$(PART) imports $(BIN)/lint-imports

tests: $(VENV)/.installed-dev ## pytest with a real PostgreSQL, in two processes
	$(PART) tests $(BIN)/python -m pytest -m "not slow and not long and not browser" --numprocesses 2 --dist worksteal --durations=10

# a process of its own: while Playwright runs, its event loop is in the way of the tests that start one
browser: $(VENV)/.installed-dev ## the tests in a real browser
	@chromium=$$(scripts/find_chromium.sh) && SHOWCASE_TEST_CHROMIUM="$$chromium" \
		scripts/part.sh browser $(BIN)/python -m pytest -m "browser and not slow" tests/browser --durations=10

notebooks: $(VENV)/.installed-dev ## are the saved notebooks what they print today?
	$(PART) notebooks-saved $(BIN)/python scripts/notebooks.py --check
	$(PART) notebooks-run scripts/in_new_home.sh $(BIN)/python -m pytest -p tests.notebooks_plugin --nbval --nbval-current-env -p no:randomly notebooks

compat: ## the tests marked compat on Python 3.12 and PostgreSQL 15
	@MAKE="$(MAKE)" scripts/part.sh compat scripts/compat.sh

faults: $(VENV)/.installed-dev ## the fault matrix, one line a fault
	$(PART) faults $(BIN)/python -m pytest -p tests.faults_plugin --faults -m "fault and not slow and not browser" -q

faults-full: $(VENV)/.installed-dev ## the fault matrix in the sizes of docs/faults.md
	$(PART) faults-full $(BIN)/python -m pytest -p tests.faults_plugin --faults -m "fault and not browser" -q

conformance: $(VENV)/.installed-dev ## every promise of the contract over HTTP, twice on one database, on two kinds of PostgreSQL
	$(PART) conformance $(BIN)/python -m tests.conformance

mutants: $(VENV)/.installed-dev ## do tests notice a wrong line of the lock, a lifecycle, a decision, the verifier, the importer?
	$(PART) mutants $(BIN)/python -m tests.mutants

slow: $(VENV)/.installed-dev ## the tests of large sizes, which no other command runs
	$(PART) slow $(BIN)/python -m pytest -m slow

# --- mend it ---

.PHONY: fix save-notebooks constraints
fix: $(VENV)/.installed-dev ## format, and mend what ruff can mend
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format

save-notebooks: $(VENV)/.installed-dev ## run the notebooks and save what they print
	@scripts/in_new_home.sh $(BIN)/python scripts/notebooks.py

constraints: $(VENV)/.installed-dev ## write constraints.txt anew from what is installed
	@$(BIN)/python -m pip freeze --exclude-editable | LC_ALL=C sort -f >constraints.txt

# --- measure it, build it ---

.PHONY: bench wheel wheel-check clean
bench: $(VENV)/.installed-dev ## the figures of docs/benchmarks.md
	@scripts/in_new_home.sh $(BIN)/python -m benchmarks --write

wheel: $(VENV)/.installed-dev ## build dist/showcase-*.whl
	@rm -rf dist
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist . >$(VENV)/build.log 2>&1 || { tail -n 40 $(VENV)/build.log; exit 1; }
	@ls dist/*.whl

wheel-check: wheel ## install the wheel in a new environment elsewhere, and make a run with it
	@scripts/wheel_check.sh

clean: ## remove what was built and the environments; artifacts/ with its data stays
	@rm -rf $(VENV) $(COMPAT_VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environments: made once, installed again when pyproject.toml or constraints.txt change ---

$(VENV)/bin/python:
	@python=$$(scripts/find_python.sh) && echo "Making $(VENV) with $$python" && "$$python" -m venv --clear $(VENV)

$(COMPAT_VENV)/bin/python:
	@python=$$(scripts/find_python.sh 3.12) && echo "Making $(COMPAT_VENV) with $$python" && "$$python" -m venv --clear $(COMPAT_VENV)

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing into $(@D), which takes some minutes the first time ..."
	@$(@D)/bin/python $(PIP_INSTALL) --editable . >$(@D)/install.log 2>&1 || { tail -n 40 $(@D)/install.log; exit 1; }
	@touch $@

%/.installed-dev: pyproject.toml constraints.txt | %/bin/python
	@echo "Installing into $(@D), with all that the checks need ..."
	@$(@D)/bin/python $(PIP_INSTALL) --editable '.[dev]' >$(@D)/install.log 2>&1 || { tail -n 40 $(@D)/install.log; exit 1; }
	@touch $(@D)/.installed $@
