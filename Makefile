# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

PYTHON ?= python3
VENVS := .venv
DEMO := $(VENVS)/demo
NOX := $(VENVS)/nox
BENCHMARK := $(VENVS)/benchmark

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test benchmark clean

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile

demo: $(DEMO)/ready ## install the collection as a user would and run docs/demo/playbook.yml against a simulated cloud
	@set -e; \
	scratch=$$(mktemp -d); \
	trap 'rm -rf "$$scratch"' EXIT; \
	trap 'exit 130' INT TERM; \
	galaxy() { \
	    "$(DEMO)/bin/ansible-galaxy" collection "$$@" > "$$scratch/log" 2>&1 || { cat "$$scratch/log" >&2; exit 1; }; \
	}; \
	export ANSIBLE_CONFIG=docs/demo/ansible.cfg ANSIBLE_HOME="$$scratch/home"; \
	export ANSIBLE_COLLECTIONS_PATH="$$scratch/collections" PYTHONDONTWRITEBYTECODE=1; \
	export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost; \
	unset $$(env | sed -n 's/^\(OS_[A-Z_]*\)=.*/\1/p'); \
	echo "Building and installing the collection"; \
	galaxy build --output-path "$$scratch"; \
	galaxy install --offline -p "$$scratch/collections" "$$scratch"/opentelekomcloud-cce-*.tar.gz; \
	echo "Running docs/demo/playbook.yml against a simulated cloud"; \
	"$(DEMO)/bin/python" tests/simulator --seed 7 -- "$(DEMO)/bin/ansible-playbook" docs/demo/playbook.yml

test: $(NOX)/ready ## run every check; one of them: make test ARGS='-s code'
	@"$(NOX)/bin/python" -m nox $(ARGS)

benchmark: $(BENCHMARK)/ready ## compare speed and memory with other ways to the same answer, and write docs/benchmark.md
	@"$(BENCHMARK)/bin/python" tests/benchmark $(ARGS)

clean: ## remove the environments and everything the tests left
	@rm -rf $(VENVS) tests/output .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Python 3.x that an environment needs: antsibull-nox asks for more than what users run does
MINOR := 10
$(NOX)/ready: MINOR := 11

# -qq: pip prints errors only
$(VENVS)/%/ready: tests/requirements/%.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, $(MINOR)) and "Python 3.$(MINOR) or newer is needed, and $(PYTHON) is %d.%d: name another with PYTHON=..." % sys.version_info[:2])'
	@echo "Preparing $(@D), once"
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip --disable-pip-version-check install -qq -r $<
	@touch $@
