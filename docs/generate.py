# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generate the parts of the documentation that repeat what another file says.

- Options of the plugins: type, default, choices, aliases and environment variables come from the option tables in
  plugins/module_utils. Descriptions are written by hand; the line "Environment variable ..." in them is generated.
- The environment and Ansible variables that the lookup reads (PLUGIN in the fragment _connection) come from there too.
- RETURN of the lookup comes from RETURN of the module.
- Tables and lists in guides replace what is between two comments: ".. BEGIN GENERATED: <name>" and
  ".. END GENERATED" in reStructuredText, "<!-- BEGIN GENERATED: <name> -->" and "<!-- END GENERATED -->" in Markdown.
  The tables are connection-options, filter-options, wait-options, cache-options and recipes. The lists messages-<topic>
  contain all messages about a topic, and the list benchmark the summary of docs/benchmark.md. The parts
  event-source-... are made of the documentation of the event source.

Without options, this rewrites the files. With --check, it changes nothing and fails if a file is out of date.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import sys
import typing as t
from pathlib import Path

import catalog
import event_source_page
import yaml

ROOT = Path(__file__).resolve().parent.parent

# The checkout need not be in a folder named ansible_collections to run this
sys.path.insert(0, str(ROOT / "plugins"))
from module_utils._options.table import CONNECTION, Option  # noqa: E402
from module_utils._service.options import CACHING, EVENT_SOURCE, FILTERS, LOOKUP, MODULE, POLLING, WAITING  # noqa: E402

CONNECTION_FILE = ROOT / "plugins" / "doc_fragments" / "_connection.py"
FILTERS_FILE = ROOT / "plugins" / "doc_fragments" / "_filters.py"
MODULE_FILE = ROOT / "plugins" / "modules" / "jobs_info.py"
LOOKUP_FILE = ROOT / "plugins" / "lookup" / "jobs.py"

Table = t.Sequence[Option]


class Documented(t.NamedTuple):
    """Options that one file describes."""

    file: Path
    options: Table
    plugin: str
    """The plugin that links in guides lead to."""


DOCUMENTED = {
    "connection-options": Documented(CONNECTION_FILE, CONNECTION, f"{MODULE.plugin}#module"),
    "filter-options": Documented(FILTERS_FILE, FILTERS, f"{MODULE.plugin}#module"),
    "wait-options": Documented(MODULE_FILE, WAITING, f"{MODULE.plugin}#module"),
    "cache-options": Documented(LOOKUP_FILE, CACHING, f"{LOOKUP.plugin}#lookup"),
}
# Filters that the event source describes in its own words
SOURCE_FILTERS = tuple(option for option in FILTERS if option.name in ("status", "id", "finished", "subjobs"))
# Files whose options only have their facts generated
DESCRIBED = (
    *DOCUMENTED.values(),
    Documented(event_source_page.FILE, POLLING + SOURCE_FILTERS, EVENT_SOURCE.plugin),
)


class OutOfStep(Exception):
    """Something that this program cannot generate is missing."""


# ---------------------------------------------------------------------------------------------------------------------
# plugins


def block(name: str) -> re.Pattern[str]:
    """The pattern of a block of documentation in a plugin or fragment."""
    return re.compile(rf'^( *{name} = r"""\n)(.*?)(?=""")', re.MULTILINE | re.DOTALL)


def section(name: str) -> re.Pattern[str]:
    """The pattern of a top-level key of YAML with its content."""
    return re.compile(rf"^{name}:\n(?:(?:[ #].*)?\n)*", re.MULTILINE)


def replace(pattern: re.Pattern[str], text: str, change: t.Callable[[re.Match[str]], str]) -> str:
    """The text with its one match changed."""
    changed, count = pattern.subn(change, text)
    if count != 1:
        raise OutOfStep(f"{count} matches of {pattern.pattern!r} instead of one")
    return changed


def environment_line(option: Option) -> str:
    if not option.environment:
        return ""
    names = ", ".join(f"E({name})" for name in option.environment)
    # a variable such as OS_INSECURE
    inverted = " (inverted)" if getattr(option, "environment_inverted", False) else ""
    return f"      - Environment variable{'s' * (len(option.environment) > 1)} {names}{inverted}.\n"


def facts(option: Option) -> str:
    """The facts that the option table has about an option, as YAML."""
    known = {
        "type": option.type,
        "elements": option.elements,
        "default": option.default,
        "choices": list(option.choices),
        "aliases": list(option.aliases),
    }
    return "".join(
        f"    {name}: {_scalar(value)}\n" for name, value in known.items() if value is not None and value != []
    )


