// Life-lines on a canvas: a window of steps around the cursor, so that length costs nothing.
// SPDX-License-Identifier: MIT

const ROW = 26, HEAD = 20, STEP_MIN = 14, STEP_MAX = 34;

// Rows from top to bottom: {group} for a heading, {lane} for a life-line; y is the middle.
function rowsOf(run) {
  const rows = [];
  let group, y = 4;
  run.lanes.forEach((lane, l) => {
    if (lane.group !== group) {
      group = lane.group;
      rows.push({ group: group || "in no namespace", y: y + HEAD / 2 });
      y += HEAD;
    }
    rows.push({ lane: l, y: y + ROW / 2 });
    y += ROW;
  });
  return { rows, height: y + HEAD };
}

// The steps that are drawn: all if they fit, else as many as do, with the cursor in the middle.
function windowOf(last, k, width) {
  const step = Math.max(STEP_MIN, Math.min(STEP_MAX, width / (last + 1)));
  const count = Math.min(last + 1, Math.max(1, Math.floor(width / step)));
  const first = Math.max(0, Math.min(k - (count >> 1), last + 1 - count));
  return { step, first, count };
}

function coloursOf() {
  const style = getComputedStyle(document.documentElement);
  const colours = {};
  for (const name of ["text", "dim", "bad", "mark", "accent", "runs", "exits", "zombie", "dead"])
    colours[name] = style.getPropertyValue("--" + name).trim();
  return colours;
}

// How a life is drawn: not by colour alone.
const STYLES = { 1: ["runs", 4, [], ""], 2: ["exits", 4, [7, 3], "X"],
                 3: ["zombie", 3, [3, 3], "Z"], 4: ["dead", 2, [2, 4], "D"] };

// Sets a canvas to the pixels of the screen; its context, in units of CSS. To ask for its width
// costs a layout of the page, so that is done once for each width of the window.
const widths = new WeakMap();
function prepared(canvas, height) {
  const scale = window.devicePixelRatio || 1;
  let known = widths.get(canvas);
  if (known === undefined || known.window !== window.innerWidth)
    widths.set(canvas, known = { window: window.innerWidth, width: canvas.clientWidth });
  const width = known.width;
  canvas.style.height = height + "px";
  const w = Math.round(width * scale), h = Math.round(height * scale);
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return [context, width];
}

function drawLanes(run, k) {
  const canvas = by("canvas");
  run.colours = run.colours || coloursOf();
  run.rows = run.rows || rowsOf(run);
  const { rows, height } = run.rows, colours = run.colours;
  const [c, width] = prepared(canvas, height);
  const left = Math.min(96, width / 4);
  const view = windowOf(run.last, k, width - left - 4);
  run.view = { ...view, left };
  const x = (step) => left + (step - view.first + 0.5) * view.step;
  const end = Math.min(run.last, view.first + view.count - 1);
  c.font = "12px ui-monospace, monospace";
  c.textBaseline = "middle";
  c.fillStyle = colours.mark;
  c.fillRect(x(k) - view.step / 2, 0, view.step, height);
  ruler(c, view, end, x, height, colours);
  for (const row of rows) {
    if (row.lane === undefined) {
      c.fillStyle = colours.dim;
      c.fillText(titleOf(run, row.group), 0, row.y);
    } else {
      drawLane(run, c, row, { view, end, x, left, colours });
    }
  }
  drawArrows(run, c, { view, end, x, colours });
  for (const [step, text] of [[run.violation, "\u2717"], [run.loop, "\u21b6"]]) {
    if (step === null || step < view.first || step > end) continue;
    c.strokeStyle = c.fillStyle = colours.bad;
    c.lineWidth = 1.5;
    line(c, [4, 3], x(step) + view.step / 2 - 1, 0, x(step) + view.step / 2 - 1, height - HEAD);
    c.fillText(text, x(step) - 4, 8);
  }
  canvas.setAttribute("aria-label", "Life-lines of " + run.lanes.length + " tasks, steps " +
                      view.first + " to " + end + " of " + run.last + ", cursor at " + k);
}

