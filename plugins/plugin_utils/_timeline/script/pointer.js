// Copyright (c) 2026, opentelekomcloud.cce contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Pointer: hover, click, drag, pinch, wheel.

const DRAG = 4;

const laneAt = (target) => target.closest?.(".lane")?.lane;
const placeIn = (lane, event) => {
  const frame = lane.view.image.getBoundingClientRect();
  return { x: event.clientX - frame.left, y: event.clientY - frame.top };
};

const jobAt = (event) => {
  const lane = laneAt(event.target);
  if (!lane?.packed) {
    return null;
  }
  const { x, y } = placeIn(lane, event);
  const at = x + (state.from - whole.from) * scaleFor(chartWidth());
  const row = Math.floor((y - PADDING + 3) / ROW);
  const near = lane.packed.boxes.filter(
    (each) => each.row === row && at >= each.x - 2 && at <= each.x + each.width + 2,
  );
  return near.sort((a, b) => Math.abs(a.x + a.width / 2 - at) - Math.abs(b.x + b.width / 2 - at))[0]?.job ?? null;
};

const stripTip = (lane, event) => {
  const { x } = placeIn(lane, event);
  const bin = Math.floor(x / BIN);
  const total = lane.density.totals[bin];
  if (!total) {
    return null;
  }
  const failed = lane.density.counts.failed[bin];
  const when = `${timeText(timeAt(bin * BIN), state.local).slice(0, 16)}${state.local ? "" : " UTC"}`;
  const what = `${total} ${total === 1 ? "job" : "jobs"}${failed ? `, ${failed} failed` : ""}`;
  return [element("b", "", what), element("p", "dim", when), element("p", "dim", "Click to open the lane")];
};

// The whole name of a lane where there is no space for it
const nameTip = (lane) => {
  const [label] = lane.view.name.children;
  return label.scrollWidth > label.clientWidth ? [element("b", "", lane.name)] : null;
};

const tipAt = (event) => {
  const lane = laneAt(event.target);
  if (!lane) {
    return null;
  }
  if (!lane.view.image.contains(event.target)) {
    return nameTip(lane);
  }
  const job = jobAt(event);
  if (job) {
    return jobTip(job);
  }
  return lane.packed ? null : stripTip(lane, event);
};

const hover = (event) => {
  const content = tipAt(event);
  plot.classList.toggle("over", Boolean(content));
  if (content) {
    showTip(content, event.clientX, event.clientY);
  } else {
    hideTip();
  }
};

const toggleLane = (lane) => {
  if (!state.opened.delete(lane.name)) {
    state.opened.add(lane.name);
  }
  hideTip();
  draw();
};

const click = (event) => {
  const lane = laneAt(event.target);
  const job = jobAt(event);
  if (job) {
    select(job);
  } else if (lane && !lane.packed) {
    toggleLane(lane);
  }
};

const pointers = new Map();
let gesture = null;

const startGesture = () => {
  const places = [...pointers.values()];
  const [a, b] = places;
  gesture = { moved: gesture?.moved ?? false, x: a.x, from: state.from, to: state.to };
  if (b) {
    gesture.distance = Math.max(Math.abs(a.x - b.x), 10);
    gesture.anchor = timeAt((a.x + b.x) / 2 - axis.getBoundingClientRect().left);
  }
};

const moveGesture = () => {
  const [a, b] = [...pointers.values()];
  const span = gesture.to - gesture.from;
  if (b && gesture.distance) {
    const factor = gesture.distance / Math.max(Math.abs(a.x - b.x), 10);
    gesture.moved = true;
    setRange(
      gesture.anchor - (gesture.anchor - gesture.from) * factor,
      gesture.anchor + (gesture.to - gesture.anchor) * factor,
    );
  } else {
    const distance = a.x - gesture.x;
    gesture.moved ||= Math.abs(distance) > DRAG;
    if (gesture.moved) {
      const shift = (distance / chartWidth()) * span;
      setRange(gesture.from - shift, gesture.to - shift);
    }
  }
  if (gesture.moved) {
    hideTip();
    drawSoon();
  }
};

plot.addEventListener("pointerdown", (event) => {
  if (event.button === 0 && !event.target.closest("button")) {
    pointers.set(event.pointerId, { x: event.clientX });
    startGesture();
  }
});
addEventListener("pointermove", (event) => {
  if (pointers.has(event.pointerId)) {
    pointers.set(event.pointerId, { x: event.clientX });
    moveGesture();
  } else if (event.pointerType === "mouse" && plot.contains(event.target)) {
    hover(event);
  }
});
const endGesture = (event) => {
  if (pointers.delete(event.pointerId)) {
    const { moved } = gesture;
    if (pointers.size) {
      startGesture();
    } else {
      gesture = null;
      if (!moved && event.type === "pointerup") {
        click(event);
      }
    }
  }
};
addEventListener("pointerup", endGesture);
addEventListener("pointercancel", endGesture);
plot.addEventListener("pointerleave", hideTip);
plot.addEventListener("scroll", hideTip, { passive: true });
plot.addEventListener(
  "wheel",
  (event) => {
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : event.shiftKey ? event.deltaY : 0;
    if (event.ctrlKey || event.metaKey) {
      const place = event.clientX - axis.getBoundingClientRect().left;
      zoomBy(1.0015 ** Math.min(Math.max(event.deltaY, -400), 400), timeAt(Math.max(0, place)));
    } else if (sideways) {
      const shift = (sideways / chartWidth()) * (state.to - state.from);
      setRange(state.from + shift, state.to + shift);
    } else {
      return;
    }
    event.preventDefault();
    hideTip();
    drawSoon();
  },
  { passive: false },
);
