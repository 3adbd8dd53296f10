# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that measure themselves, without the start of Python and without imports."""

from __future__ import annotations

_PEAK = """
import os, resource
def peak():
    # on Linux, ru_maxrss begins with the memory of the process that started this one
    if os.path.exists("/proc/self/status"):
        return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
"""

_OWN_COST = (
    _PEAK
    + """
import json, sys, time
{imports}
facts = json.load(open(sys.argv[1]))
query = json.loads(sys.argv[2])
begin, cpu = time.perf_counter(), time.process_time()
{work}
seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
print(json.dumps({{"ids": ids, "seconds": seconds, "cpu": cpu, "kib": peak()}}))
"""
)

_IMPORTS = """
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
"""

OURS = _OWN_COST.format(
    imports=_IMPORTS,
    work="""
typed = {name: facts[name] for name in ("endpoint", "project_id", "token")}
request = read_request(MODULE, {**typed, **query}, {}, environment={})
found = find_jobs(request, "benchmark", Report(warning=print, info=print, secret=lambda secret: None))
ids = [job["id"] for job in found.jobs]
""",
)

LOOP = _OWN_COST.format(
    imports=_IMPORTS,
    work="""
typed = {name: facts[name] for name in ("endpoint", "project_id", "token")}
ids = []
for name in query.pop("loop"):
    request = read_request(MODULE, {**typed, **query, "project_name": name}, {}, environment={})
    report = Report(warning=print, info=print, secret=lambda secret: None)
    ids += [job["id"] for job in find_jobs(request, "benchmark", report).jobs]
ids.sort()
""",
)
"""One search for each of the projects in ``loop``."""

TOGETHER = _OWN_COST.format(
    imports=_IMPORTS,
    work="""
typed = {name: facts[name] for name in ("endpoint", "project_id", "token")}
request = read_request(MODULE, {**typed, **query}, {}, environment={})
found = find_jobs(request, "benchmark", Report(warning=print, info=print, secret=lambda secret: None))
ids = sorted(job["id"] for job in found.jobs)
""",
)
"""The same in one search."""

BARE = _OWN_COST.format(
    imports="import requests",
    work="""
response = requests.get(
    facts["endpoint"] + "/api/v2/projects/" + facts["project_id"] + "/jobs", headers={"X-Auth-Token": facts["token"]}
)
jobs = [
    job
    for job in json.loads(response.content)
    if job["spec"]["clusteruid"] in query["cluster_id"] and job["status"]["status"] in query["status"]
]
jobs.sort(key=lambda job: job["metadata"]["creationTimestamp"], reverse=True)
ids = [job["metadata"]["uid"] for job in jobs[: query["limit"]]]
""",
)

SCANNER = _OWN_COST.format(
    imports="import gc, requests, zlib\ngc.disable()",
    work="""
url = facts["endpoint"] + "/api/v2/projects/" + facts["project_id"] + "/jobs"
response = requests.get(url, headers={"X-Auth-Token": facts["token"]}, stream=True)
assert response.headers["Content-Encoding"] == "gzip"
text = zlib.decompress(response.raw.read(), zlib.MAX_WBITS | 16).decode()
scan, position = json.JSONDecoder().scan_once, 0
jobs = []
while text[position] != "]":
    # behind the bracket or the comma
    job, position = scan(text, position + 1)
    if job["spec"]["clusteruid"] in query["cluster_id"] and job["status"]["status"] in query["status"]:
        jobs.append(job)
jobs.sort(key=lambda job: job["metadata"]["creationTimestamp"], reverse=True)
ids = [job["metadata"]["uid"] for job in jobs[: query["limit"]]]
""",
)
"""The least that any program in Python has to do: fetch, unpack, and parse each job with the scanner of CPython."""

POLLS = (
    _PEAK
    + """
import json, sys, time, urllib.request
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.session import session_for
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.polled_search import PolledSearch
facts = json.load(open(sys.argv[1]))
query = json.loads(sys.argv[2])
new_job = query.pop("new_job")
typed = {name: facts[name] for name in ("endpoint", "project_id", "token")}
request = read_request(MODULE, {**typed, **query}, {}, environment={})
report = Report(warning=print, info=print, secret=lambda secret: None)
seconds = cpu = 0
with session_for(request.settings, "benchmark", report) as session:
    search = PolledSearch(request, session, report, str)
    poll = first = search.poll((), None, 600)
    for _ in range(10):
        if new_job:
            body = json.dumps(new_job).encode()
            urllib.request.urlopen(urllib.request.Request(facts["url"] + "/simulator/jobs", body)).close()
        begin, begin_cpu = time.perf_counter(), time.process_time()
        last, poll = poll, search.poll(tuple(poll.jobs), first.newest, 600)
        seconds, cpu = seconds + time.perf_counter() - begin, cpu + time.process_time() - begin_cpu
        # otherwise, this would measure something else
        assert (poll.selection is last.selection) != bool(new_job)
print(json.dumps({"ids": sorted(poll.jobs), "seconds": seconds, "cpu": cpu, "kib": peak()}))
"""
)
"""Ten polls of a wait, which already has polled once. If ``new_job`` is not null, each finds one more job in the list,
which the filters do not select.
"""

