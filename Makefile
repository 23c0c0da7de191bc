##@ The two commands
.PHONY: run test
run: setup ## the demo: a server, a legacy database, and three commands to try
	.venv/bin/poolhouse demo

test: setup ## the whole test suite but for the console in a browser
	.venv/bin/python -m pytest -n $${TEST_WORKERS:-3} --dist worksteal --ignore tests/console/browser

##@ For developers
.PHONY: setup check graph contract e2e pictures clients identity-peers first-hour first-hour-clone rolling-upgrade poolers bench bench-check bench-large fuzz mutate drill citus lock renew audit dist format help
setup: .venv/.ready ## builds .venv and installs the JavaScript packages

.venv/.ready: pyproject.toml requirements.lock scripts/setup \
              src/poolhouse/sandbox/js/package.json src/poolhouse/sandbox/js/deno.lock \
              src/poolhouse/wire/console/js/package.json src/poolhouse/wire/console/js/deno.lock \
              src/poolhouse/wire/console/js/build src/poolhouse/wire/console/js/editor.js \
              examples/js/package.json examples/js/deno.lock tests/js/package.json tests/js/deno.lock \
              tests/clients/matrix.py tests/clients/libraries.py tests/clients/packages.py
	scripts/setup

check: setup ## linters, strict types, import contracts, spelling
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/python scripts/graph.py --check
	.venv/bin/python -m scripts.contract --check
	.venv/bin/python -m tests.clients.page --check
	.venv/bin/python -m bench.page --check
	.venv/bin/typos
	.venv/bin/python -m scripts.chinese

graph: setup ## draws which package imports which, into docs/architecture.md
	.venv/bin/python scripts/graph.py

contract: setup ## writes the shapes of the v3 wire from docs/contract
	.venv/bin/python -m scripts.contract

format: setup ## mends what the formatter and the linter can
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

clients: setup ## drives clients and OpenID Connect libraries; records what passes and writes their pages
	RECORD_CLIENTS=1 .venv/bin/python -m pytest -n 0 tests/clients/test_matrix.py tests/clients/test_libraries.py
	.venv/bin/python -m tests.clients.page

identity-peers: setup ## signing in against real directories and providers: which are here, how to get the others; asks the slow ones
	@command -v slapd >/dev/null || echo "no slapd: apt-get install slapd"
	@command -v samba >/dev/null || echo "no domain controller: apt-get install samba-ad-dc samba-ad-provision samba-dsdb-modules"
	@test -d /usr/share/simplesamlphp || echo "no SimpleSAMLphp: apt-get install simplesamlphp php-cli php-xml php-mbstring php-curl"
	@test -x .peers/cas/bin/python || { .venv/bin/uv venv -q .peers/cas && .venv/bin/uv pip install -q \
		--python .peers/cas/bin/python -r tests/federation/cas/requirements.txt; } || echo "no django-cas-server: PyPI cannot be reached"
	SAMBA=1 .venv/bin/python -m pytest -n 0 -rs tests/federation

first-hour: setup ## walks through the guides as three newcomers do; steps and time of each task
	.venv/bin/python -m tests.first_hour

first-hour-clone: setup ## the same in a fresh clone of the last commit, its set-up included
	.venv/bin/python -m tests.first_hour --clone

e2e: setup ## every page of the console in Chromium: seen, used, and judged by axe
	.venv/bin/python -m pytest -n $${TEST_WORKERS:-3} --dist worksteal -rs tests/console/browser

pictures: setup ## takes the console's pictures of docs/images anew
	PICTURES=docs/images .venv/bin/python -m pytest -n 0 tests/console/browser -k "((looks or identity_sources) and Chinese and wide) or journey"

rolling-upgrade: setup ## the server of an older commit (BASE=...) on the schema of this tree, beside this tree's, under load
	.venv/bin/python -m tests.upgrade.rolling $(BASE)

POOLER_MODES ?= session transaction
POOLER_TESTS ?= tests/clients tests/wire/v2 tests/wire/v3 tests/login tests/users tests/oidc tests/customdb \
                tests/e2e/test_behind_a_pooler.py
