# Everything a developer runs. `make` alone lists it. Plain POSIX sh, no other tool needed.

UV_VERSION = 0.13.8
BIN = .venv/bin
# Workers of the test run.
JOBS ?= 2
# A language to begin: make translations NEW=fr
NEW ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset format lint types imports translations check test \
	browser screenshots bench clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: .venv/.set-up ## install everything that the service and its tests need into .venv
	@:

# uv from PATH if it is recent enough, else a private one in .tools.
.venv/.set-up: pyproject.toml uv.lock
	@uv=uv; \
	if ! uv --version 2>/dev/null | awk '{ split($$2, v, "."); ok = v[1] > 0 || v[2] >= 9 } END { exit !ok }'; then \
		uv=.tools/bin/uv; \
		if ! "$$uv" --version 2>/dev/null | grep -q "^uv $(UV_VERSION)"; then \
			echo "Installing uv $(UV_VERSION) into .tools"; \
			python3 -m venv .tools && \
			.tools/bin/python -m pip install --quiet --disable-pip-version-check "uv==$(UV_VERSION)" || \
			{ echo "uv cannot be installed: see https://docs.astral.sh/uv/ and try again." >&2; exit 1; }; \
		fi; \
	fi; \
	echo "Installing the locked packages into .venv"; \
	UV_NO_PROGRESS=1 UV_PROJECT_ENVIRONMENT=.venv "$$uv" sync --frozen --quiet
	@touch $@

demo: setup ## start the service with made-up data; HOST=… PORT=… choose the address
	@$(if $(HOST),NMRF_HOST='$(HOST)') $(if $(PORT),NMRF_PORT='$(PORT)') exec $(BIN)/nmrf demo

demo-reset: setup ## the same from the beginning: what was changed in the demo is lost
	@$(if $(HOST),NMRF_HOST='$(HOST)') $(if $(PORT),NMRF_PORT='$(PORT)') exec $(BIN)/nmrf demo --reset

format: setup ## bring the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

lint: setup ## form and habits of the code
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types: setup ## types of the code
	$(BIN)/mypy

imports: setup ## which slice imports which
	$(BIN)/lint-imports --no-logo

translations: setup ## bring the catalogues up to date with the marked texts, and compile them
	@mkdir -p build
	$(BIN)/pybabel -q extract -F nmrf/translations/babel.cfg --no-location --sort-output \
		--project nmrf --copyright-holder 'the NMRF service contributors' \
		-o build/messages.pot .
	@[ -z '$(NEW)' ] || $(BIN)/pybabel -q init -i build/messages.pot -d nmrf/translations -l '$(NEW)'
	@if ls nmrf/translations/*/LC_MESSAGES/messages.po >/dev/null 2>&1; then \
		$(BIN)/pybabel -q update -i build/messages.pot -d nmrf/translations \
			--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date && \
		$(BIN)/pybabel -q compile -d nmrf/translations; \
	else \
		echo "There is no catalogue yet: begin one with make translations NEW=fr"; \
	fi

check: lint types imports ## what to run before a commit: all but the slow and the browser tests
	$(BIN)/pytest -m "not slow and not browser" -q -n $(JOBS) --dist loadgroup

# The tests run last, and also after a complaint of the tools, so that one run tells everything.
test: setup browser ## everything: tools, then all tests on SQLite and PostgreSQL
	@complaints=; \
	for tool in lint types imports; do \
		echo "== $$tool"; \
		$(MAKE) --no-print-directory $$tool || complaints="$$complaints $$tool"; \
	done; \
	echo "== tests on SQLite and PostgreSQL, with the slow ones and those in a browser"; \
	[ -z "$$complaints" ] || echo "== NOT GOOD, see above:$$complaints"; \
	$(BIN)/pytest -q -n $(JOBS) --dist loadgroup --database both </dev/null && [ -z "$$complaints" ]

browser: ## install Chromium for the browser tests, where this may be done
	@for name in chromium chromium-browser google-chrome; do \
		if command -v $$name >/dev/null; then exit 0; fi; \
	done; \
	if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
		echo "Chromium is not installed: the browser tests are skipped."; exit 0; \
	fi; \
	echo "Installing Chromium for the browser tests"; \
	export DEBIAN_FRONTEND=noninteractive; \
	for attempt in 1 2 3; do \
		timeout 300 apt-get -qq update </dev/null && \
		timeout 600 apt-get -qq -y --no-install-recommends install chromium </dev/null >/dev/null && \
		exit 0; \
		sleep 5; \
	done; \
	echo "Chromium cannot be installed: the browser tests are skipped."

screenshots: setup browser ## pictures of the pages for the documentation
	$(BIN)/python -m tests.browser.screenshots

bench: setup ## measure the service against its floor
	$(BIN)/python -m benchmarks

clean: ## remove caches and built files; the data in instance/ and .venv stay
	rm -rf build htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache
	find nmrf tests migrations benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
