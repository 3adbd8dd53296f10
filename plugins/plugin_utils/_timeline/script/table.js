// Copyright (c) 2026, opentelekomcloud.cce contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// The table of all jobs, which follows the script in the document: sorting, filtering, links.

let tableRows = [];
let tableCells = [];
const RANKS = { failed: 0, running: 1, initializing: 2, other: 3, success: 4 };
const KEYS = {
  Status: (job) => RANKS[job.mark],
  Type: (job) => job.type.toLowerCase(),
  Resource: (job) => job.resource.toLowerCase(),
  Cluster: (job) => job.cluster.toLowerCase(),
  Project: (job) => job.project.toLowerCase(),
  Created: (job) => job.begin ?? Number.NEGATIVE_INFINITY,
  Duration: (job) => (job.begin === null ? -1 : job.till - job.begin),
  "Root cause or reason": (job) => whyOf(job).toLowerCase(),
};

const filterTable = () => {
  tableRows.forEach((row, index) => {
    row.hidden = !matches(jobs[index]);
  });
};

const markRow = (job) => {
  find("tr.selected")?.classList.remove("selected");
  tableRows[job?.index]?.classList.add("selected");
};

const sortTable = (head, key) => {
  const descending = head.getAttribute("aria-sort") === "ascending";
  for (const each of head.parentNode.cells) {
    each.removeAttribute("aria-sort");
  }
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
  const keys = jobs.map(key);
  const order = jobs.map((job) => job.index);
  order.sort((a, b) => (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : a - b));
  if (descending) {
    order.reverse();
  }
  const sorted = document.createDocumentFragment();
  sorted.append(...order.map((index) => tableRows[index]));
  find("tbody").append(sorted);
};

const showTableTimes = (column) => {
  tableRows.forEach((row, index) => {
    const { begin } = jobs[index];
    row.cells[column].textContent = begin === null ? "" : timeText(begin, state.local);
  });
};

const startTable = () => {
  const table = find("table");
  if (!table) {
    return;
  }
  tableRows = [...table.tBodies[0].rows];
  tableCells = [...table.tHead.rows[0].cells];
  for (const head of tableCells) {
    const name = head.textContent;
    const button = element("button", "", name);
    button.type = "button";
    button.addEventListener("click", () => sortTable(head, KEYS[name]));
    head.replaceChildren(button);
  }
  tableRows.forEach((row, index) => {
    // the script opens jobs by their ID; the browser must not scroll to the row
    row.removeAttribute("id");
    const cell = row.cells[1];
    const anchor = document.createElement("a");
    anchor.href = `#${encodeURIComponent(jobs[index].id ?? "")}`;
    anchor.textContent = cell.textContent || "Job";
    cell.replaceChildren(anchor);
  });
  table.tBodies[0].addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row && !String(getSelection())) {
      event.preventDefault();
      select(jobs[tableRows.indexOf(row)]);
    }
  });
  if (state.statuses.size || state.search) {
    filterTable();
  }
  markRow(state.selected);
};

const createdColumn = () => tableCells.findIndex((cell) => cell.textContent === "Created");
