// Copyright (c) 2026, opentelekomcloud.cce contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// What is selected and visible, and where each bar is.

const LANE_FIELDS = { cluster: "cluster", project: "project", type: "type", resource: "resource" };
const MIN_SPAN = MINUTE;
const MIN_WIDTH = 4;
const GAP = 1.5;
const LANES_SHOWN = 150;

// The first view is everything, except where a few old jobs would squeeze all others into a corner
const firstView = (() => {
  const span = [DAY, 7 * DAY, 28 * DAY].find((size) => {
    const inside = drawable.filter((job) => job.till >= whole.to - size).length;
    return whole.to - whole.from > 3 * size && inside >= 0.9 * drawable.length;
  });
  return span ? whole.to - span : whole.from;
})();

const state = {
  from: firstView,
  to: whole.to,
  statuses: new Set(),
  search: "",
  lanes: data.lanes,
  lanesShown: LANES_SHOWN,
  opened: new Set(),
  selected: null,
  local: false,
};

const matches = (job) =>
  (!state.statuses.size || state.statuses.has(job.status)) && (!state.search || haystack(job).includes(state.search));

// Everything that depends on filters, until they change
let matching = drawable;
let lanes = [];

const laneName = (job) => job[LANE_FIELDS[state.lanes]] || `No ${state.lanes}`;

const makeLanes = () => {
  const byName = new Map();
  for (const job of matching) {
    const name = laneName(job);
    const lane = byName.get(name) ?? { name, jobs: [], failed: 0 };
    lane.jobs.push(job);
    lane.failed += job.mark === "failed";
    byName.set(name, lane);
  }
  // trouble first
  return [...byName.values()].sort(
    (a, b) => b.failed - a.failed || b.jobs.length - a.jobs.length || (a.name < b.name ? -1 : 1),
  );
};

const applyFilters = () => {
  matching = drawable.filter(matches);
  lanes = makeLanes();
};

const setRange = (from, to) => {
  const total = whole.to - whole.from;
  const span = Math.min(Math.max(to - from, MIN_SPAN), total);
  const middle = (from + to) / 2;
  state.from = Math.min(Math.max(middle - span / 2, whole.from), whole.to - span);
  state.to = state.from + span;
};

const zoomBy = (factor, anchor) => {
  const at = anchor ?? (state.selected?.begin ? state.selected.begin : (state.from + state.to) / 2);
  const fixed = Math.min(Math.max(at, state.from), state.to);
  setRange(fixed - (fixed - state.from) * factor, fixed + (state.to - fixed) * factor);
};

// The last hour, day, or week; for shorter nights, everything
const showLast = (span) => setRange(Math.max(whole.from, latest() - span), latest());

const reveal = (job) => {
  if (job.begin !== null && (job.till < state.from || job.begin > state.to)) {
    const span = state.to - state.from;
    setRange(job.begin - span / 2, job.begin + span / 2);
  }
};

// Rows such that no two bars overlap, even where they are too short to be seen; null if that takes too many rows.
// Positions count from the left end of all times, so that moving in time keeps the rows.
const pack = (lane, scale, limit) => {
  const ends = [];
  const boxes = [];
  for (const job of lane.jobs) {
    const x = (job.begin - whole.from) * scale;
    const width = Math.max(MIN_WIDTH, (job.till - job.begin) * scale);
    let row = ends.findIndex((end) => end <= x);
    if (row < 0) {
      row = ends.length;
      if (row >= limit) {
        return null;
      }
    }
    ends[row] = x + width + GAP + (job.open ? 5 : 0);
    boxes.push({ job, x, width, row });
  }
  return { boxes, rows: ends.length };
};

// Number of jobs by mark for each bin of a lane
const density = (lane, bins) => {
  const scale = bins / (state.to - state.from);
  const counts = Object.fromEntries(MARK_ORDER.map((mark) => [mark, new Float64Array(bins + 1)]));
  for (const job of lane.jobs) {
    const first = Math.floor((job.begin - state.from) * scale);
    const last = Math.floor((job.till - state.from) * scale);
    if (last >= 0 && first < bins) {
      counts[job.mark][Math.max(0, first)] += 1;
      counts[job.mark][Math.min(bins, last + 1)] -= 1;
    }
  }
  const totals = new Float64Array(bins);
  for (const mark of MARK_ORDER) {
    let sum = 0;
    for (let bin = 0; bin < bins; bin += 1) {
      sum += counts[mark][bin];
      counts[mark][bin] = sum;
      totals[bin] += sum;
    }
  }
  return { counts, totals, most: totals.reduce((a, b) => Math.max(a, b), 1) };
};

const rowLimit = () => Math.min(24, Math.max(6, Math.floor(48 / Math.max(1, lanes.length))));
