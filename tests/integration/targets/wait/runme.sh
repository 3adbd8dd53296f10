#!/usr/bin/env bash
# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eux

# ansible-test runs a copy of this directory; the last entry of this variable is the tree with the collection
ROOT="${ANSIBLE_COLLECTIONS_PATH##*:}/ansible_collections/opentelekomcloud/cce"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# Where HOME is not the home directory of the account, the task in the background and async_status use different ones
export ANSIBLE_ASYNC_DIR="$scratch/async"

python "$ROOT/tests/simulator" --seed 7 --busy-for 600 -- ansible-playbook playbook.yml "$@"
python "$ROOT/tests/simulator" --seed 7 -- python progress.py "$@"
# in the Ansible process, and sent, as every task that has an environment
for where in '{}' '{"environment_of_tasks": {"SENT": "yes"}}'; do
    python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook outcomes.yml -e "$where" "$@"
done
