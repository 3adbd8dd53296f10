# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation site, as Ansible's own shows it. Each warning is an error, and no network is needed.

usage: ANSIBLE_COLLECTIONS_PATH=TREE python docs_site.py FOLDER [--release]

FOLDER gets a page that leads to the latest release, and a directory for each version: `main`, the collection in TREE,
and `latest`, the release with the highest number. Without --release, or if Git has no release, `latest` is a copy of
`main`. All links between the pages must lead somewhere.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from checks import checkout

REPOSITORY = "https://github.com/opentelekomcloud/ansible-collection-cce"
SITE = "https://opentelekomcloud.github.io/ansible-collection-cce/"
VERSIONS = ("latest", "main")

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

# On phones, the theme neither wraps the cells of tables nor long names in them, and it wraps diagrams. A table of four
# columns becomes a list
STYLE = """@media (max-width: 767px) {
  .rst-content table.docutils td, .rst-content table.docutils th { padding: 6px; white-space: normal }
  .rst-content h1 { overflow-wrap: anywhere }
  .rst-content table.docutils p { hyphens: auto }
  .rst-content table.docutils :is(code, .pre, li p) { overflow-wrap: anywhere; white-space: normal }
  .rst-content table.docutils td code { border: 0; padding: 0 }
  .rst-content div.highlight-text pre { white-space: pre }
  table.docutils:has(th:nth-child(4)) thead { display: none }
  table.docutils:has(th:nth-child(4)), table.docutils:has(th:nth-child(4)) :is(tbody, tr, td) { display: block }
  table.docutils:has(th:nth-child(4)) td:first-child { font-weight: bold }
}
"""

START_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=latest/index.html">
<link rel="canonical" href="latest/index.html">
<title>opentelekomcloud.cce</title>
<p>See the <a href="latest/index.html">documentation of opentelekomcloud.cce</a>.</p>
</html>
"""


def newest(tags: list[str]) -> str | None:
    """The tag with the highest version number. Other tags do not count."""
    releases = [tag for tag in tags if re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", tag)]
    return max(releases, key=lambda tag: [int(part) for part in tag.split(".")], default=None)


def release() -> str | None:
    """The newest release that Git knows."""
    listed = subprocess.run(["git", "tag"], cwd=checkout.ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return newest(listed.split())


def extract(tag: str, folder: Path) -> None:
    """Write the files of a release to a folder."""
    folder.mkdir(parents=True)
    archive = subprocess.Popen(["git", "archive", tag], cwd=checkout.ROOT, stdout=subprocess.PIPE)
    subprocess.run(["tar", "--extract", "--directory", str(folder)], stdin=archive.stdout, check=True)
    if archive.wait():
        raise subprocess.CalledProcessError(archive.returncode, archive.args)


def build(collections: Path, folder: Path, version: str) -> Path:
    """Build the site of the collection in a tree of collections.

    Args:
        collections: the folder that contains ansible_collections.
        folder: does not exist yet.
        version: the name of the version, which readers can change to another one.

    Returns:
        the folder with the HTML.
    """
    # antsibull-docs refuses to write where others can
    folder.mkdir(mode=0o755)
    new = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--title", "opentelekomcloud.cce"]
    new += ["--project", "CCE jobs for Ansible", "--copyright", "opentelekomcloud.cce contributors"]
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections)}
    command = ["antsibull-docs", "sphinx-init", *new, "--dest-dir", str(folder), "opentelekomcloud.cce"]
    subprocess.run(command, check=True, env=environment)
    # The inventory of Ansible's documentation, reduced to what is used, in place of a download
    labels = "".join(f"{label} std:label -1 {page} {label}\n" for label, page in ANSIBLE_PAGES.items())
    head = b"# Sphinx inventory version 2\n# Project: Ansible\n# Version: devel\n# The rest is compressed with zlib.\n"
    (folder / "ansible.inv").write_bytes(head + zlib.compress(labels.encode()))
    (folder / "own").mkdir()
    (folder / "own" / "phone.css").write_text(STYLE, encoding="utf-8")
    settings = {
        "intersphinx_mapping": {
            "ansible_devel": ("https://docs.ansible.com/projects/ansible/devel/", "../ansible.inv")
        },
        "html_static_path": ["own"],
        "html_css_files": ["phone.css"],
        "html_context": {"available_versions": VERSIONS, "current_version": version},
        "html_theme_options": {
            "topbar_links": {"GitHub": REPOSITORY, "Ansible forum": "https://forum.ansible.com/c/help/6/none"},
            "documentation_home_url": SITE,
        },
    }
    with (folder / "conf.py").open("a", encoding="utf-8") as conf:
        conf.writelines(f"\n{name} = {value!r}\n" for name, value in settings.items())
    subprocess.run([folder / "build.sh"], check=True, env=environment)
    return folder / "build" / "html"


def broken_links(folder: Path) -> list[str]:
    """Links of the HTML pages below a folder to files or anchors that do not exist there."""
    pages = {page: page.read_text(encoding="utf-8") for page in folder.rglob("*.html")}
    anchors = {page: set(re.findall(r'\bid="([^"]*)"', text)) for page, text in pages.items()}
    broken = []
    for page, text in pages.items():
        for link in sorted(set(re.findall(r'\bhref="([^"]*)"', text))):
            parts = urlsplit(html.unescape(link))
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            anchor_missing = parts.fragment and unquote(parts.fragment) not in anchors.get(target, ())
            if not target.exists() or anchor_missing:
                broken.append(f"{page.relative_to(folder)}: {link}")
    return broken


def main(site: Path, with_release: bool) -> None:
    site.mkdir()
    now = Path(os.environ["ANSIBLE_COLLECTIONS_PATH"])
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        shutil.copytree(build(now, work / "main", "main"), site / "main")
        tag = release() if with_release else None
        if tag:
            extract(tag, work / "then" / "ansible_collections" / "opentelekomcloud" / "cce")
            shutil.copytree(build(work / "then", work / "latest", "latest"), site / "latest")
        else:
            shutil.copytree(site / "main", site / "latest")
    (site / "index.html").write_text(START_PAGE, encoding="utf-8")
    broken = broken_links(site)
    if broken:
        sys.exit("\n".join(["Broken links:", *broken]))
    print(f"The site is {site / 'index.html'}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), "--release" in sys.argv[2:])
