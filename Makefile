# Two commands on a fresh machine:  make demo   and   make test
# Only Python 3.11 or newer, git and make are assumed.

PYTHON ?= python3
PORT ?= 8000
PY := .venv/bin/python
RUN := .venv/.runtime
DEV := .venv/.dev
WEB := static/vendor/.ready
MACHINE := $(PYTHON) -B -m kitclinic.machine

.PHONY: demo test check sbom bench reset setup lock documents picture

demo: $(RUN) $(WEB)   ## run the clinic with a simulated day
	@$(MACHINE) disk pango
	@$(PY) manage.py demo --port $(PORT)

setup: $(DEV) $(WEB)   ## everything needed to run and to test
	@$(MACHINE) disk pango chromium

test: setup   ## all tests, real Chromium included
	@$(PY) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder

check: setup   ## what CI runs
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy kitclinic scheduling infusions outcomes
	.venv/bin/lint-imports
	.venv/bin/bandit -q -r kitclinic scheduling infusions outcomes -ll
	$(PY) -m kitclinic.supply audit
	@env DATABASE_URL=postgresql://app@/kitclinic KITCLINIC_HOSTS=clinic.example KITCLINIC_VAR=/tmp \
		KITCLINIC_SECRET_KEY=$$($(PY) -c "import secrets; print(secrets.token_urlsafe(60))") \
		$(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py clinicrules --check
	$(PY) manage.py statediagrams --check
	$(PY) manage.py whomaywhat --check
	$(MAKE) --no-print-directory test

sbom: $(DEV)   ## the bill of materials of the locked packages, CycloneDX as JSON, into sbom.json
	$(PY) -m kitclinic.supply sbom > sbom.json

bench: setup   ## measurements; each prints its figures
	@for file in bench/*.py; do echo "== $$file"; $(PY) $$file || exit 1; done

documents: $(RUN)   ## write docs/clinic-rules.md, docs/states.md and docs/access.md anew
	$(PY) manage.py clinicrules
	$(PY) manage.py statediagrams
	$(PY) manage.py whomaywhat

reset:   ## throw the demonstration's data away, after asking
	@$(PYTHON) -B -m kitclinic.machine reset

lock:   ## resolve the dependencies again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate -q --group dev -o requirements-dev.lock

.venv/bin/python:
	@$(MACHINE) python disk
	@$(PYTHON) -m venv .venv

$(RUN): requirements.lock | .venv/bin/python
	@echo "Installing the Python packages (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(DEV): requirements-dev.lock | .venv/bin/python
	@echo "Installing the Python packages for tests (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(RUN)

$(WEB): package-lock.json kitclinic/frontend.py kitclinic/charts_entry.mjs kitclinic/charts_no_compiler.mjs | $(RUN)
	@echo "Installing the front-end packages (once) ..."
	@$(PY) -m kitclinic.machine npm
	@$(PY) -m kitclinic.frontend
	@touch $@
