# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page about the event source, made of its DOCUMENTATION and EXAMPLES: ansible-doc does not know event sources."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "jobs.py"
FRAGMENTS = ROOT / "plugins" / "doc_fragments"


def _block(file: Path, name: str) -> str:
    found = re.search(rf'^ *{name} = r"""\n(.*?)"""', file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    if not found:
        raise ValueError(f"no {name} in {file}")
    return found[1]


def _documentation() -> dict[str, t.Any]:
    """The documentation of the event source, with that of the fragments that it extends."""
    own: dict[str, t.Any] = yaml.safe_load(_block(FILE, "DOCUMENTATION"))
    options: dict[str, t.Any] = {}
    for name in own["extends_documentation_fragment"]:
        fragment = FRAGMENTS / f"{name.rpartition('.')[2]}.py"
        options.update(yaml.safe_load(_block(fragment, "DOCUMENTATION"))["options"])
    own["options"] = {**options, **own["options"]}
    return own


def _as_rst(text: str) -> str:
    """Ansible's markup as literals: there is nothing to link to."""
    return re.sub(r"\b(?:O|RV|V|E|C|M)\(([^)]*)\)", r"``\1``", text)


def _bullets(sentences: t.Iterable[str], indent: str = "") -> list[str]:
    return [f"{indent}* {_as_rst(sentence)}" for sentence in sentences]


def description() -> str:
    return "\n".join(_bullets(_documentation()["description"]))


def option_lists(tables: t.Mapping[str, t.Sequence[str]]) -> str:
    """Lists of options.

    Args:
        tables: names of options by the title of their list.
    """
    documented = _documentation()["options"]
    lines: list[str] = []
    for title, names in tables.items():
        lines += ["", title, "^" * len(title), ""]
        for name in names:
            option = documented[name]
            aliases = "".join(f", ``{alias}``" for alias in option.get("aliases", ()))
            lines += [f"``{name}``{aliases}", f"  {_facts(option)}", "", *_bullets(option["description"], "  "), ""]
    return "\n".join(lines).strip()


def _facts(option: t.Mapping[str, t.Any]) -> str:
    kind = f"list of {option['elements']}" if option["type"] == "list" else option["type"]
    facts = [f"*{kind}*"]
    if option.get("choices"):
        facts.append("one of " + ", ".join(f"``{choice}``" for choice in option["choices"]))
    if "default" in option:
        default = option["default"]
        text = ", ".join(default) if isinstance(default, list) else str(default)
        facts.append(f"default: ``{text.lower() if isinstance(default, bool) else text}``")
    return "; ".join(facts)


def examples() -> str:
    rulebook = _block(FILE, "EXAMPLES").strip().splitlines()
    return "\n".join([".. code-block:: yaml", "", *(f"   {line}".rstrip() for line in rulebook)])