function line(c, dash, x0, y0, x1, y1) {
  c.setLineDash(dash);
  c.beginPath();
  c.moveTo(x0, y0);
  c.lineTo(x1, y1);
  c.stroke();
  c.setLineDash([]);
}

function ruler(c, view, end, x, height, colours) {
  c.fillStyle = colours.dim;
  c.textAlign = "center";
  const every = [1, 2, 5, 10].find((n) => n * view.step >= 40) || 10;
  for (let step = view.first; step <= end; ++step)
    if (step % every === 0) c.fillText(String(step), x(step), height - HEAD / 2);
  c.textAlign = "left";
}

function drawLane(run, c, row, { view, end, x, left, colours }) {
  const lane = run.lanes[row.lane], spans = run.spans[row.lane];
  for (let s = spanAt(spans, view.first); s < spans.length && spans[s][0] <= end; ++s) {
    const [from, life] = spans[s];
    if (life === LIFE.none) continue;
    const [colour, thick, dash, letter] = STYLES[life];
    const begin = Math.max(from, view.first);
    const until = Math.min(s + 1 < spans.length ? spans[s + 1][0] : run.last + 0.5, end + 0.5);
    c.strokeStyle = c.fillStyle = colours[colour];
    c.lineWidth = thick;
    line(c, dash, x(begin) - (begin > from ? view.step / 2 : 0), row.y, x(until), row.y);
    if (letter) c.fillText(letter, x(begin) - 3, row.y - 9);
  }
  c.fillStyle = colours.text;
  for (let step = Math.max(1, view.first); step <= end; ++step) {
    if (run.texts[run.actor[step]] !== lane.actor) continue;
    c.beginPath();
    c.arc(x(step), row.y, 4.5, 0, 2 * Math.PI);
    c.fill();
  }
  c.fillText(titleOf(run, lane.actor).slice(0, Math.floor(left / 7.5)), 8, row.y);
}

function drawArrows(run, c, { view, end, x, colours }) {
  const y = run.rows.rows.reduce((all, row) => { all[row.lane] = row.y; return all; }, {});
  c.strokeStyle = c.fillStyle = colours.accent;
  c.lineWidth = 1.5;
  for (let a = firstArrow(run.arrows, view.first); a < run.arrows.length; ++a) {
    const { step, from, to, what } = run.arrows[a];
    if (step > end) break;
    const down = y[to] > y[from] ? 1 : -1, tip = y[to] - 5 * down;
    line(c, [], x(step), y[from], x(step), tip);
    c.beginPath();
    c.moveTo(x(step), tip + 3 * down);
    c.lineTo(x(step) - 4, tip - 5 * down);
    c.lineTo(x(step) + 4, tip - 5 * down);
    c.fill();
    c.fillText(what, x(step) + 4, y[from] + 12 * down);
  }
}

function firstArrow(arrows, step) {
  let low = 0, high = arrows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (arrows[middle].step < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The step under a point of the canvas.
function stepUnder(run, offsetX) {
  const k = run.view.first + Math.floor((offsetX - run.view.left) / run.view.step);
  return Math.max(run.view.first, Math.min(k, run.view.first + run.view.count - 1));
}

// Truth over all steps: a tall bar is broken, a low one holds, nothing is nothing.
function drawStrips(run) {
  run.colours = run.colours || coloursOf();
  run.striped.forEach((truth, i) => {
    const [c, width] = prepared(by("broken").children[i].querySelector("canvas"), 14);
    truth.changes.forEach(([from, value], n) => {
      const to = n + 1 < truth.changes.length ? truth.changes[n + 1][0] : run.last + 1;
      const begin = width * from / (run.last + 1), size = width * (to - from) / (run.last + 1);
      if (value > 1) return;
      c.fillStyle = value === 0 ? run.colours.bad : run.colours.runs;
      c.fillRect(begin, value === 0 ? 0 : 8, Math.max(size, 1), value === 0 ? 14 : 4);
    });
  });
}
