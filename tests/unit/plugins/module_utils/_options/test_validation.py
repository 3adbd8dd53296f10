# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single values: conversion of all that Ansible passes on to the type of the option, or an error."""

from __future__ import annotations

import typing as t
from datetime import date, datetime

import pytest

pytest.importorskip("ansible.module_utils")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import (
    CONNECTION,
    CONNECTION_BY_NAME,
    Option,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.validation import (
    convert,
    converted,
    passwords_in_urls,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._options.inputs import (
    WRONG_FOR_TYPE,
    LazyList,
    Text,
    Vaulted,
    is_exactly,
    omitted,
    refusal,
)

NAMES = Option("names", type="list", elements="str")
COUNT = Option("count", type="int", form="positive")
PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
OPTIONS = {**CONNECTION_BY_NAME, "names": NAMES, "count": COUNT}


def value_of(name: str, raw: t.Any) -> t.Any:
    return convert(OPTIONS[name], f"option {name}", raw)


def message(name: str, raw: t.Any) -> str:
    text = refusal(value_of, name, raw)
    assert name in text
    return text


@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [
        ("region", "eu-de", "eu-de"),
        ("region", " eu-de\n", "eu-de"),
        ("region", Text("eu-de"), "eu-de"),
        ("region", Text(" eu-de "), "eu-de"),
        ("region", Vaulted("eu-de"), "eu-de"),
        ("project_name", 7, "7"),
        ("project_name", 1.5, "1.5"),
        ("project_name", "ümlaut", "ümlaut"),
        ("project_name", date(2025, 9, 2), "2025-09-02"),
        ("project_name", datetime(2025, 9, 2, 10), "2025-09-02 10:00:00"),
        ("project_id", "abc\n", "abc"),
        ("token", " abc\n", "abc"),
        ("password", Text(" a b "), " a b "),
        ("signature", Text("access"), "access"),
        ("endpoint", "https://cce.example.com/", "https://cce.example.com"),
        ("endpoint", "https://cce.example.com:8443/prefix//", "https://cce.example.com:8443/prefix"),
        ("endpoint", "http://[::1]:80", "http://[::1]:80"),
        ("endpoint", "https://[fe80::1%eth0]", "https://[fe80::1%eth0]"),
        ("endpoint", "https://cce_internal.example.com.", "https://cce_internal.example.com."),
        ("endpoint", "HTTPS://CCE.example.com", "HTTPS://CCE.example.com"),
        ("endpoint", "https://bücher.example", "https://bücher.example"),
        ("auth_url", "https://iam.example.com/v3/", "https://iam.example.com/v3"),
        ("auth_url", "https://iam.example.com/v3/auth/tokens", "https://iam.example.com/v3"),
        ("auth_url", "https://iam.example.com/prefix/v3/auth/tokens//", "https://iam.example.com/prefix/v3"),
        ("auth_url", "https://iam.example.com/auth/tokens", "https://iam.example.com/auth/tokens"),
        ("endpoint", "https://cce.example.com/v3/auth/tokens", "https://cce.example.com/v3/auth/tokens"),
        ("proxy", "http://proxy.example.com:3128", "http://proxy.example.com:3128"),
        ("proxy", "http://user:secret@proxy.example.com:3128/", "http://user:secret@proxy.example.com:3128/"),
        *[("proxy", f"{scheme}://proxy:1080", f"{scheme}://proxy:1080") for scheme in PROXY_SCHEMES],
        ("timeout", 1, 1.0),
        ("timeout", 0.5, 0.5),
        ("timeout", "2.5", 2.5),
        ("timeout", Text("30"), 30.0),
        ("timeout", Vaulted("30"), 30.0),
        ("timeout", 2_000_000, 2_000_000.0),
        ("retries", 0, 0),
        ("retries", "3", 3),
        ("retries", 3.0, 3),
        ("retries", Vaulted("3"), 3),
        *[("validate_certs", value, True) for value in (True, "yes", "True", "on", "1", 1, 1.0, " true ", Text("y"))],
        *[("validate_certs", value, False) for value in (False, "no", "FALSE", "off", "0", 0, 0.0, Vaulted("n"))],
        ("names", [], ()),
        ("names", ["a"], ("a",)),
        ("names", "a", ("a",)),
        ("names", "a, b", ("a", "b")),
        ("names", ("a", "b"), ("a", "b")),
        ("names", LazyList([Text(" a "), "b"]), ("a", "b")),
        ("names", {"a": 1}.keys(), ("a",)),
        ("names", map(str.upper, ["a", "b"]), ("A", "B")),
        ("names", Vaulted("a,b"), ("a", "b")),
        ("names", [Vaulted("a")], ("a",)),
        ("names", Text("a"), ("a",)),
        ("names", 7, ("7",)),
        ("names", [7, 1.5], ("7", "1.5")),
        ("names", ["a,b"], ("a,b",)),
    ],
)
def test_value_is_converted(name: str, raw: t.Any, expected: t.Any) -> None:
    assert is_exactly(value_of(name, raw), expected)


def test_path_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/some-user")
    monkeypatch.setenv("SOMEWHERE", "/some/where")
    assert value_of("ca_cert", "~/ca.pem") == "/home/some-user/ca.pem"
    assert value_of("ca_cert", "$SOMEWHERE/ca.pem") == "/some/where/ca.pem"


@pytest.mark.parametrize("omit", omitted())
def test_omitted_element_is_not_there(omit: t.Any) -> None:
    assert value_of("names", ["a", omit, "b"]) == ("a", "b")
    assert value_of("names", [omit]) == ()
    assert "lement 2 " in message("names", [omit, ""])


# ---------------------------------------------------------------------------------------------------------------------
# invalid values


@pytest.mark.parametrize("option", [*CONNECTION, NAMES, COUNT], ids=lambda option: option.name)
def test_value_of_a_wrong_type(option: Option) -> None:
    kinds = {
        "str": "string",
        "path": "path",
        "bool": "true or false",
        "int": "integer",
        "float": "number",
        "list": "list of strings",
    }
    for raw in WRONG_FOR_TYPE[option.type]:
        assert kinds[option.type] in message(option.name, raw), raw


@pytest.mark.parametrize("option", [o for o in CONNECTION if o.type in ("str", "path")], ids=lambda o: o.name)
def test_empty_string(option: Option) -> None:
    for raw in ("", Vaulted("")) if option.name == "password" or option.choices else ("", "  ", "\n", Vaulted("")):
        assert "empty" in message(option.name, raw)


@pytest.mark.parametrize("raw", [[None], [""], [" "], [Vaulted("")], ""])
def test_empty_element(raw: t.Any) -> None:
    for before in ([], ["a"]):
        # a string is split at its commas
        values = ",".join([*before, raw]) if isinstance(raw, str) else [*before, *raw]
        text = message("names", values)
        assert f"lement {len(before) + 1} " in text
        assert "empty" in text


@pytest.mark.parametrize("element", [["a"], {"a": 1}, True, b"a"])
def test_element_that_is_not_a_string(element: t.Any) -> None:
    for before in ([], ["a"]):
        text = message("names", [*before, element])
        assert f"lement {len(before) + 1} " in text
        assert "string" in text


@pytest.mark.parametrize("option", [option for option in CONNECTION if option.choices], ids=lambda option: option.name)
def test_value_that_is_not_a_choice(option: Option) -> None:
    for raw in ("other", option.choices[0].upper(), f" {option.choices[0]}"):
        text = message(option.name, raw)
        assert repr(raw) in text
        assert all(choice in text for choice in option.choices)


WRONG_VALUES: list[tuple[str, t.Any, str]] = [
    ("count", 0, "1 or more"),
    ("count", -1, "-1"),
    ("retries", -1, "0 or more"),
    ("timeout", 0, "above 0"),
    ("timeout", -1, "timeout -1:"),
    ("timeout", 2_000_001, "2000000"),
    ("token", "a b", "spaces"),
    ("token", "a\u200bb", "non-ASCII"),
    ("access_key", "a\nb", "spaces"),
    ("project_id", "a b", "spaces"),
    ("username", "\udcff", "UTF-8"),
    ("project_name", "a\udcff", "UTF-8"),
    ("names", ["\udcff"], "UTF-8"),
]


@pytest.mark.parametrize(("name", "raw", "fact"), WRONG_VALUES)
def test_value_that_is_not_acceptable(name: str, raw: t.Any, fact: str) -> None:
    text = message(name, raw)
    assert fact in text
    text.encode()


def test_long_value_is_cut_in_the_message() -> None:
    for name, raw in (("signature", "x" * 10_000), ("endpoint", "x" * 10_000), ("region", ["x"] * 10_000)):
        assert len(message(name, raw)) < 300


BAD_URLS = [
    "cce.example.com",
    "//cce.example.com",
    "https://",
    "https:///path",
    "ftp://cce.example.com",
    "https://cce.example.com:0",
    "https://cce.example.com:99999",
    "https://cce.example.com:port",
    "https://cce..example.com",
    f"https://{'x' * 64}.example.com",
    "https://[::1",
    "https://cce example.com",
    "https://cce.example.com/a b",
    "https://cce.exam\x00ple.com",
    "https://cce.exam\tple.com",
    "https://cce.exam%20ple.com",
    "https://<host>",
    'https://"cce.example.com"',
]


@pytest.mark.parametrize("name", ["endpoint", "auth_url", "metadata_url", "proxy"])
@pytest.mark.parametrize("url", BAD_URLS)
def test_bad_url(name: str, url: str) -> None:
    assert "a URL such as http" in message(name, url)


@pytest.mark.parametrize("name", ["endpoint", "auth_url", "metadata_url"])
@pytest.mark.parametrize("rest", ["?", "#", "?a=b", "#a", "/?a=b", "/path#"])
def test_base_url_with_query_or_fragment(name: str, rest: str) -> None:
    assert "query string or fragment" in message(name, "https://cce.example.com" + rest)


ON_LINK = [
    "http://169.254.169.254",
    "https://169.254.0.1:8775",
    "http://127.0.0.1:8080/prefix",
    "http://127.1.2.3",
    "http://localhost",
    "http://LOCALHOST:1",
    "http://[::1]",
    "http://[fe80::1]:80",
    "http://[fe80::1%eth0]",
]
NOT_ON_LINK = [
    "http://169.253.255.255",
    "http://169.255.0.0",
    "http://128.0.0.1",
    "http://10.0.0.1",
    "http://0.0.0.0",
    "http://[::]",
    "http://[fec0::1]",
    "http://[fd00:ec2::254]",
    "http://metadata",
    "http://metadata.example.com",
    "http://169.254.169.254.example.com",
    "http://localhost.example.com",
    # some clients read these as addresses
    "http://2852039166",
    "http://0xa9fea9fe",
    "http://169.254.43518",
    "http://127.1",
    "http://①⑥⑨.254.169.254",
]


@pytest.mark.parametrize("url", ON_LINK)
def test_metadata_url_on_the_link(url: str) -> None:
    assert value_of("metadata_url", url + "/") == url


@pytest.mark.parametrize("url", NOT_ON_LINK)
def test_metadata_url_off_the_link(url: str) -> None:
    text = message("metadata_url", url)
    assert "link-local or loopback" in text
    assert "http://169.254.169.254" in text


@pytest.mark.parametrize("name", ["endpoint", "auth_url", "metadata_url"])
@pytest.mark.parametrize("url", ["https://u:Zx9secret@cce.example.com", "u:Zx9secret@h", "https://Zx9secret@h:bad"])
def test_credentials_in_a_base_url_are_rejected_and_not_shown(name: str, url: str) -> None:
    text = message(name, url)
    assert "credentials" in text
    assert "Zx9secret" not in text


def test_value_of_a_file_is_checked_like_that_of_the_option() -> None:
    assert converted("auth_url", "auth_url of cloud a", "https://a/") == "https://a"
    for wrong in ("nowhere", "https://user@host", []):
        assert "auth_url of cloud a" in refusal(converted, "auth_url", "auth_url of cloud a", wrong)


# ---------------------------------------------------------------------------------------------------------------------
# passwords in URLs


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://user:Zx9@proxy:3128", {"Zx9"}),
        ("user:Zx9@proxy:3128", {"Zx9"}),
        ("http://user:Zx9%21@proxy", {"Zx9%21", "Zx9!"}),
        ("http://user:Z/x@9@proxy", {"Z/x@9"}),
        ("http://user:Z://x9@proxy", {"Z://x9"}),
        ("http://user@proxy:3128", set()),
        ("http://proxy:3128", set()),
        ("http://user:@proxy:3128", set()),
        (["http://user:Zx9@proxy:3128"], {"Zx9"}),
        (7, set()),
        (None, set()),
    ],
)
def test_passwords_in_urls(url: t.Any, expected: set[str]) -> None:
    for name in ("proxy", "endpoint", "auth_url"):
        found = set(passwords_in_urls({name: url}))
        assert {secret for secret in found if not secret.startswith("dXNlcjp")} == expected
        # the beginning of "user:" in base64
        assert bool(expected) == any(secret.startswith("dXNlcjp") for secret in found)
    assert passwords_in_urls({"region": url}) == []


