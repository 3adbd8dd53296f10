# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins and connections that the lookups of one process share."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.opentelekomcloud.cce.plugins.lookup import jobs as lookup
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth import session as _session
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline

BY_PASSWORD = ("username", "password")
TEMPLATE = "{% for number in range(times) %}{{ query('opentelekomcloud.cce.jobs', limit=1) | length }}{% endfor %}"


class Log(t.NamedTuple):
    """Numbers of requests that the cloud received."""

    logins: int
    lists: int
    connections: int


def log_of(simulator: t.Any) -> Log:
    requests = simulator.control("GET", "/requests")["requests"]
    return Log(
        sum(request["path"].endswith("/auth/tokens") for request in requests),
        sum(request["path"].endswith("/jobs") for request in requests),
        len({request["connection"] for request in requests}),
    )


@pytest.fixture(autouse=True)
def no_sessions(simulator: t.Any) -> None:
    """No sessions of other tests."""
    lookup.SESSIONS.clear()


@pytest.fixture
def variables(simulator: t.Any) -> dict[str, t.Any]:
    """Variables for the connection to the simulator, with a password."""
    access = {**simulator.access(*BY_PASSWORD), "user_domain_name": simulator.ready["domain_name"], "retries": 0}
    return {f"opentelekomcloud_cce_{name}": value for name, value in access.items()}


def test_lookups_of_a_template_share(
    query: t.Callable[..., t.Any], variables: dict[str, t.Any], simulator: t.Any
) -> None:
    assert str(query(TEMPLATE, times=50, **variables)) == "1" * 50
    assert log_of(simulator) == Log(logins=1, lists=50, connections=1)


def test_filters_may_differ_and_connections_may_not(
    run_lookup: t.Callable[..., t.Any], variables: dict[str, t.Any], simulator: t.Any
) -> None:
    run_lookup(variables=variables, status="Failed")
    run_lookup(variables=variables, order="oldest")
    assert log_of(simulator) == Log(logins=1, lists=2, connections=1)
    run_lookup(variables=variables, timeout=59)
    assert log_of(simulator) == Log(logins=2, lists=3, connections=2)
    run_lookup(variables=variables, token=simulator.ready["token"])
    assert log_of(simulator) == Log(logins=2, lists=4, connections=3)


def test_wrong_password_is_rejected(
    run_lookup: t.Callable[..., t.Any], variables: dict[str, t.Any], simulator: t.Any
) -> None:
    run_lookup(variables=variables)
    with pytest.raises(AnsibleLookupError, match="401"):
        run_lookup(variables=variables, password="KqX9-very-wrong-Zw4")
    run_lookup(variables=variables)
    assert log_of(simulator).logins == 2


@pytest.mark.parametrize("projects", [None, ["eu-de_shop", "eu-de_lab"]])
def test_wrong_password_is_sent_once(
    run_lookup: t.Callable[..., t.Any], variables: dict[str, t.Any], simulator: t.Any, projects: list[str] | None
) -> None:
    """From ansible-core 2.19 on, the other lookups of a template are evaluated although the first one has failed."""
    for _number in range(3):
        with pytest.raises(AnsibleLookupError, match="401"):
            run_lookup(variables=variables, password="KqX9-very-wrong-Zw4", projects=projects)
    assert log_of(simulator).logins == 1


def test_expired_token_is_renewed(
    run_lookup: t.Callable[..., t.Any], variables: dict[str, t.Any], simulator: t.Any
) -> None:
    run_lookup(variables=variables)
    simulator.control("POST", "/faults", {"path": ".*/jobs", "status": 401})
    assert run_lookup(variables=variables)
    run_lookup(variables=variables)
    assert log_of(simulator) == Log(logins=2, lists=4, connections=1)


def _token_of(pool: t.Any) -> str:
    [session] = pool._sessions.values()
    token: str = session.identity(Deadline(10)).auth.token
    return token


def test_failed_session_is_closed(
    run_lookup: t.Callable[..., t.Any], variables: dict[str, t.Any], simulator: t.Any
) -> None:
    run_lookup(variables=variables)
    simulator.control("POST", "/faults", {"path": ".*/jobs", "hang": True})
    with pytest.raises(AnsibleLookupError, match=r"0\.5 s"):
        for _number in range(2):
            run_lookup(variables={**variables, "opentelekomcloud_cce_timeout": 0.5})
    assert len(lookup.SESSIONS) == 1
    simulator.control("POST", "/faults", {"path": ".*/jobs", "status": 403})
    with pytest.raises(AnsibleLookupError, match="403"):
        run_lookup(variables=variables)
    assert len(lookup.SESSIONS) == 0
    assert run_lookup(variables=variables)


def test_fork_has_its_own_connection(
    run_lookup: t.Callable[..., t.Any], variables: dict[str, t.Any], simulator: t.Any
) -> None:
    run_lookup(variables=variables)
    child = os.fork()
    if not child:
        status = 1
        try:
            status = 0 if not len(lookup.SESSIONS) and run_lookup(variables=variables) else 1
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    run_lookup(variables=variables)
    assert log_of(simulator) == Log(logins=2, lists=3, connections=2)


def test_idle_connection_is_not_used_again(
    run_lookup: t.Callable[..., t.Any],
    variables: dict[str, t.Any],
    simulator: t.Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_lookup(variables=variables)
    monkeypatch.setattr(_session, "MAX_IDLE_SECONDS", -1.0)
    run_lookup(variables=variables)
    assert log_of(simulator) == Log(logins=2, lists=2, connections=2)


def test_number_of_connections_is_limited(
    run_lookup: t.Callable[..., t.Any], variables: dict[str, t.Any], simulator: t.Any
) -> None:
    for seconds in range(20, 40):
        run_lookup(variables=variables, timeout=seconds)
    assert len(lookup.SESSIONS) == _session._MAX_KEPT
    run_lookup(variables=variables, timeout=39)
    assert log_of(simulator).logins == 20


def test_shared_token_is_masked_in_errors(
    run_lookup: t.Callable[..., t.Any], variables: dict[str, t.Any], simulator: t.Any
) -> None:
    """An earlier lookup logged in; the one that fails must mask its token as well."""
    run_lookup(variables=variables)
    token = _token_of(lookup.SESSIONS)
    body = f'{{"errorCode": "CCE.1", "message": "refused {token}"}}'
    simulator.control("POST", "/faults", {"path": ".*/jobs", "status": 403, "body": body})
    with pytest.raises(AnsibleLookupError, match=r"refused \*\*\*") as caught:
        run_lookup(variables=variables)
    assert token[:12] not in str(caught.value)
