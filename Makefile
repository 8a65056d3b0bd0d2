# Every command of the project. `make demo` and `make test` need only Python >= 3.12, git and make.
VENV := .venv
BIN := $(VENV)/bin
PYTEST_ARGS ?= -n 2

.DEFAULT_GOAL := help
.PHONY: help demo test fuzz soak bench guard check format kube kafka requirements clean

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: $(VENV)/.demo  ## install into .venv, start everything on this machine and print what to try
	@exec $(BIN)/hookline dev examples/coinflip

test: check  ## install what is needed and pass all checks and tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

fuzz: $(VENV)/.test  ## try each small language with random input for a minute
	HOOKLINE_FUZZ_SECONDS=60 $(BIN)/python -m pytest $(PYTEST_ARGS) -k fuzz

soak: $(VENV)/.test  ## 100,000 events under fire: nothing lost, nothing twice (docs/reliability.md)
	$(BIN)/python tests/soak

check: $(VENV)/.test  ## style, types and the walls of the house
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.test  ## put the code into its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.test  ## measure the event path beside bare loops (ten minutes)
	$(BIN)/python benchmarks/event_path.py

guard: $(VENV)/.test  ## fail when the CPU time of an event has doubled (half a minute)
	$(BIN)/python benchmarks/event_path.py --guard

kube:  ## build a real kube-apiserver, etcd, kubectl and helm (Go, minutes, once) for the tests
	sh tests/kube/build.sh

kafka:  ## fetch Apache Kafka (Java and Maven, 44 MB, once) for the tests
	sh tests/kafka/build.sh

requirements:  ## pin every dependency anew (needs uv)
	sh scripts/pin.sh

$(VENV)/.demo: requirements/demo.txt pyproject.toml
	sh scripts/install.sh requirements/demo.txt
	@touch $@

$(VENV)/.test: requirements/test.txt pyproject.toml
	sh scripts/install.sh requirements/test.txt
	@touch $@ $(VENV)/.demo

clean:  ## remove the environment and what dev left
	rm -rf $(VENV) .hookline