def _scalar(value: t.Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(value)}]"
    return json.dumps(value) if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def with_facts(documentation: str, options: Table) -> str:
    """The documentation with the facts about each option brought up to date."""
    by_name = {option.name: option for option in options}

    def update(match: re.Match[str]) -> str:
        option = by_name.pop(match["name"], None)
        if not option:
            return match[0]
        described = re.sub(r"^      - Environment variables? E\(.*\n", "", match["description"], flags=re.MULTILINE)
        return f"  {option.name}:\n{described}{environment_line(option)}{facts(option)}"

    def update_all(match: re.Match[str]) -> str:
        entry = r"^  (?P<name>\w+):\n(?P<description>    description:\n(?:      .*\n)+)(?:    .*\n)*"
        return re.sub(entry, update, match[0], flags=re.MULTILINE)

    changed = replace(section("options"), documentation, update_all)
    if by_name:
        raise OutOfStep(f"no description of {', '.join(by_name)}")
    return changed


def lookup_sources(options: Table) -> str:
    """Where the lookup reads the options from besides its arguments, as YAML."""
    lines = ["options:"]
    for option in options:
        lines.append(f"  {option.name}:")
        if option.environment:
            lines += ["    env:", *(f"      - name: {name}" for name in option.environment)]
        if option.variable:
            lines += ["    vars:", f"      - name: {option.variable}"]
    return "\n".join(lines) + "\n"


OWN_IN_LOOKUP = {
    "the task fails and returns the jobs of the others.": "the lookup fails.",
    "returned: success, or failure with O(projects) or O(wait)": "returned: success",
}
"""Text of RETURN about failures: that of the module, and that of the lookup, which returns nothing when it fails."""


def lookup_return(module: str) -> str:
    """RETURN of the lookup, made of the module's source."""
    returned = block("RETURN").search(module)
    jobs = section("jobs").search(returned[2]) if returned else None
    if not jobs:
        raise OutOfStep("RETURN of the module does not describe jobs")
    described = re.sub("^jobs:", "_list:", jobs[0]).replace("RV(jobs", "RV(_list")
    for of_the_module, of_the_lookup in OWN_IN_LOOKUP.items():
        if of_the_module not in described:
            raise OutOfStep(f"RETURN of the module does not contain: {of_the_module}")
        described = described.replace(of_the_module, of_the_lookup)
    return f"---\n# Generated by docs/generate.py from RETURN of {MODULE.plugin}. Do not edit.\n{described}"


def plugins() -> t.Iterator[tuple[Path, str]]:
    """The plugins and fragments with documentation of options, and their new content."""
    module = MODULE_FILE.read_text(encoding="utf-8")
    for documented in DESCRIBED:
        file, options = documented.file, documented.options

        def update(match: re.Match[str], options: Table = options) -> str:
            return match[1] + with_facts(match[2], options)

        text = replace(block("DOCUMENTATION"), file.read_text(encoding="utf-8"), update)
        if file == CONNECTION_FILE:
            text = replace(
                block("PLUGIN"),
                text,
                lambda match: match[1] + replace(section("options"), match[2], lambda _old: lookup_sources(CONNECTION)),
            )
        if file == LOOKUP_FILE:
            text = replace(block("RETURN"), text, lambda match: match[1] + lookup_return(module))
        yield file, text


# ---------------------------------------------------------------------------------------------------------------------
# guides


def descriptions(file: Path) -> dict[str, str]:
    """The first sentence or sentences about each option that a file describes."""
    found = block("DOCUMENTATION").search(file.read_text(encoding="utf-8"))
    options = yaml.safe_load(found[2])["options"] if found else {}
    return {name: option["description"][0] for name, option in options.items()}


def as_rst(text: str, plugin: str) -> str:
    """Ansible's markup as roles."""
    roles = {
        "O": f":ansopt:`{plugin}:",
        "RV": f":ansretval:`{plugin}:",
        "V": ":ansval:`",
        "E": ":ansenvvar:`",
        "C": "``",
    }

    def role(match: re.Match[str]) -> str:
        return f"{roles[match[1]]}{match[2]}{'``' if match[1] == 'C' else '`'}"

    return re.sub(r"\b(O|RV|V|E|C)\(([^)]*)\)", role, text)


def as_markdown(text: str) -> str:
    """Ansible's markup as code."""
    return re.sub(r"\b(?:O|RV|V|E|C)\(([^)]*)\)", r"`\1`", text)


def rows(documented: Documented) -> t.Iterator[list[str]]:
    """A table of options, the header first, in Ansible's markup."""
    described = descriptions(documented.file)
    with_environment = any(option.environment for option in documented.options)
    yield ["Option", *(["Environment variables"] * with_environment), "Description"]
    for option in documented.options:
        text = described[option.name]
        if option.default is not None:
            text += f" Default: V({_scalar(option.default)})."
        names = ", ".join(f"E({name})" for name in option.environment)
        yield [f"O({option.name})", *([names] * with_environment), text]


