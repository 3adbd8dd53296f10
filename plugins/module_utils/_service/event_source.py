# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""An event source: changes of jobs from a thread into the queue of a rule engine."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import typing as t

from .._dependencies import import_failed
from .._errors import CceError
from .._http.library import IMPORT_ERROR
from .._report import Report
from .._secrets import masked
from .find import passwords_of_proxies, with_cloud_entry
from .invocation import mask_of
from .polls import OneProject, SeveralProjects
from .state_file import StateFile
from .watch import MAX_INTERVALS, Watcher
from .watch_request import WatchRequest, read_watch_request

T = t.TypeVar("T")

_FEEDBACK_QUEUE = "eda_feedback_queue"

THREAD = "opentelekomcloud.cce.jobs"
"""The name of each thread that polls."""


class Queue(t.Protocol):
    """Where events go. That of ansible-rulebook holds only one."""

    async def put(self, event: dict[str, t.Any]) -> None:
        """Wait until there is a place for the event, and put it there."""


async def run(queue: Queue, arguments: t.Mapping[str, t.Any], logger: logging.Logger) -> None:
    """Report changes of jobs as events until it is canceled.

    Args:
        queue: where events go.
        arguments: arguments of the source, not converted, and ``eda_feedback_queue`` if the engine confirms events.
        logger: where messages go.

    Raises:
        CceError: for a failure that will not pass by itself.
    """
    typed = dict(arguments)
    feedback = typed.pop(_FEEDBACK_QUEUE, None)
    request, watcher = await in_thread(lambda: prepare(typed, logger))
    try:
        if request.feedback and feedback is None:
            raise CceError(
                "feedback needs an engine that confirms events. "
                "Run ansible-rulebook 1.3 or newer with --persistence-id, or set feedback to false.",
                "option",
            )
        while True:
            for change in await in_thread(watcher.poll):
                event = change.event()
                if feedback is not None:
                    # a late confirmation of an earlier event would fill the queue
                    _drain(feedback)
                await queue.put(event)
                if feedback is not None:
                    await _confirmed(event, feedback, MAX_INTERVALS * request.interval, logger)
                watcher.sent(change)
            await asyncio.sleep(watcher.pause())
    finally:
        watcher.close()


def prepare(typed: t.Mapping[str, t.Any], logger: logging.Logger) -> tuple[WatchRequest, Watcher]:
    """Check the arguments, and open what a watcher needs. Nothing is sent yet.

    Raises:
        CceError: of kind ``option`` or ``dependency``.
    """
    if IMPORT_ERROR:
        raise import_failed("requests", "requests", IMPORT_ERROR)
    mask = mask_of(typed)
    for secret in passwords_of_proxies():
        mask.add(secret)
    report = masked(Report(warning=logger.warning, info=logger.info, secret=lambda _secret: None), mask)
    try:
        request = read_watch_request(typed)
        for secret in request.jobs.settings.secrets():
            report.secret(secret)
        for warning in request.jobs.warnings:
            report.warning(warning)
        settings = with_cloud_entry(request.jobs.settings, report)
    except CceError as error:
        error.reword(mask)
        raise
    for note in settings.notes:
        report.info(note)
    request = request._replace(jobs=request.jobs._replace(settings=settings))
    make_polls = SeveralProjects if settings.projects else OneProject
    polls = make_polls(request.jobs, settings, report, mask)
    state_file = StateFile(request.state_file) if request.state_file else None
    return request, Watcher(request, polls, report, mask, state_file)


async def in_thread(work: t.Callable[[], T]) -> T:
    """The result of some work in a thread of its own, while the event loop goes on.

    ``asyncio.to_thread`` has a thread pool, and the end of the program waits for it: for a request that hangs.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if future.done():
            # canceled
            return
        if error is None:
            future.set_result(t.cast(T, result))
        else:
            future.set_exception(error)

    def run_work() -> None:
        result, failure = None, None
        try:
            result = work()
        except BaseException as error:  # pylint: disable=broad-exception-caught
            # raised again by the future
            failure = error
        # the loop may have been closed meanwhile
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run_work, daemon=True, name=THREAD).start()
    return await future


def _drain(queue: asyncio.Queue[t.Any]) -> None:
    while not queue.empty():
        queue.get_nowait()


async def _confirmed(
    event: t.Mapping[str, t.Any], feedback: asyncio.Queue[t.Any], seconds: float, logger: logging.Logger
) -> None:
    """Wait until the engine confirms the event, which it does not after an unexpected error in a rule."""

    async def confirmation() -> None:
        while (await feedback.get())["meta"]["uuid"] != event["meta"]["uuid"]:
            pass

    try:
        await asyncio.wait_for(confirmation(), seconds)
    except asyncio.TimeoutError:
        job = event["cce"]["job"]
        logger.warning("The rule engine has not confirmed the event of job %s within %g s.", job["id"], seconds)