poolers: setup ## official clients, both wires and sign-ins behind PgBouncer (POOLER_MODES=..., POOLER_TESTS=...)
	for mode in $(POOLER_MODES); do POOLHOUSE_TEST_POOLER=$$mode .venv/bin/python -m pytest -n $${TEST_WORKERS:-3} \
	  --dist worksteal -rs $(POOLER_TESTS) || exit 1; done

bench: setup ## measures against the limits; writes bench/results.json and docs/operations/performance.md
	.venv/bin/python -m bench

bench-check: setup ## this tree against the commit before it (BASE=...); fails where it is a fifth slower
	.venv/bin/python -m bench.check

USERS ?= 10000000
bench-large: setup ## lists up to USERS people (10,000,000: an hour or two and 30 GB in FOLDER)
	.venv/bin/python -m bench.large $(USERS) $(FOLDER)
	.venv/bin/python -m bench.page

EVENTS ?=
drill: setup ## two nodes on Patroni, etcd and HAProxy of Debian, and what their clients see when the primary changes (EVENTS=...)
	.venv/bin/python -m deploy.ha.drill $(EVENTS)

citus-drill: setup ## a worker lost and a pool moved under load, on the Citus that POOLHOUSE_TEST_DATABASE_URL names (EVENTS=...)
	.venv/bin/python -m tests.citus.drill $(EVENTS)

citus: setup ## the test suite on a Citus, whose coordinator POOLHOUSE_TEST_DATABASE_URL names
	.venv/bin/python -m tests.nodes
	.venv/bin/python -m pytest -n $${TEST_WORKERS:-3} --dist worksteal -rs --ignore tests/console/browser

FUZZ_EXAMPLES ?= 200
FUZZ_SEED ?= $(shell date +%Y%m%d)
fuzz: setup ## hours of hostile input: every operation, raw sockets, frames, files, templates (docs/security/fuzz.md)
	@echo "seed $(FUZZ_SEED), $(FUZZ_EXAMPLES) examples a test"
	FUZZ_EXAMPLES=$(FUZZ_EXAMPLES) SCHEMATHESIS_EXAMPLES=$(FUZZ_EXAMPLES) MALFORMED=all .venv/bin/python -m pytest \
	  -n $${TEST_WORKERS:-3} --hypothesis-seed=$(FUZZ_SEED) --durations=10 tests/fuzz tests/wire/v3/test_fuzz.py \
	  tests/wire/test_malformed_requests.py tests/wire/v2/test_bad_input.py

MUTANTS ?= 500
SEED ?= 1
JOBS ?= 1
mutate: setup ## hours of small changes that a test must notice: MUTANTS, SEED, JOBS (docs/testing.md)
	MUTANTS=$(MUTANTS) SEED=$(SEED) JOBS=$(JOBS) .venv/bin/python -m scripts.mutate

lock: ## writes requirements.lock and the deno.lock files anew from their sources, pins kept where they fit
	.venv/bin/uv pip compile pyproject.toml --group dev --extra opentelemetry --universal --generate-hashes --no-header \
	  --no-emit-index-url --quiet $(UPGRADE) --output-file requirements.lock
	.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
	cd src/poolhouse/sandbox/js && $(INSTALL) --node-modules-linker=hoisted
	cd src/poolhouse/wire/console/js && $(INSTALL)
	cd examples/js && $(INSTALL)
	cd tests/js && $(INSTALL)

INSTALL = rm -rf deno.lock node_modules && $(CURDIR)/.venv/bin/deno install --quiet --node-modules-dir=manual

renew: ## raises every pin to the newest; docs/operations/dependencies.md tells what comes before and after
	$(MAKE) lock UPGRADE=--upgrade

audit: setup ## asks whether an advisory is known of anything pinned; exit status 3 if nobody could be asked
	.venv/bin/python scripts/audit.py

dist: setup ## wheel, sdist and their CycloneDX bill of materials, into dist/
	.venv/bin/uv build --quiet --clear --out-dir dist
	.venv/bin/python scripts/sbom.py dist

help: ## this list
	@awk 'BEGIN {FS = ":.*##"} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z0-9-]+:.*##/ {printf "  make %-16s %s\n", $$1, $$2}' Makefile
