# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from checks import checkout, docs_site


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([], None),
        (["v1.0.0", "1.0", "1.0.0-rc1", "nightly"], None),
        (["1.9.0", "1.10.0", "1.2.30", "2.0.0b1"], "1.10.0"),
    ],
)
def test_newest_release(tags: list[str], expected: str | None) -> None:
    assert docs_site.newest(tags) == expected


def test_files_of_a_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = tmp_path / "repository"
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false")

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(repository), *identity, *arguments], check=True)

    repository.mkdir()
    git("init", "--quiet")
    for version in ("1.0.0", "1.1.0"):
        (repository / "galaxy.yml").write_text(f"version: {version}\n", encoding="utf-8")
        git("add", "--all")
        git("commit", "--quiet", "--message", version)
        git("tag", version)
    (repository / "galaxy.yml").write_text("version: 2.0.0\n", encoding="utf-8")
    monkeypatch.setattr(checkout, "ROOT", repository)
    tag = docs_site.release()
    assert tag == "1.1.0"
    docs_site.extract(tag, tmp_path / "then" / "cce")
    assert (tmp_path / "then" / "cce" / "galaxy.yml").read_text(encoding="utf-8") == "version: 1.1.0\n"
    with pytest.raises(subprocess.CalledProcessError):
        docs_site.extract("9.9.9", tmp_path / "unknown")


def test_broken_links_are_found(tmp_path: Path) -> None:
    (tmp_path / "guides").mkdir()
    (tmp_path / "index.html").write_text('<h1 id="top"></h1><a href="guides/wait.html#gate">', encoding="utf-8")
    links = ("../index.html", "../index.html#top", "#gate", "https://example.com/none#x", "../none.html", "#none")
    page = "".join(f'<a href="{link}">' for link in links)
    (tmp_path / "guides" / "wait.html").write_text(f'<h2 id="gate"></h2>{page}', encoding="utf-8")
    assert docs_site.broken_links(tmp_path) == ["guides/wait.html: #none", "guides/wait.html: ../none.html"]
    (tmp_path / "guides" / "wait.html").write_text("", encoding="utf-8")
    assert docs_site.broken_links(tmp_path) == ["index.html: guides/wait.html#gate"]
