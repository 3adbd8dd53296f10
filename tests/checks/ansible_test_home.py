# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepare a home folder in which ansible-test finds all it would otherwise download, and the user's pip settings.

usage: python ansible_test_home.py FOLDER, with the Python of an environment that has ansible-core

For the virtual environments that it makes, ansible-test downloads a bootstrap script for pip from a host that is not
a package index, unless it is in the cache in its home folder. What is put there copies the packages that the script
would install, in a tenth of the time. ansible-test also hides all environment variables from pip, so that only files
can configure it.
"""

from __future__ import annotations

import ast
import configparser
import io
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from types import SimpleNamespace

from ansible_test._internal.python_requirements import get_venv_packages

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]

STAND_IN = '''\
"""Install pip from the folder {packages} next to this file, as get-pip.py would from a package index."""

import os
import shutil
import sysconfig

packages = os.path.join(os.path.dirname(os.environ["GET_PIP"]), "{packages}")
shutil.copytree(packages, sysconfig.get_path("purelib"), dirs_exist_ok=True)
'''


def output_of(*arguments: str) -> str:
    return subprocess.run([*PIP, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def write(path: Path, text: str) -> None:
    """Replace a file in one step, since another process may read it."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def configure_pip(home: Path) -> None:
    """Write what pip takes from the user's files and from the environment, proxies included."""
    settings = {"cache-dir": output_of("cache", "dir").strip()}
    if proxy := urllib.request.getproxies().get("https"):
        settings["proxy"] = proxy
    for line in output_of("config", "list").splitlines():
        name, value = line.split("=", 1)
        section, option = name.rsplit(".", 1)
        if section in ("global", "install", "download", ":env:") and option != "config-file":
            settings[option] = str(ast.literal_eval(value))
    parser = configparser.RawConfigParser()
    parser["global"] = settings
    text = io.StringIO()
    parser.write(text)
    folder = home / ".config" / "pip"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "pip.conf", text.getvalue())


def provide_pip(home: Path) -> None:
    """Put a substitute for the bootstrap script, and what it installs, where ansible-test looks for them."""
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    versions = get_venv_packages(SimpleNamespace(version="{}.{}".format(*sys.version_info[:2])))
    packages = cache / "-".join(["packages", *versions.values()])
    if not packages.exists():
        new = Path(tempfile.mkdtemp(dir=cache))
        # compiled once, and not by each environment
        options = ["--quiet", "--no-deps", "--compile", "--target", str(new)]
        output_of("install", *options, *(f"{name}=={version}" for name, version in versions.items()))
        new.rename(packages)
    write(cache / f"get_pip_{versions['pip'].replace('.', '_')}.py", STAND_IN.format(packages=packages.name))


if __name__ == "__main__":
    configure_pip(Path(sys.argv[1]))
    provide_pip(Path(sys.argv[1]))
