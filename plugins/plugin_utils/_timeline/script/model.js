// Copyright (c) 2026, opentelekomcloud.cce contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// The jobs of the page, and how times are written. data.py makes the data.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MARKS = { Failed: "failed", Running: "running", Initializing: "initializing", Success: "success" };
const MARK_ORDER = ["success", "other", "initializing", "running", "failed"];

const data = JSON.parse(document.querySelector('script[type="application/json"]').textContent);
const { now } = data;
const text = (index) => data.texts[index ?? 0];
// a status can also be the name of what each object has, such as "constructor"
const markOf = (status) => (Object.hasOwn(MARKS, status) ? MARKS[status] : "other");

// begin: null if unknown; end: null if the job is unfinished or its end is unknown; till: where its bar ends
const times = (begin, end, origin) => {
  const start = begin === null ? null : origin + begin;
  const known = typeof end === "number";
  const stop = known ? (start ?? origin) + end : null;
  const till = known ? stop : end === false ? start : now;
  return { begin: start, end: stop, open: end === null, till: start === null ? null : Math.max(start, till) };
};

const jobs = data.jobs.map((values, index) => {
  const [id, type, status, begin, end, cluster, project, resource, resourceId, reason, cause, steps, parent] = values;
  return {
    index,
    id,
    type: text(type),
    status: text(status) || "Unknown",
    mark: markOf(text(status)),
    ...times(begin, end, 0),
    cluster: text(cluster),
    project: text(project),
    resource: text(resource),
    resourceId: resourceId ?? "",
    reason: text(reason),
    cause: cause ? { type: text(cause[0]), resource: text(cause[1]), reason: text(cause[2]), id: cause[3] } : null,
    steps: steps ?? [],
    parent: parent ?? "",
  };
});

// Jobs without a time cannot be drawn
const drawable = jobs.filter((job) => job.begin !== null).sort((a, b) => a.begin - b.begin || b.index - a.index);

const whole = (() => {
  if (!drawable.length) {
    return { from: now - HOUR, to: now };
  }
  const from = drawable[0].begin;
  const to = drawable.reduce((latest, job) => Math.max(latest, job.till), from);
  const margin = Math.max((to - from) * 0.015, MINUTE);
  return { from: from - margin, to: to + margin };
})();

const latest = () => whole.to;

const flattenSteps = (steps, origin, level = 0) =>
  steps.flatMap(([type, status, begin, end, resource, reason, inner]) => [
    {
      level,
      type: text(type),
      status: text(status) || "Unknown",
      mark: markOf(text(status)),
      ...times(begin, end, origin),
      resource: text(resource),
      reason: text(reason),
    },
    ...flattenSteps(inner ?? [], origin, level + 1),
  ]);

// What a search looks through; most visits need it for no job
const haystacks = new Map();
const haystack = (job) => {
  if (!haystacks.has(job)) {
    const { id, type, status, cluster, project, resource, resourceId, reason, cause } = job;
    const own = [id, type, status, cluster, project, resource, resourceId, reason];
    const root = cause ? [cause.type, cause.resource, cause.reason, cause.id] : [];
    haystacks.set(job, [...own, ...root].join("\n").toLowerCase());
  }
  return haystacks.get(job);
};

// Fields of the local time are those of UTC at a shifted time
const shifted = (time, local) => (local ? time - new Date(time).getTimezoneOffset() * MINUTE : time);
const iso = (time, local) => new Date(shifted(time, local)).toISOString().replace(/^\+00/, "");
const dateText = (time, local) => iso(time, local).slice(0, 10);
const clockText = (time, local) => iso(time, local).slice(11, 16);
const timeText = (time, local) => iso(time, local).slice(0, 19).replace("T", " ");

const durationText = (milliseconds) => {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1000);
  const units = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0 || first === 3) {
    return `${seconds} s`;
  }
  const [size, unit] = units[first];
  const [smaller, name] = units[first + 1];
  const rest = Math.floor((seconds % size) / smaller);
  return `${Math.floor(seconds / size)} ${unit}${rest ? ` ${rest} ${name}` : ""}`;
};

const durationOf = (job) => {
  if (job.begin === null) {
    return "";
  }
  if (job.open) {
    return `${durationText(job.till - job.begin)} so far`;
  }
  return job.end === null ? "" : durationText(job.end - job.begin);
};

const whyOf = (job) => {
  const { cause } = job;
  if (!cause?.reason) {
    return job.reason;
  }
  return cause.type && cause.type !== job.type ? `${cause.type}: ${cause.reason}` : cause.reason;
};
