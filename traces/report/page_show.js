// The panes: plain data in, elements out; what did not change is left alone.
// SPDX-License-Identifier: MIT

const by = (id) => document.getElementById(id);

// An element with text or children; never from markup, so that nothing in a trace becomes any.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

// Calls draw(data) only if the data are other than last time.
const shown = new Map();
function show(id, data, draw) {
  const key = JSON.stringify(data);
  if (shown.get(id) === key) return;
  shown.set(id, key);
  by(id).replaceChildren(...draw(data));
}

function showCard(run, k) {
  const step = stepOf(run, k);
  const breaks = k === run.violation;
  by("card-title").textContent =
    k === 0 ? "Initial state" : "Step " + k + ": " + step.actor + "  " + step.action;
  const place = step.file ? (step.name ? step.name + "() in " : "") + step.file
              : k === 0 ? "" : "no code of the kernel: user space, or its environment";
  by("place").replaceChildren(make("span", {}, place),
                              ...(breaks ? [make("strong", { class: "bad" },
                                                 " \u2717 here the property breaks")] : []));
  const details = by("details").checked;
  const all = changesOf(run, k);
  const plain = all.filter((change) => !change.detail);
  // A step that changes nothing but locals would look as if it did nothing.
  show("changes", details || plain.length === 0 ? all : plain, (rows) => rows.length > 0
    ? rows.map((c) => make("tr", {}, make("td", {}, c.name), make("td", {}, c.was),
                           make("td", { class: "new" }, c.is)))
    : [make("tr", {}, make("td", { colspan: "3", class: "dim" }, "no field changes"))]);
}

const AROUND = 4;

// Nine rows around the cursor, however long the run is; the buttons stay, so the focus does too.
function showSteps(run, k) {
  const list = by("steps");
  if (list.children.length === 0)
    for (let i = 0; i <= 2 * AROUND; ++i)
      list.append(make("li", {}, make("button", { type: "button" })));
  const first = Math.max(0, Math.min(k - AROUND, run.last - 2 * AROUND));
  for (let i = 0; i <= 2 * AROUND; ++i) {
    const at = first + i, button = list.children[i].firstChild;
    button.parentNode.hidden = at > run.last;
    if (at > run.last) continue;
    const step = stepOf(run, at);
    const text = at + "  " + (at === 0 ? "" : step.actor + "  ") + step.action;
    if (button.textContent !== text) button.textContent = text;
    button.dataset.step = at;
    if (at === k) button.setAttribute("aria-current", "step");
    else button.removeAttribute("aria-current");
  }
}

function showTree(run) {
  show("tree", treeOf(run), (nodes) => nodes.map((node) => {
    const item = make("li", {}, make("b", {}, node.title),
      " level " + node.level + ", kref " + node.kref + ", reaper ",
      make("span", node.reaper === "NULL" ? { class: "bad" } : {}, node.reaper),
      make("br"), make("span", { class: "dim" },
                       node.tasks.length > 0 ? "tasks: " + node.tasks.join(", ") : "no task"));
    item.style.marginLeft = node.depth * 1.2 + "rem";
    return item;
  }));
}

function showNumbers(run) {
  show("numbers", numbersOf(run), (all) => all.map((ns) => make("div", {},
    make("b", {}, ns.title), make("span", { class: "dim" }, " last_pid " + ns.last),
    make("div", { class: "cells" }, ...ns.numbers.map((n) =>
      make("span", { title: n.pid || "no struct pid has this number" },
           n.number + (n.task ? " " + n.task : n.pid ? " " + n.pid : "")))))));
}

function showHolders(run) {
  show("holders", holdersOf(run), (all) => all.map((held) => {
    const names = [...held.holders, ...held.extra];
    const wrong = held.exact === false;
    return make("tr", {}, make("td", {}, held.title),
      make("td", wrong ? { class: "bad" } : {},
           held.count + (held.exact === null ? "" : wrong ? " \u2260 " : " = ") +
           (held.exact === null ? "" : names.length)),
      make("td", {}, names.join(", ") || (held.exact === null ? "whoever makes it" : "nobody")));
  }));
}

const TRUTHS = [["bad", "\u2717 broken"], ["good", "\u2713 holds"],
                ["dim", "\u00b7 nothing to say"], ["dim", "\u2013 not asked here"],
                ["dim", "\u2026 not yet"]];

function truthItem(truth, withStrip) {
  const says = make("span", {}, make("b", {}, printable(truth.id)), " " + printable(truth.says));
  const item = make("li", {}, make("span"), says);
  if (withStrip)
    item.append(make("div", { class: "strip", "aria-hidden": "true" }, make("canvas"), make("i")));
  return item;
}

// The trace's own property and those that break have a strip over all steps; the others only a
// word.
function buildTruths(run) {
  run.striped = run.truths.filter((t, i) => i === 0 || t.changes.some((c) => c[1] === 0));
  run.plain = run.truths.filter((t) => !run.striped.includes(t));
  by("broken").replaceChildren(...run.striped.map((t) => truthItem(t, true)));
  by("others").replaceChildren(...run.plain.map((t) => truthItem(t, false)));
  by("others-title").textContent = run.plain.length + " more, broken nowhere in this run";
}

function showTruths(run, k) {
  const set = (list, truths) => truths.forEach((truth, i) => {
    const now = list.children[i].firstChild, [kind, text] = TRUTHS[truthAt(truth, k)];
    if (now.textContent !== text) now.textContent = text;
    if (now.className !== kind) now.className = kind;
    const cursor = list.children[i].querySelector("i");
    if (cursor) cursor.style.left = "calc(" + 100 * (k + 0.5) / (run.last + 1) + "% - 1px)";
  });
  set(by("broken"), run.striped);
  set(by("others"), run.plain);
}

// The whole state: a cell is touched only if its value is another one.
function showState(run) {
  if (!by("all").open) return;
  if (run.cells === undefined) {
    run.cells = [];
    run.cellValues = new Int32Array(run.names.length).fill(-1);
    by("state").replaceChildren(...run.names.map((name) => {
      const cell = make("td");
      run.cells.push(cell);
      return make("tr", {}, make("td", {}, name), cell);
    }));
    filterState(run);
  }
  for (let i = 0; i < run.cells.length; ++i) {
    if (run.cellValues[i] === run.state[i]) continue;
    run.cellValues[i] = run.state[i];
    run.cells[i].textContent = run.texts[run.state[i]];
  }
}

function filterState(run) {
  const wanted = by("filter").value.toLowerCase();
  for (const row of by("state").rows)
    row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
}
