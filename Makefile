# Pouch: `make demo` and `make test` are whole: they install what is missing and build first.
#
#   STRICT=1       warnings in Pouch's own code are errors (what .ci/run does)
#   FILTER=regex   only the tests whose names match
#   VERBOSE=1      name every test as it runs, not only those that fail
#   JOBS=n         compile at most n files at a time
#   WIDTH=n        run at most n tests at a time

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

STRICT ?=
FILTER ?=
VERBOSE ?=
JOBS ?=

# The same flags in every step, so that nothing is built twice. SwiftPM silences the packages that
# Pouch depends on, so strictness reaches Pouch alone.
FLAGS := $(if $(STRICT),-Xswiftc -warnings-as-errors) $(if $(JOBS),--jobs $(JOBS))
TESTING := --disable-xctest $(if $(VERBOSE),,--quiet) $(if $(FILTER),--filter '$(FILTER)')
# All tests at once would share two cores: those that wait for a connection would run out of the time
# that each has. So many run side by side; a variable, since SwiftPM has no option for it.
WIDTH ?= 12
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH := $(WIDTH)
FORMATTED := Sources Tests Package.swift Benchmarks/Sources Benchmarks/Package.swift

.PHONY: help
help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Check the toolchain, and install libssl-dev, zlib1g-dev and pkg-config if missing
	@scripts/setup.sh

.PHONY: build
build: setup ## Build the library and the executables (debug)
	swift build $(FLAGS) < /dev/null

.PHONY: demo
demo: build ## Send a file over mutual TLS on this machine, and show what happened
	@scripts/demo.sh "$$(swift build $(FLAGS) --show-bin-path)" < /dev/null

.PHONY: build-tests
build-tests:
	@scripts/setup.sh tests
	swift build --build-tests $(FLAGS) < /dev/null
# What is measured in the tests of the footprint is the optimised build.
	swift build --configuration release --product pouch-footprint $(FLAGS) < /dev/null

.PHONY: test
test: build-tests ## Build, then run every test (FILTER=regex for some)
	swift test --skip-build $(TESTING) $(FLAGS) < /dev/null

# A test asks for memory that no system has: the sanitizers' allocators are to refuse it, not to abort.
.PHONY: sanitize-thread
sanitize-thread: ## Run the tests under the thread sanitizer, in a build of its own
	@scripts/setup.sh tests
	TSAN_OPTIONS="halt_on_error=0 exitcode=66 allocator_may_return_null=1 $${TSAN_OPTIONS:-}" \
	  swift test --sanitize thread --scratch-path .build/sanitize-thread \
	  $(TESTING) $(FLAGS) < /dev/null

.PHONY: sanitize-address
sanitize-address: ## Run the tests under the address sanitizer, in a build of its own
	@scripts/setup.sh tests
	ASAN_OPTIONS="detect_leaks=0 allocator_may_return_null=1 $${ASAN_OPTIONS:-}" \
	  swift test --sanitize address --scratch-path .build/sanitize-address \
	  $(TESTING) $(FLAGS) < /dev/null

.PHONY: fuzz
fuzz: ## Fuzz the decoders, SECONDS each (60): TARGETS='cbor pickle' for some; finds stay in .build
	@SECONDS_EACH=$(or $(SECONDS),60) scripts/fuzz.sh $(TARGETS)

.PHONY: bench
bench: ## Compare Pouch with its peers, 64-byte objects over TCP (release; installs what is missing)
	@$(MAKE) --no-print-directory -C Benchmarks run

.PHONY: bench-peers
bench-peers: ## The same for all sizes and transports, into docs/performance.md (ONLY=tcp for some)
	@$(MAKE) --no-print-directory -C Benchmarks peers

.PHONY: bench-growth
bench-growth: ## Measure growth with sizes, connections and loops, and draw it (docs/performance)
	@$(MAKE) --no-print-directory -C Benchmarks growth

.PHONY: bench-coders
bench-coders: ## Compare CBOR with Foundation's JSON, Python's pickle and cbor2, and memcpy (release)
	@$(MAKE) --no-print-directory -C Benchmarks coders

# What is left out of a page must not look as if it had been measured: ONLY writes nothing.
.PHONY: hostile
hostile: ## Load two ends with all that a stranger can do (release; ONLY=words SECONDS=each), into docs
	@scripts/setup.sh tests
	swift build --configuration release $(FLAGS) --product pouch-receive < /dev/null
	swift build --configuration release $(FLAGS) --product pouch-send < /dev/null
	swift build --configuration release $(FLAGS) --product pouch-certs < /dev/null
	@python3 Tests/Hostile "$$(swift build --configuration release $(FLAGS) --show-bin-path)" \
	  --seconds $(or $(SECONDS),12) $(if $(ONLY),--only $(ONLY),--write docs/security-tests.md) < /dev/null

.PHONY: lint
lint: setup ## Check the formatting and the C sources; prints nothing when all is well
	@swift format lint --strict --recursive $(FORMATTED)
	@clang -fsyntax-only -std=gnu11 -Wall -Wextra -Werror -Wno-unused-function $(patsubst %,-I %,$(wildcard Sources/C*/include)) \
	  -x c $(wildcard Sources/C*/*.c Sources/C*/shims.h)

.PHONY: format
format: ## Format the sources in place
	swift format --in-place --recursive $(FORMATTED)

.PHONY: certs
certs: build ## Create development certificates in Certs/, unless they are there
	@scripts/certs.sh "$$(swift build $(FLAGS) --show-bin-path)" Certs

.PHONY: clean
clean: ## Remove everything that was built (certificates stay)
	swift package clean
	rm -rf .build/sanitize-thread .build/sanitize-address Benchmarks/.build
