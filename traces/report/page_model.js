// What the panes show, as plain data: life-lines, namespaces, holders, numbers, properties.
// SPDX-License-Identifier: MIT

const LIFE = { none: 0, running: 1, exiting: 2, zombie: 3, dead: 4 };

function lifeOf(allocated, exiting, exitState) {
  if (allocated !== "1") return LIFE.none;
  if (exitState === "EXIT_ZOMBIE") return LIFE.zombie;
  if (exitState === "EXIT_DEAD") return LIFE.dead;
  return exiting === "1" ? LIFE.exiting : LIFE.running;
}

// For each lane [[from step, life], ...]; and arrows {step, from, to, what}: who makes, kills or
// releases whom. One pass over the run.
function lanesOf(run, initial) {
  const where = new Map(); // field -> [lane, which of the four]
  const laneOfText = new Map();
  const values = [];
  const FIELDS = ["allocated", "PF_EXITING", "exit_state", "sigkill"];
  const spans = run.lanes.map((lane, l) => {
    laneOfText.set(lane.actor, l);
    values.push(FIELDS.map((field, f) => {
      const i = run.index.get(lane.actor + "." + field);
      if (i !== undefined) where.set(i, [l, f]);
      return i === undefined ? undefined : run.texts[initial[i]];
    }));
    // Who is no task is always there.
    return [[0, values[l][0] === undefined ? LIFE.running : lifeOf(...values[l])]];
  });
  const arrows = [];
  for (let k = 1; k <= run.last; ++k) {
    for (let i = run.begin[k]; i < run.begin[k + 1]; ++i) {
      const at = where.get(run.field[i]);
      if (at === undefined) continue;
      const [lane, field] = at;
      const is = run.texts[run.is[i]];
      values[lane][field] = is;
      const life = lifeOf(...values[lane]);
      if (spans[lane][spans[lane].length - 1][1] !== life) spans[lane].push([k, life]);
      const from = laneOfText.get(run.texts[run.actor[k]]);
      if (from === undefined || from === lane) continue;
      if (field === 0) arrows.push({ step: k, from, to: lane, what: is === "1" ? "F" : "R" });
      if (field === 3 && is === "1") arrows.push({ step: k, from, to: lane, what: "K" });
    }
  }
  return { spans, arrows };
}

// The index of the span that holds at step k: the last that begins no later.
function spanAt(spans, k) {
  let low = 0, high = spans.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (spans[middle][0] <= k) low = middle;
    else high = middle - 1;
  }
  return low;
}

function truthAt(truth, k) { return truth.changes[spanAt(truth.changes, k)][1]; }

// "t3 C": an object with the name that the scenario gives it.
function titleOf(run, object) {
  if (object === "NULL") return object;
  if (run.titles === undefined) {
    run.titles = new Map();
    for (const lane of run.lanes)
      if (lane.label) run.titles.set(lane.actor, printable(lane.actor + " " + lane.label));
  }
  const title = run.titles.get(object);
  if (title !== undefined) return title;
  for (const i of labelFields(run))
    if (run.texts[run.state[i]] === object) return object + " " + run.names[i];
  return object;
}

// Fields without a point or a slash that name objects: those of the scenario.
function labelFields(run) {
  if (run.labels === undefined) {
    run.labels = [];
    run.names.forEach((name, i) => {
      if (/^[A-Za-z_]\w*$/.test(name) && !/_lock$|_mutex$|_pgrp$/.test(name)) run.labels.push(i);
    });
  }
  return run.labels;
}

// The names of all objects of a kind, "ns": ["ns0", "ns1"].
function objectsOf(run, kind) {
  const all = [];
  while (run.index.has(kind + all.length + ".allocated")) all.push(kind + all.length);
  return all;
}

