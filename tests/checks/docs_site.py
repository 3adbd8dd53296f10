# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation site, as Ansible's own shows it. Each warning is an error, and no network is needed.

usage: python docs_site.py FOLDER
"""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path

# Pages of Ansible's own documentation that ours refers to, by label
ANSIBLE_PAGES = {
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
    **{
        f"ansible_collections.ansible.builtin.{module}_module": f"collections/ansible/builtin/{module}_module.html"
        for module in ("set_fact", "uri")
    },
}


def main(site: Path) -> None:
    # antsibull-docs refuses to write where others can
    site.mkdir(mode=0o755)
    new = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(site), "opentelekomcloud.cce"]
    subprocess.run(["antsibull-docs", "sphinx-init", *new], check=True)
    # The inventory of Ansible's documentation, reduced to what is used, in place of a download
    labels = "".join(f"{label} std:label -1 {page} {label}\n" for label, page in ANSIBLE_PAGES.items())
    head = b"# Sphinx inventory version 2\n# Project: Ansible\n# Version: devel\n# The rest is compressed with zlib.\n"
    (site / "ansible.inv").write_bytes(head + zlib.compress(labels.encode()))
    mapping = {"ansible_devel": ("https://docs.ansible.com/projects/ansible/devel/", "../ansible.inv")}
    with (site / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(f"\nintersphinx_mapping = {mapping}\n")
    subprocess.run([site / "build.sh"], check=True)
    print(f"The site is {site / 'build' / 'html' / 'index.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
