#!/usr/bin/env bash
# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eux

if [ -z "${CCE_SIMULATOR_FILE:-}" ]; then
    # ansible-test runs a copy of this directory; the last entry of this variable is the tree with the collection
    ROOT="${ANSIBLE_COLLECTIONS_PATH##*:}/ansible_collections/opentelekomcloud/cce"
    exec python "$ROOT/tests/simulator" --seed 7 -- "$0" "$@"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export ANSIBLE_LOCAL_TEMP="$scratch/tmp"

# twice, because a run must not see a list of the one before
for run in first second; do
    ansible-playbook -i fleet.ini --forks 10 playbook.yml -e "run=$run" "$@"
    # the lists are deleted
    [ -z "$(ls -A "$ANSIBLE_LOCAL_TEMP")" ]
done
