#!/usr/bin/env bash
# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eux

# ansible-test runs a copy of this folder; where the collection itself lies is the last entry of this variable
ROOT="${ANSIBLE_COLLECTIONS_PATH##*:}/ansible_collections/opentelekomcloud/cce"
HERE="$PWD"

# elsewhere, so that relative paths show where they begin
mkdir -p elsewhere
cd elsewhere
python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/same.yml" "$@"

# Where Ansible can put no file, whatever is sent fails. Not at the verbosity of this run: with -v there is always one
export ANSIBLE_REMOTE_TEMP=/dev/null/nowhere
python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/where.yml" -i elsewhere,
python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/piped.yml"
ANSIBLE_KEEP_REMOTE_FILES=1 python "$ROOT/tests/simulator" --seed 7 -- ansible-playbook "$HERE/kept.yml"
