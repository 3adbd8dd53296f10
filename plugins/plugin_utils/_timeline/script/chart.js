// Copyright (c) 2026, opentelekomcloud.cce contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Drawing: a lane is a label and an SVG image with one path for each status, whatever the number of jobs.

const ROW = 16;
const BAR = 10;
const STRIP = 44;
// Height of the label of a lane
const LABEL = document.documentElement.clientWidth > 768 ? 44 : 0;
const BIN = 4;
const PADDING = 5;
const STEPS = [10_000, 30_000, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR];
STEPS.push(12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 365 * DAY, 3650 * DAY);

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const find = (selector) => document.querySelector(selector);
const plot = find(".plot");
const axis = find(".axis svg");
const rowsElement = find(".rows");

const svg = (name, attributes) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  return made;
};

const element = (name, className, ...children) => {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  made.append(...children);
  return made;
};

const round = (value) => Math.round(value * 10) / 10;
const box = (x, y, width, height) => `M${round(x)} ${y}h${round(width)}v${height}h${-round(width)}z`;
const chartWidth = () => axis.clientWidth || axis.parentNode.clientWidth;
const scaleFor = (width) => width / (state.to - state.from);
const timeAt = (x) => state.from + x / scaleFor(chartWidth());

const ticks = (width) => {
  const scale = scaleFor(width);
  const step = STEPS.find((size) => size * scale >= 72) ?? STEPS[STEPS.length - 1];
  const offset = shifted(state.from, state.local) - state.from;
  const found = [];
  for (let time = Math.ceil((state.from + offset) / step) * step - offset; time < state.to; time += step) {
    found.push({ time, x: (time - state.from) * scale, step });
  }
  return found;
};

const tickText = ({ time, step }) => {
  const clock = clockText(time, state.local);
  const date = dateText(time, state.local);
  if (step >= DAY || clock === "00:00") {
    const month = MONTHS[Number(date.slice(-5, -3)) - 1];
    return step >= 28 * DAY ? `${month} ${date.slice(0, -6)}` : `${month} ${Number(date.slice(-2))}`;
  }
  return step < MINUTE ? timeText(time, state.local).slice(11) : clock;
};

const drawAxis = (width, found) => {
  axis.replaceChildren(
    ...found.map((tick) => {
      const label = tickText(tick);
      const isDay = !label.includes(":");
      const made = svg("text", { x: round(tick.x + 4), y: 17, class: isDay && tick.step < DAY ? "midnight" : "" });
      made.textContent = label;
      return tick.x + 56 < width ? made : "";
    }),
    svg("path", { class: "grid", d: found.map(({ x }) => `M${round(x)} 6V28`).join("") }),
  );
  find(".day").textContent = `${dateText(state.from, state.local)} ${state.local ? "local" : "UTC"}`;
};

const makeLane = (lane) => {
  const count = `${lane.jobs.length.toLocaleString("en")}${lane.failed ? `, ${lane.failed.toLocaleString("en")} failed` : ""}`;
  const name = element("button", "name", element("bdi", "", lane.name), " ", element("small", "", count));
  name.type = "button";
  const image = svg("svg", { class: "bars", "aria-hidden": "true", focusable: "false" });
  const paths = Object.fromEntries(
    ["grid", ...MARK_ORDER, "now", "selected"].map((kind) => [kind, svg("path", { class: kind })]),
  );
  image.append(...Object.values(paths));
  const made = element("div", "lane", name, image);
  lane.view = { name, image, paths, made };
  made.lane = lane;
  return made;
};

const barShape = ({ job, width, row }, left) => {
  const from = Math.max(left, -20);
  const size = Math.max(1, Math.min(left + width, chartWidth() + 20) - from);
  const y = PADDING + row * ROW;
  if (job.mark === "failed") {
    return box(from, y - 1, size, BAR + 4);
  }
  const arrow = job.open ? `M${round(from + size)} ${y + 1}l5 ${BAR / 2}l-5 ${BAR / 2}z` : "";
  return box(from, y + 1, size, BAR) + arrow;
};

const drawBars = (packed, scale, width) => {
  const shapes = Object.fromEntries(MARK_ORDER.map((mark) => [mark, []]));
  const offset = (state.from - whole.from) * scale;
  let selected = "";
  for (const each of packed.boxes) {
    const left = each.x - offset;
    if (left < width && left + each.width > 0) {
      shapes[each.job.mark].push(barShape(each, left));
      if (each.job === state.selected) {
        const x = Math.max(left, 0);
        const size = Math.min(left + each.width, width) - x;
        selected = box(x - 2.5, PADDING + each.row * ROW - 3, size + 5, BAR + 8);
      }
    }
  }
  return { shapes, selected, height: Math.max(packed.rows * ROW + 2 * PADDING - 2, LABEL) };
};

