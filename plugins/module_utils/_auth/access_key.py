# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Access keys (AK/SK): how a request is signed with one."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from .._options.settings import AccessKeyCredential
from .._report import Report
from .json_values import dict_or_empty, text_or_none
from .signature import sign, timestamp_of

if t.TYPE_CHECKING:
    import requests

# What identifies the request and its sender
_SIGNED_HEADERS = ("Content-Type", "X-Project-Id", "X-Domain-Id", "X-Security-Token")


# A signature is valid for so long (Huawei Cloud API Request Signing Guide)
_TOLERANCE = timedelta(minutes=15)


class SignatureAuth:
    """Authenticates a request with a signature.

    Args:
        credential: the access key.
        headers: further headers to send and to sign: ``X-Project-Id`` or ``X-Domain-Id``.
        issued: whether the key comes from IAM or the metadata service, and no option can be wrong.

    Attributes:
        advice: what the user can do about a refusal, by the kind of the failure. It changes when a refusal shows that
            the clock is wrong: look it up after the response.
    """

    def __init__(self, credential: AccessKeyCredential, headers: t.Mapping[str, str], *, issued: bool) -> None:
        self.credential = credential
        self.headers = headers
        keys = "access_key, secret_key" + (", security_token (it expires)" if credential.security_token else "")
        checks = "region, endpoint, signature," if issued else f"{keys}, signature,"
        self.advice = {"authentication": f"check {checks} and the clock of this machine"}

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        url = urlsplit(str(request.url))
        # set in the request as well, so that what is sent is what was signed
        request.headers["Host"] = _host_header(url.scheme, url.hostname or "", url.port)
        request.headers.update(self.headers)
        if self.credential.security_token:
            request.headers["X-Security-Token"] = self.credential.security_token
        body = request.body or b""
        request.headers.update(
            sign(
                procedure=self.credential.signature,
                access_key=self.credential.access_key,
                secret_key=self.credential.secret_key,
                method=str(request.method),
                host=request.headers["Host"],
                path=unquote(url.path),
                query=parse_qsl(url.query, keep_blank_values=True),
                headers={name: request.headers[name] for name in _SIGNED_HEADERS if name in request.headers},
                body=body.encode() if isinstance(body, str) else body,
                timestamp=timestamp_of(datetime.now(timezone.utc)),
            )
        )
        # before the client looks at the response
        request.hooks["response"].append(self._check_clock)
        return request

    def _check_clock(self, response: requests.Response, **_arguments: t.Any) -> None:
        if response.status_code == 401:
            difference = _clock_difference(response)
            if difference and abs(difference) > _TOLERANCE:
                host = urlsplit(str(response.url)).netloc
                self.advice["authentication"] = (
                    f"set the clock of this machine: it is {_described(difference)} the clock of {host}"
                )


def read_temporary_key(response: t.Mapping[str, t.Any], signature: str, report: Report) -> AccessKeyCredential | None:
    """The temporary key in a response of IAM or of the metadata service, None if there is none that can be used.

    Args:
        response: the response.
        signature: how to sign with the key.
        report: learns the secrets.
    """
    credential = dict_or_empty(response.get("credential"))
    access_key, *secrets = (text_or_none(credential.get(name)) for name in ("access", "secret", "securitytoken"))
    for secret in filter(None, secrets):
        report.secret(secret)
    # what a header can hold
    if not all(value and re.fullmatch(r"[\x21-\x7e]+", value) for value in (access_key, *secrets)):
        return None
    return AccessKeyCredential(str(access_key), str(secrets[0]), secrets[1], signature)


def _clock_difference(response: requests.Response) -> timedelta | None:
    """How far the clock of this machine is ahead of that of the server, None if a header is missing or invalid."""
    try:
        signed = datetime.strptime(response.request.headers["X-Sdk-Date"], "%Y%m%dT%H%M%SZ").replace(
            tzinfo=timezone.utc
        )
        sent = parsedate_to_datetime(response.headers["Date"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return signed - (sent if sent.tzinfo else sent.replace(tzinfo=timezone.utc))


def _described(difference: timedelta) -> str:
    minutes = round(abs(difference).total_seconds() / 60)
    figure = f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
    return f"{figure} {'ahead of' if difference > timedelta(0) else 'behind'}"


def _host_header(scheme: str, host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port in (None, {"http": 80, "https": 443}[scheme]) else f"{name}:{port}"