def rst_table(cells: t.Iterable[t.Sequence[str]]) -> str:
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in cells:
        lines += [f"   * - {row[0]}".rstrip(), *(f"     - {cell}".rstrip() for cell in row[1:])]
    return "\n".join(lines)


def markdown_table(cells: t.Iterable[t.Sequence[str]]) -> str:
    header, *others = cells
    lines = [header, ["---"] * len(header), *others]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def event_source_options() -> str:
    names = [option.name for option in EVENT_SOURCE.options]
    tables = {"Polling": POLLING, "Filters": FILTERS, "Connection and credentials": CONNECTION}
    return event_source_page.option_lists(
        {title: [option.name for option in table if option.name in names] for title, table in tables.items()}
    )


EVENT_SOURCE_PARTS: dict[str, t.Callable[[], str]] = {
    "event-source-description": event_source_page.description,
    "event-source-options": event_source_options,
    "event-source-examples": event_source_page.examples,
}


def rst_content(name: str) -> str:
    """The content between two comments of a guide in reStructuredText."""
    if name == "recipes":
        return "\n".join(catalog.recipe_list(lambda text, file: f"`{text} <{catalog.url_of(file)}>`__"))
    if name.startswith("messages-"):
        return "\n".join(f"* ``{message}``" for message in catalog.messages(name.partition("-")[2]))
    if name in EVENT_SOURCE_PARTS:
        return EVENT_SOURCE_PARTS[name]()
    documented = DOCUMENTED[name]
    return rst_table([as_rst(cell, documented.plugin) for cell in row] for row in rows(documented))


def markdown_content(name: str) -> str:
    """The same in Markdown."""
    if name == "benchmark":
        return "\n".join(catalog.benchmark())
    if name == "recipes":
        return "\n".join(catalog.recipe_list(lambda text, file: f"[{text}]({file.name})"))
    return markdown_table([as_markdown(cell) for cell in row] for row in rows(DOCUMENTED[name]))


FORMATS: dict[str, tuple[str, str, t.Callable[[str], str]]] = {
    ".rst": (".. ", "", rst_content),
    ".md": ("<!-- ", " -->", markdown_content),
}
NAMES = {*DOCUMENTED, *EVENT_SOURCE_PARTS, "benchmark", "recipes", *(f"messages-{topic}" for topic in catalog.TOPICS)}


def with_tables(text: str, suffix: str) -> str:
    """A guide with its generated parts brought up to date."""
    before, after, content = FORMATS[suffix]

    def update(match: re.Match[str]) -> str:
        if match["name"] not in NAMES:
            raise OutOfStep(f"nothing named {match['name']} to generate: use one of {', '.join(sorted(NAMES))}")
        return f"{match['begin']}\n\n{content(match['name'])}\n\n{match['end']}"

    begin = rf"(?P<begin>^{re.escape(before)}BEGIN GENERATED: (?P<name>\S+){re.escape(after)}\n)"
    end = rf"(?P<end>^{re.escape(before)}END GENERATED{re.escape(after)}$)"
    changed, count = re.subn(rf"{begin}.*?{end}", update, text, flags=re.MULTILINE | re.DOTALL)
    if count != text.count("BEGIN GENERATED: "):
        raise OutOfStep(f"{text.count('BEGIN GENERATED: ')} parts begin, and {count} of them end")
    return changed


def guides() -> t.Iterator[tuple[Path, str]]:
    """The guides, and their new content."""
    guides_in_rst = (ROOT / "docs" / "docsite" / "rst").glob("*.rst")
    for file in sorted(
        [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *catalog.RECIPES.glob("*.md"), *guides_in_rst]
    ):
        try:
            yield file, with_tables(file.read_text(encoding="utf-8"), file.suffix)
        except OutOfStep as error:
            raise OutOfStep(f"{file.relative_to(ROOT)}: {error}") from None


# ---------------------------------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="change nothing, and fail if a file is out of date")
    check = parser.parse_args().check
    status = 0
    # one after the other: guides repeat what plugins say
    for kind in (plugins, guides):
        for file, new in kind():
            name, old = str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
            if new == old:
                continue
            if check:
                status = 1
                lines = difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, f"{name}, generated")
                sys.stdout.writelines(lines)
            else:
                file.write_text(new, encoding="utf-8")
                print(f"Updated {name}")
    if status:
        print("Out of date: run python docs/generate.py", file=sys.stderr)
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OutOfStep as error:
        sys.exit(f"docs/generate.py: {error}")