const drawStrip = (lane, scale, width) => {
  const bins = Math.max(1, Math.floor(width / BIN));
  const found = density(lane, bins);
  lane.density = found;
  const shapes = Object.fromEntries(MARK_ORDER.map((mark) => [mark, []]));
  const unit = (STRIP - 2 * PADDING) / found.most;
  for (let bin = 0; bin < bins; bin += 1) {
    let y = STRIP - PADDING;
    // failures at the bottom, where their heights can be compared
    for (const mark of [...MARK_ORDER].reverse()) {
      const count = found.counts[mark][bin];
      if (count) {
        const height = round(Math.max(count * unit, mark === "failed" ? 3 : 0.5));
        y = round(y - height);
        shapes[mark].push(box(bin * BIN, y, BIN - 0.5, height));
      }
    }
  }
  let selected = "";
  if (state.selected && lane.jobs.includes(state.selected)) {
    const x = (state.selected.begin - state.from) * scale;
    const size = (state.selected.till - state.selected.begin) * scale;
    selected = box(x - 2, 2, Math.max(size, 1) + 4, STRIP - 4);
  }
  return { shapes, selected, height: STRIP };
};

const drawLane = (lane, scale, width, grid, limit) => {
  const opened = state.opened.has(lane.name);
  lane.packed = pack(lane, scale, opened ? Number.POSITIVE_INFINITY : limit);
  const drawn = lane.packed ? drawBars(lane.packed, scale, width) : drawStrip(lane, scale, width);
  const { name, image, paths } = lane.view;
  const collapsible = opened && !(pack(lane, scale, limit) ?? false);
  name.disabled = Boolean(lane.packed) && !collapsible;
  name.toggleAttribute("aria-expanded", false);
  if (!name.disabled) {
    name.setAttribute("aria-expanded", String(opened));
  }
  image.setAttribute("height", drawn.height);
  for (const mark of MARK_ORDER) {
    paths[mark].setAttribute("d", drawn.shapes[mark].join(""));
  }
  paths.grid.setAttribute("d", grid(drawn.height));
  paths.selected.setAttribute("d", drawn.selected);
  const x = round((now - state.from) * scale);
  paths.now.setAttribute("d", x >= 0 && x <= width ? `M${x} 0V${drawn.height}` : "");
};

const drawNote = () => {
  const hidden = jobs.length - drawable.length;
  const notes = [];
  if (state.statuses.size || state.search) {
    notes.push(`${jobs.filter(matches).length} of ${jobs.length} jobs match.`);
  }
  if (hidden) {
    notes.push(`${hidden} without a creation time: see the table.`);
  }
  const outside = matching.filter((job) => job.till < state.from || job.begin > state.to).length;
  if (outside) {
    notes.push(`${outside} outside of the time that is shown.`);
  }
  if (lanes.some((lane, index) => index < state.lanesShown && !lane.packed)) {
    notes.push("Lanes with too many jobs for bars show how many there are at a time. Click one to open it.");
  }
  const note = find(".note");
  if (note.textContent !== notes.join(" ")) {
    note.textContent = notes.join(" ");
  }
};

const draw = () => {
  const width = chartWidth();
  const scale = scaleFor(width);
  const found = ticks(width);
  drawAxis(width, found);
  const grid = (height) => found.map(({ x }) => `M${round(x)} 0V${height}`).join("");
  const limit = rowLimit();
  for (const lane of lanes.slice(0, state.lanesShown)) {
    drawLane(lane, scale, width, grid, limit);
  }
  drawNote();
};

let pending = 0;
const drawSoon = () => {
  pending ||= requestAnimationFrame(() => {
    pending = 0;
    draw();
  });
};

const rebuild = () => {
  applyFilters();
  const made = lanes.slice(0, state.lanesShown).map(makeLane);
  if (lanes.length > state.lanesShown) {
    const more = element("button", "more", `Show ${lanes.length - state.lanesShown} more lanes`);
    more.type = "button";
    made.push(more);
  }
  if (!lanes.length) {
    made.push(element("p", "empty", jobs.length ? "No job matches." : "There are no jobs."));
  }
  rowsElement.replaceChildren(...made);
  draw();
};
