# Clarion's commands. `make help` lists them.

SHELL       := /bin/bash
GO          ?= go
BIN         := bin/clarion
CACHE       := .cache
LINT        := $(CACHE)/bin/golangci-lint
LINT_MODULE := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
VULN        := $(CACHE)/bin/govulncheck
VULN_MODULE := golang.org/x/vuln/cmd/govulncheck@v1.9.0
FUZZTIME    ?= 20s
# Where the tests with the build tag "servers" are.
SERVER_TESTS ?= $(patsubst %,./%/...,$(wildcard channels/social test/networks test/readers test/signin))

export CGO_ENABLED := 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/clarion
	$(GO) build -trimpath -buildvcs=auto -ldflags "-s -w" -o $(BIN) ./cmd/clarion

.PHONY: run
run: build ## build and run the demonstration office
	$(BIN) demo

.PHONY: test
test: ## all tests, race detector on
	$(GO) test -race -timeout 9m ./...
	$(GO) test -run '^TestFakeClock' ./queue ./office

.PHONY: prove
prove: build ## the long trials: crashes and time
	$(GO) test -tags prove -timeout 60m -count 1 -v ./test/prove/...
	$(GO) test -tags prove -timeout 30m -count 1 -v -run TestInterleavings ./office

.PHONY: test-client
test-client: ## a client generated from the API's document, against the binary (needs npm)
	$(GO) test -tags client -count 1 -timeout 10m ./test/client

.PHONY: test-servers
test-servers: ## the networks' real servers: build, start, test against, stop
	GO=$(GO) test/servers/run.sh $(CACHE)/servers $(SERVER_TESTS)

.PHONY: bench
bench: ## measure beside a baseline, as ratios
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 30m ./...

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME each
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz' || true); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5s $$p || exit 1; \
	  done; \
	done

.PHONY: lint
lint: $(LINT) $(VULN) ## formatting, vet, static analysis, known weaknesses and the walls between packages
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt on these"; exit 1; }
	$(LINT) run ./...
	$(LINT) run --build-tags prove ./crashpoint/... ./test/prove/...
	$(LINT) run --build-tags servers $(SERVER_TESTS)
	$(LINT) run --build-tags client ./test/client/...
	$(GO) mod tidy -diff
	$(GO) mod verify
	.ci/vulnerabilities $(VULN) ./...

# The linters are built once for each version and kept.
$(LINT): Makefile
	GOBIN=$(abspath $(CACHE)/bin) $(GO) install $(LINT_MODULE)
	@touch $@

$(VULN): Makefile
	GOBIN=$(abspath $(CACHE)/bin) $(GO) install $(VULN_MODULE)
	@touch $@

.PHONY: clean
clean: ## remove what was built (never the data folder)
	rm -rf bin $(CACHE)
