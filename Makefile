# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

PYTHON ?= python3
VENVS := .venv
DEMO := $(VENVS)/demo
NOX := $(VENVS)/nox
RULES := $(VENVS)/rulebook
BENCHMARK := $(VENVS)/benchmark

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo try test test-all benchmark clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

# Build the collection and install it as a user would, for the commands that follow in the same shell
define INSTALL
set -e; \
scratch=$$(mktemp -d); \
trap 'rm -rf "$$scratch"' EXIT; \
trap 'exit 130' INT TERM; \
root="$(CURDIR)"; bin="$$root/$(DEMO)/bin"; \
galaxy() { "$$bin/ansible-galaxy" collection "$$@" > "$$scratch/log" 2>&1 || { cat "$$scratch/log" >&2; exit 1; }; }; \
export ANSIBLE_COLLECTIONS_PATH="$$scratch/collections" ANSIBLE_HOME="$$scratch/home" PYTHONDONTWRITEBYTECODE=1; \
export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost; \
echo "Building and installing the collection"; \
galaxy build --output-path "$$scratch"; \
galaxy install --offline -p "$$scratch/collections" "$$scratch"/opentelekomcloud-cce-*.tar.gz
endef

demo: $(DEMO)/ready ## install the collection as a user would and run docs/demo/playbook.yml against a simulated cloud
	@$(INSTALL); \
	echo "Running docs/demo/playbook.yml against a simulated cloud"; \
	export ANSIBLE_CONFIG=docs/demo/ansible.cfg; \
	"$$bin/python" tests/simulator --seed 7 --busy-for 12 --log-in -- "$$bin/ansible-playbook" docs/demo/playbook.yml \
		-e "page=$$root/$(VENVS)/demo.html"; \
	echo "Next:"; \
	echo "  make try PLAYBOOK=my.yml    run a playbook of your own against the simulated cloud"; \
	echo "  ansible-galaxy collection install opentelekomcloud.cce    use it with your account"; \
	echo "  https://opentelekomcloud.github.io/ansible-collection-cce/latest/    read the guides"; \
	echo "To see all jobs of the demo on a timeline, open $$root/$(VENVS)/demo.html"

# ansible-rulebook has no implicit localhost
export LOCALHOST := {all: {hosts: {localhost: {ansible_connection: local}}}}

# A relative path counts from where the user is, which is PWD under make -C, or else from here
try: $(DEMO)/ready $(if $(RULEBOOK),$(RULES)/ready) ## run your own playbook or rulebook against the simulated cloud: make try PLAYBOOK=my.yml ARGS='-e x=y -v'
	@file="$(or $(PLAYBOOK),$(RULEBOOK))"; here="$(CURDIR)"; from="$(or $(PWD),$(CURDIR))"; \
	[ -n "$$file" ] || { echo "No playbook specified. Run: make try PLAYBOOK=my.yml, or RULEBOOK=my.yml" >&2; exit 2; }; \
	(cd "$$from" 2> /dev/null && [ -f "$$file" ]) || from="$$here"; \
	(cd "$$from" 2> /dev/null && [ -f "$$file" ]) || { echo "File not found: $$file" >&2; exit 2; }; \
	others="$${ANSIBLE_COLLECTIONS_PATH:-$$HOME/.ansible/collections:/usr/share/ansible/collections}"; \
	$(INSTALL); \
	export ANSIBLE_COLLECTIONS_PATH="$$scratch/collections:$$others"; \
	export ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false; \
	cd "$$from"; \
	set -- "$$bin/ansible-playbook" "$$file"; \
	if [ -n "$(RULEBOOK)" ]; then \
		printf '%s\n' "$$LOCALHOST" > "$$scratch/inventory.yml"; \
		export PATH="$$root/$(RULES)/bin:$$PATH"; \
		set -- "$$root/$(RULES)/bin/ansible-rulebook" --rulebook "$$file" --inventory "$$scratch/inventory.yml"; \
	fi; \
	"$$bin/python" "$$root/tests/simulator" --seed 7 --log-in -- "$$@" $(ARGS)

test: $(NOX)/ready ## run every check that one Python can run, in 5 minutes; one of them: make test ARGS='-s code'
	@"$(NOX)/bin/python" $(if $(ARGS),-m nox $(ARGS),tests/checks test)

test-all: $(NOX)/ready ## run the checks on every ansible-core, with every Python on PATH
	@"$(NOX)/bin/python" tests/checks test-all

benchmark: $(BENCHMARK)/ready ## compare speed and memory with other ways to list the jobs, and write docs/benchmark.md
	@"$(BENCHMARK)/bin/python" tests/benchmark $(ARGS)

clean: ## remove the environments and everything the tests left
	@rm -rf $(VENVS) tests/output .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The x of the lowest Python 3.x, megabytes, and programs that an environment needs
NEEDS := 10 200
$(NOX)/ready: NEEDS := 11 2000 git
$(RULES)/ready: NEEDS := 10 300 java

$(VENVS)/%/ready: tests/requirements/%.txt
	@command -v "$(PYTHON)" > /dev/null || { echo "$(PYTHON) not found. Install Python, or select one with PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" tests/checks/environment.py $(@D) $< $(NEEDS)
