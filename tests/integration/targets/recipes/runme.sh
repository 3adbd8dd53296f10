#!/usr/bin/env bash
# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

set -eux

# ansible-test runs a copy of this directory; the last entry of this variable is the tree with the collection
ROOT="${ANSIBLE_COLLECTIONS_PATH##*:}/ansible_collections/opentelekomcloud/cce"

python "$ROOT/tests/simulator" --seed 7 --busy-for 4 -- python prove.py "$ROOT/playbooks" "$@"