EVENTS = (
    _PEAK
    + """
import asyncio, json, logging, sys, time, urllib.request
before = peak()
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.event_source import run
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.watch import Watcher
facts = json.load(open(sys.argv[1]))
query = json.loads(sys.argv[2])
new_job = json.dumps(query["new_job"]).encode()
typed = {name: facts[name] for name in ("endpoint", "project_id", "token")}
def create():
    urllib.request.urlopen(urllib.request.Request(facts["url"] + "/simulator/jobs", new_job)).close()
async def main():
    events, polls = asyncio.Queue(), asyncio.Queue()
    pause = Watcher.pause
    def counted(watcher):
        polls.put_nowait(None)
        return pause(watcher)
    Watcher.pause = counted
    async def polled(count):
        for _ in range(count):
            await polls.get()
    source = asyncio.create_task(run(events, {**typed, "interval": 1}, logging.getLogger()))
    await polled(1)
    cpu = time.process_time()
    await polled(10)
    cpu = time.process_time() - cpu
    slowest = 0
    for number in range(query["events"]):
        # at another time within the interval for each of them
        await asyncio.sleep(1 + number / 5)
        begin = time.perf_counter()
        await asyncio.get_running_loop().run_in_executor(None, create)
        await events.get()
        slowest = max(slowest, time.perf_counter() - begin)
    source.cancel()
    return slowest, cpu
seconds, cpu = asyncio.run(main())
print(json.dumps({"ids": [], "seconds": seconds, "cpu": cpu, "kib": peak() - before}))
"""
)
"""An event source without a rule engine, with an interval of one second.

Its CPU time is that of ten polls of an unchanged list, its time is that of the slowest of ``events`` events, and its
memory is what it adds to that of Python, imports included.
"""
HOSTILE = (
    _PEAK
    + """
import json, subprocess, sys, time
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
facts = json.load(open(sys.argv[1]))
given = json.loads(sys.argv[2])
typed = {"project_id": facts["project_id"], "token": facts["token"], "retries": 0, **given["query"]}
ignore = lambda text: None
with subprocess.Popen(
    [sys.executable, *given["server"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
) as server:
    typed["endpoint"] = server.stdout.readline().strip()
    request = read_request(MODULE, typed, {}, environment={})
    kib = peak()
    begin, cpu = time.perf_counter(), time.process_time()
    try:
        find_jobs(request, "benchmark", Report(ignore, ignore, ignore))
    except CceError as error:
        assert error.kind in ("response", "timeout"), error
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    kib = peak() - kib
    server.stdin.close()
late = max(0, seconds - typed["timeout"])
print(json.dumps({"ids": None, "seconds": seconds, "cpu": cpu, "kib": kib, "late": late}))
"""
)
"""A fetch from a server of its own. Memory counts from the start of the fetch."""

MASKING = (
    _PEAK
    + """
import json, sys, time
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._secrets import Mask
facts = json.load(open(sys.argv[1]))
given = json.loads(sys.argv[2])
raw = {
    "metadata": {"uid": "7ec8b73d-83db-11f0-8baa-0255ac10003e", "creationTimestamp": "2026-01-02T03:04:05Z"},
    "spec": {"type": "CreateNode", "clusteruid": "c", "extendparam": {"orderID": "CS25090218238EI5V"}},
}
reason = given["reason"]
jobs = select(
    (
        {**raw, "status": {"status": "Failed", "reason": f"{reason} {number}" if given["different"] else reason}}
        for number in range(given["jobs"])
    ),
    Query(),
).jobs
mask = Mask()
mask.add(facts["token"])
begin, cpu = time.perf_counter(), time.process_time()
if given["what"] == "mask":
    mask.result(jobs)
else:
    json.dumps(jobs)
seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
print(json.dumps({"ids": None, "seconds": seconds, "cpu": cpu, "kib": peak()}))
"""
)
"""Masking one secret in the jobs of a result, or encoding them as JSON to compare."""