// Namespaces that exist or are still held, parents before their children.
function treeOf(run) {
  const nodes = objectsOf(run, "ns").map((ns) => ({
    ns, title: titleOf(run, ns), parent: valueOf(run, ns + ".parent"),
    allocated: valueOf(run, ns + ".allocated") === "1", kref: valueOf(run, ns + ".kref"),
    reaper: titleOf(run, valueOf(run, ns + ".child_reaper")), level: valueOf(run, ns + ".level"),
    tasks: [], depth: 0,
  }));
  const byName = new Map(nodes.map((node) => [node.ns, node]));
  for (const lane of run.lanes) {
    if (valueOf(run, lane.actor + ".allocated") !== "1") continue;
    const ns = valueOf(run, valueOf(run, lane.actor + ".pid") + ".ns");
    if (byName.has(ns)) byName.get(ns).tasks.push(titleOf(run, lane.actor));
  }
  const ordered = [];
  const visit = (node, depth) => {
    if (ordered.includes(node)) return;
    node.depth = depth;
    ordered.push(node);
    for (const child of nodes) if (child.parent === node.ns) visit(child, depth + 1);
  };
  for (const node of nodes) if (!byName.has(node.parent)) visit(node, 0);
  return ordered.filter((node) => node.allocated);
}

// Who holds each counted object: {object, count, holders, extra, exact}. exact is null where
// something else counts too that the fields do not tell.
function holdersOf(run) {
  const by = new Map();
  for (const name of run.counted) {
    const object = valueOf(run, name);
    if (object === "NULL" || object === "uninitialised") continue;
    if (!by.has(object)) by.set(object, []);
    by.get(object).push(printable(name));
  }
  const all = [];
  const add = (object, field, extra, judged) => {
    if (valueOf(run, object + ".allocated") !== "1") return;
    const count = valueOf(run, object + "." + field);
    const holders = by.get(object) || [];
    const known = /^-?[0-9]+$/.test(count) && judged;
    all.push({ object, title: titleOf(run, object), count, holders, extra,
               exact: known ? Number(count) === holders.length + extra.length : null });
  };
  for (const ns of objectsOf(run, "ns")) add(ns, "kref", [], ns !== "ns0");
  for (const proxy of objectsOf(run, "nsproxy"))
    add(proxy, "count", proxy === "nsproxy0" ? ["the swapper"] : [], true);
  for (const pid of objectsOf(run, "pid")) {
    const alive = valueOf(run, pid + ".hashed") === "1" || valueOf(run, pid + ".rcu") === "1";
    add(pid, "count", alive ? ["its life"] : [], alive);
  }
  return all;
}

// The numbers that are in use in each namespace, and whose they are.
function numbersOf(run) {
  const owner = new Map(); // "ns1 2" -> "pid3 of t3 C"
  for (const pid of objectsOf(run, "pid")) {
    if (valueOf(run, pid + ".allocated") !== "1") continue;
    const level = Number(valueOf(run, pid + ".level"));
    for (let i = 0; i <= level; ++i)
      owner.set(valueOf(run, pid + ".ns" + i) + " " + valueOf(run, pid + ".nr" + i), pid);
  }
  const taskOf = new Map();
  for (const lane of run.lanes)
    if (valueOf(run, lane.actor + ".allocated") === "1")
      taskOf.set(valueOf(run, lane.actor + ".pid"), titleOf(run, lane.actor));
  return objectsOf(run, "ns").filter((ns) => valueOf(run, ns + ".allocated") === "1").map((ns) => {
    const numbers = [];
    for (let page = 0; run.index.has(ns + ".bits" + page); ++page) {
      const bits = valueOf(run, ns + ".bits" + page).match(/[0-9]+/g) || [];
      for (const bit of bits) {
        const pid = owner.get(ns + " " + bit) || "";
        numbers.push({ number: Number(bit), pid, task: taskOf.get(pid) || "" });
      }
    }
    return { ns, title: titleOf(run, ns), last: valueOf(run, ns + ".last_pid"), numbers };
  });
}