# ---------------------------------------------------------------------------------------------------------------------
# what Ansible really passes on


def test_values_of_ansible_up_to_2_18() -> None:
    vaulted_kind = pytest.importorskip("ansible.parsing.yaml.objects").AnsibleVaultEncryptedUnicode
    unsafe = pytest.importorskip("ansible.utils.unsafe_proxy").AnsibleUnsafeText
    if not hasattr(vaulted_kind, "from_plaintext"):
        pytest.skip("newer ansible-core has other kinds")
    vaulted = vaulted_kind(b"ciphertext")
    vaulted.vault = type("Vault", (), {"decrypt": lambda self, text, obj=None: b"some-token"})()
    assert is_exactly(value_of("token", vaulted), "some-token")
    assert is_exactly(value_of("password", vaulted), "some-token")
    assert is_exactly(value_of("project_name", unsafe("eu-de_x")), "eu-de_x")
    assert is_exactly(value_of("signature", unsafe("access")), "access")
    assert is_exactly(value_of("names", [unsafe("a")]), ("a",))


def test_values_of_ansible_since_2_19() -> None:
    tagged = pytest.importorskip("ansible._internal._datatag._tags").TrustedAsTemplate().tag
    assert is_exactly(value_of("password", tagged("secret")), "secret")
    assert is_exactly(value_of("signature", tagged("access")), "access")
    assert is_exactly(value_of("retries", tagged(3)), 3)
    assert is_exactly(value_of("names", [tagged("a")]), ("a",))


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_undefined_variable_reports_itself(name: str) -> None:
    jinja2 = pytest.importorskip("jinja2")
    undefined = jinja2.StrictUndefined(name="wanted")
    for raw in (undefined, [undefined]) if name == "names" else (undefined,):
        with pytest.raises(jinja2.UndefinedError, match="'wanted' is undefined"):
            value_of(name, raw)


def test_passwords_in_several_urls() -> None:
    found = passwords_in_urls({"proxy": "http://u:one@proxy", "endpoint": "https://u:two@cce"})
    assert {"one", "two"} <= set(found)


def test_password_in_a_url_that_is_not_utf_8() -> None:
    assert "\udcff" in passwords_in_urls({"proxy": "http://u:\udcff@proxy"})
