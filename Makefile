# Two commands set up everything on a machine with Python 3.11: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
LOCK := $(shell cksum requirements.lock | cut -d' ' -f1)
# A file of tests stays on one worker, so that its stores and servers are built once.
WORKERS ?= 2
INSTALLED := .venv/installed-$(LOCK)

.PHONY: demo serve test lint acceptance browser benchmarks clean help

help:
	@echo "make demo        install, make the demo province and serve it"
	@echo "make serve       serve what stands in YANSHU_HOME (default ./var)"
	@echo "make test        install and run every test"
	@echo "make lint        ruff, mypy and the layers"
	@echo "make acceptance  the acceptance statements with the tests that prove them"
	@echo "make benchmarks  figures as ratios, by hand"

# One stamp a lock: a changed lock installs again, an unchanged one costs nothing.
$(INSTALLED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "Python 3.11 is needed; name it with: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -f .venv/installed-*
	@touch $@

demo: $(INSTALLED)
	$(BIN)/yanshu demo

serve: $(INSTALLED)
	$(BIN)/yanshu serve

browser:
	@.ci/browser

# Some environments forbid compiled modules; the hundred processes of the tests would then compile them all again.
test: export PYTHONDONTWRITEBYTECODE =
test: $(INSTALLED) browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

acceptance: $(INSTALLED)
	$(BIN)/python -m tests.acceptance

benchmarks: $(INSTALLED)
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf .venv build *.egg-info dbt/target dbt/logs
