// Copyright (c) 2026, opentelekomcloud.cce contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// One job: a tip near the pointer, and a panel with its steps.

const MOST_STEPS = 400;
const panel = find(".job");
const tip = find(".tip");

const fact = (name, value) => (value ? [element("div", "", element("dt", "", name), element("dd", "", value))] : []);
const pill = (job) => element("span", `pill ${job.mark}`, element("span", "mark"), job.status);
const timeFact = (time) => (time === null ? "" : `${timeText(time, state.local)}${state.local ? "" : " UTC"}`);

const placeTip = (x, y) => {
  const { offsetWidth, offsetHeight } = tip;
  const left = x + 16 + offsetWidth > innerWidth ? x - offsetWidth - 12 : x + 16;
  const top = y + 16 + offsetHeight > innerHeight ? y - offsetHeight - 12 : y + 16;
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${Math.max(4, top)}px`;
};

const hideTip = () => {
  tip.hidden = true;
};

const showTip = (content, x, y) => {
  tip.replaceChildren(...content);
  tip.hidden = false;
  placeTip(x, y);
};

const jobTip = (job) => {
  const why = whyOf(job);
  return [
    element("b", "", element("bdi", "", job.type || "Job"), " ", element("bdi", "", job.resource)),
    element("p", "", pill(job), ` ${durationOf(job)}`),
    element("p", "dim", `${timeFact(job.begin)}`),
    ...(why ? [element("p", "reason", why.length > 300 ? `${why.slice(0, 300)}…` : why)] : []),
  ];
};

const stepRow = (step, job) => {
  const total = Math.max(job.till - job.begin, 1);
  const image = svg("svg", { class: "bars", "aria-hidden": "true", focusable: "false", viewBox: "0 0 100 10" });
  image.setAttribute("preserveAspectRatio", "none");
  if (step.begin !== null && job.begin !== null) {
    const x = Math.min(Math.max(((step.begin - job.begin) / total) * 100, 0), 99);
    const width = Math.min(Math.max(((step.till - step.begin) / total) * 100, 1), 100 - x);
    image.append(svg("rect", { class: step.mark, x: round(x), y: 0, width: round(width), height: 10 }));
  }
  const label = element("span", "label", element("span", "mark"), element("bdi", "", step.type || "Step"));
  const made = element("li", step.mark, label, element("span", "dim", durationOf(step)), image);
  if (step.reason) {
    made.append(element("p", "reason", step.reason));
  }
  made.setAttribute("aria-label", `${step.type} ${step.status} ${durationOf(step)}`);
  made.style.setProperty("--level", step.level);
  return made;
};

const stepsOf = (job) => {
  const steps = flattenSteps(job.steps, job.begin ?? 0);
  if (!steps.length) {
    return [];
  }
  const list = element("ol", "steps", ...steps.slice(0, MOST_STEPS).map((step) => stepRow(step, job)));
  const more = steps.length - MOST_STEPS;
  return [element("h3", "", "Steps"), list, ...(more > 0 ? [element("p", "dim", `and ${more} more`)] : [])];
};

const causeOf = ({ cause, reason, mark }) => {
  if (!cause) {
    return reason ? [element("p", `why ${mark}`, reason)] : [];
  }
  const where = [cause.type, cause.resource].filter(Boolean).join(" ");
  const parts = [element("h3", "", "Root cause"), element("b", "", element("bdi", "", where))];
  parts.push(element("p", "reason", cause.reason || "No reason given"));
  if (cause.id) {
    parts.push(element("p", "dim id", `Job ${cause.id}`));
  }
  return [element("div", "why failed", ...parts)];
};

const panelButton = (label, className, action) => {
  const made = element("button", className, label);
  made.type = "button";
  made.dataset.action = action;
  return made;
};

const fillPanel = (job) => {
  const close = panelButton("×", "close", "close");
  close.setAttribute("aria-label", "Close");
  const facts = element(
    "dl",
    "",
    ...fact("Resource", job.resource),
    ...fact("Cluster", job.cluster),
    ...fact("Project", job.project),
    ...fact("Created", timeFact(job.begin)),
    ...fact("Completed", timeFact(job.end)),
    ...fact("Duration", durationOf(job)),
    ...fact("Job ID", job.id),
    ...fact("Resource ID", job.resourceId),
    ...fact("Parent job", job.parent),
  );
  panel.replaceChildren(
    element("div", "head", element("h2", "", element("bdi", "", job.type || "Job")), close),
    element("p", "", pill(job)),
    ...causeOf(job),
    facts,
    ...stepsOf(job),
    element("div", "buttons", panelButton("‹ Previous", "", "previous"), panelButton("Next ›", "", "next")),
  );
};

const announce = (job) => {
  const parts = [job.type, job.resource, job.status, durationOf(job), whyOf(job)].filter(Boolean);
  find(".announcement").textContent = parts.join(", ").slice(0, 500);
};

const setHash = (job) => {
  const hash = job?.id ? `#${encodeURIComponent(job.id)}` : "";
  if (location.hash !== hash) {
    history.replaceState(null, "", hash || location.href.replace(/#.*/, ""));
  }
};

const scrollToLane = (job) => {
  const lane = lanes.find((each) => each.jobs.includes(job));
  if (lane && lanes.indexOf(lane) >= state.lanesShown) {
    state.lanesShown = lanes.length;
    rebuild();
  }
  const packed = lane?.packed?.boxes.find((each) => each.job === job);
  const target = lane?.view?.image.getBoundingClientRect();
  if (target) {
    const frame = plot.getBoundingClientRect();
    const y = target.top + (packed ? packed.row * ROW : 0) - frame.top;
    if (y < 40 || y > frame.height - 40) {
      plot.scrollTop += y - frame.height / 2;
    }
  }
};

const select = (job) => {
  state.selected = job;
  hideTip();
  if (job && state.selected.begin !== null && !matching.includes(job)) {
    clearFilters();
  }
  if (job) {
    fillPanel(job);
    announce(job);
    reveal(job);
  }
  panel.hidden = !job;
  panel.scrollTop = 0;
  document.body.classList.toggle("with-job", Boolean(job));
  setHash(job);
  markRow(job);
  draw();
  if (job) {
    scrollToLane(job);
  }
};

// The neighbor of the selected job in time, among those that match
const neighbor = (step, wanted = () => true) => {
  const candidates = matching.filter((job) => wanted(job) || job === state.selected);
  const at = candidates.indexOf(state.selected);
  if (at >= 0) {
    return candidates[at + step];
  }
  const visible = candidates.filter((job) => job.till >= state.from && job.begin <= state.to);
  return step > 0 ? visible[0] : visible[visible.length - 1];
};

const go = (step, wanted) => {
  const job = neighbor(step, wanted);
  if (job) {
    select(job);
    plot.scrollIntoView({ block: "nearest" });
  }
};
