// Copyright (c) 2026, opentelekomcloud.cce contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Events: buttons, keys, links, size, paper; and the start.

// A4 landscape without its margins
const PAPER_WIDTH = 1040;
const searchField = find(".search input");

const refresh = () => {
  state.lanesShown = LANES_SHOWN;
  rebuild();
  filterTable();
};

const clearFilters = () => {
  state.statuses.clear();
  state.search = "";
  searchField.value = "";
  for (const button of document.querySelectorAll(".count")) {
    button.setAttribute("aria-pressed", "false");
  }
  refresh();
};

const toggleStatus = (button) => {
  const { status } = button.dataset;
  const chosen = !state.statuses.delete(status);
  if (chosen) {
    state.statuses.add(status);
  }
  button.setAttribute("aria-pressed", String(chosen));
  refresh();
};

const setZone = (local) => {
  state.local = local;
  find(".zone").setAttribute("aria-pressed", String(local));
  for (const time of document.querySelectorAll("time")) {
    time.textContent = timeText(Date.parse(time.dateTime), local).slice(0, 16);
  }
  for (const zone of document.querySelectorAll(".zone-name")) {
    zone.textContent = local ? "local time" : "UTC";
  }
  if (tableRows.length) {
    showTableTimes(createdColumn());
  }
  if (state.selected) {
    fillPanel(state.selected);
  }
  draw();
};

// ---------------------------------------------------------------------------------------------------------------------
// buttons, keys, links

const actions = { close: () => select(null), next: () => go(1), previous: () => go(-1) };
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const { span, zoom, action } = button?.dataset ?? {};
  if (span) {
    showLast(span === "all" ? whole.to - whole.from : Number(span));
    draw();
  } else if (zoom) {
    zoomBy(Number(zoom));
    draw();
  } else if (action) {
    actions[action]();
  } else if (button?.matches(".count")) {
    toggleStatus(button);
  } else if (button?.matches(".zone")) {
    setZone(!state.local);
  } else if (button?.matches(".name")) {
    toggleLane(laneAt(button));
  } else if (button?.matches(".more")) {
    state.lanesShown = lanes.length;
    rebuild();
  }
});

const isFailed = (job) => job.mark === "failed";
const closeOrClear = () => {
  if (state.selected) {
    select(null);
  } else {
    clearFilters();
  }
};
const keys = {
  ArrowRight: () => go(1),
  ArrowLeft: () => go(-1),
  f: () => go(1, isFailed),
  F: () => go(-1, isFailed),
  "/": () => searchField.focus(),
  Escape: closeOrClear,
  "+": () => {
    zoomBy(0.625);
    draw();
  },
  "-": () => {
    zoomBy(1.6);
    draw();
  },
  0: () => {
    setRange(whole.from, whole.to);
    draw();
  },
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=checkbox]), select, textarea, [contenteditable]");
  if (typing) {
    if (event.key === "Escape") {
      clearFilters();
      typing.blur();
    }
    return;
  }
  const action = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
  if (action && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    action();
  }
});

searchField.addEventListener("input", () => {
  state.search = searchField.value.trim().toLowerCase();
  refresh();
});

const openHash = () => {
  let id = location.hash.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch (error) {
    // a stray percent sign: the ID is the text itself
    if (!(error instanceof URIError)) {
      throw error;
    }
  }
  const job = id && jobs.find((each) => each.id === id);
  if (job && job !== state.selected) {
    select(job);
    return true;
  }
  return false;
};
addEventListener("hashchange", openHash);

// ---------------------------------------------------------------------------------------------------------------------
// size, paper, start

const printing = (paper) => {
  plot.style.width = paper ? `${PAPER_WIDTH}px` : "";
  for (const closed of document.querySelectorAll(paper ? ".failures details:not([open])" : "details[data-printed]")) {
    closed.open = paper;
    closed.toggleAttribute("data-printed", paper);
  }
  draw();
};
addEventListener("beforeprint", () => printing(true));
addEventListener("afterprint", () => printing(false));
find(".paper input").addEventListener("change", (event) => {
  document.body.classList.toggle("with-table", event.target.checked);
});
find(".lanes").value = state.lanes;
find(".lanes").addEventListener("change", (event) => {
  state.lanes = event.target.value;
  state.opened.clear();
  refresh();
});

document.documentElement.classList.add("scripted");
find(".timeline").hidden = false;
for (const button of document.querySelectorAll(".count")) {
  button.disabled = false;
}
rebuild();
performance.mark("drawn");
new ResizeObserver(drawSoon).observe(plot);
document.addEventListener("DOMContentLoaded", () => {
  startTable();
  if (openHash()) {
    scrollTo(0, 0);
  }
  performance.mark("complete");
});
