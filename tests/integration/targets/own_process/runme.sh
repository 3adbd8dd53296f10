#!/usr/bin/env bash
# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eux

# ansible-test runs a copy of this folder; where the collection itself lies is the last entry of this variable
ROOT="${ANSIBLE_COLLECTIONS_PATH##*:}/ansible_collections/opentelekomcloud/cce"
HERE="$PWD"

# in another folder, to see where relative paths begin
mkdir -p elsewhere
cd elsewhere
python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/same.yml" "$@"

# in a folder that may be entered but not read, which root needs help for
mkdir -p closed
trap 'chmod 755 closed' EXIT
chmod 311 closed
as_user=()
[ "$(id -u)" -ne 0 ] || as_user=(setpriv "--bounding-set=-dac_override,-dac_read_search")
(
    cd closed
    "${as_user[@]}" python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/obstacles.yml"
)

# with a strategy plugin that replaces parts of Ansible
if strategies=$(python -c 'import ansible_mitogen.plugins.strategy as found; print(*found.__path__)'); then
    for verbosity in -v -vvv; do
        ANSIBLE_STRATEGY_PLUGINS="$strategies" ANSIBLE_STRATEGY=mitogen_linear \
            python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/obstacles.yml" "$verbosity"
    done
else
    echo "Skipping the mitogen strategy: mitogen is not installed."
fi

# If Ansible cannot write files, tasks whose module is sent fail. Without the verbosity of this run, because with -v a
# temporary folder is always needed.
export ANSIBLE_REMOTE_TEMP=/dev/null/nowhere
python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/where.yml" -i elsewhere,
python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/piped.yml"
ANSIBLE_KEEP_REMOTE_FILES=1 python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/kept.yml"
