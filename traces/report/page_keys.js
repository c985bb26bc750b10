// Going from step to step: keys, buttons, the address; and a test of the page by itself.
// SPDX-License-Identifier: MIT

const PAGE = 25;
const KEYS = [
  ["\u2192 j l", "next step", "next"], ["\u2190 k h", "previous step", "previous"],
  ["Home", "first", "first"], ["End", "last", "last"],
  ["PgDn PgUp", PAGE + " steps on, or back", ""],
  ["Shift+\u2192 n", "next step of the same task", "actor-next"],
  ["Shift+\u2190 p", "the step of the same task before", "actor-previous"],
  ["v", "where the property breaks", "violation"], ["o", "where the loop begins", "loop"],
  ["g", "go to a step by its number", ""], ["/", "look for a field", ""],
  ["d", "locals of functions too, or not", ""], ["?", "these keys", ""]];

// Where a word leads from step k; null: nowhere.
function target(run, k, where) {
  switch (where) {
    case "first": return 0;
    case "last": return run.last;
    case "next": return Math.min(k + 1, run.last);
    case "previous": return Math.max(k - 1, 0);
    case "page-next": return Math.min(k + PAGE, run.last);
    case "page-previous": return Math.max(k - PAGE, 0);
    case "actor-next": return sameActor(run, k, 1);
    case "actor-previous": return sameActor(run, k, -1);
    case "violation": return run.violation;
    case "loop": return run.loop;
  }
  return null;
}

const WORDS = { ArrowRight: "next", j: "next", l: "next", ArrowLeft: "previous", k: "previous",
                h: "previous", Home: "first", End: "last", PageDown: "page-next",
                PageUp: "page-previous", n: "actor-next", p: "actor-previous", v: "violation",
                o: "loop" };

function go(run, k) {
  goTo(run, k);
  showCard(run, k);
  showSteps(run, k);
  showTree(run);
  showNumbers(run);
  showHolders(run);
  showTruths(run, k);
  showState(run);
  drawLanes(run, k);
  by("number").value = k;
  by("slider").value = k;
  by("slider").setAttribute("aria-valuetext", by("card-title").textContent);
  document.documentElement.dataset.step = k;
  remember(k);
}

// Browsers allow an address to change some times a second only.
let timer = 0;
function remember(k) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    try {
      history.replaceState(null, "", "#step=" + k);
    } catch (refused) {
      // A page that may not change its address works all the same.
    }
  }, 200);
}

function stepOfAddress(run) {
  const found = /^#step=([0-9]{1,9})$/.exec(location.hash);
  return found ? Math.min(Number(found[1]), run.last) : null;
}

function onKey(run, event) {
  if (event.ctrlKey || event.altKey || event.metaKey || by("help").open) return;
  if (event.target.matches("input:not([type=checkbox], [type=range])")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key.length === 1 && !by("letters").checked) return;
  const key = event.shiftKey && event.key.startsWith("Arrow")
    ? { ArrowRight: "n", ArrowLeft: "p" }[event.key] : event.key;
  const to = WORDS[key] === undefined ? null : target(run, run.at, WORDS[key]);
  if (to !== null) go(run, to);
  else if (key === "g") by("number").focus();
  else if (key === "/") { by("all").open = true; by("filter").focus(); }
  else if (key === "d") by("details").click();
  else if (key === "?") by("help").showModal();
  else return;
  event.preventDefault();
}

function listen(run) {
  document.addEventListener("keydown", (event) => onKey(run, event));
  document.addEventListener("click", (event) => {
    const where = event.target.dataset.go, step = event.target.dataset.step;
    if (where) go(run, target(run, run.at, where) ?? run.at);
    else if (step !== undefined && step !== "") go(run, Number(step));
  });
  by("canvas").addEventListener("click", (event) => go(run, stepUnder(run, event.offsetX)));
  by("slider").addEventListener("input", () => go(run, Number(by("slider").value)));
  by("number").addEventListener("change", () =>
    go(run, Math.max(0, Math.min(run.last, Math.floor(Number(by("number").value)) || 0))));
  by("details").addEventListener("change", () => showCard(run, run.at));
  by("all").addEventListener("toggle", () => showState(run));
  by("filter").addEventListener("input", () => filterState(run));
  by("help-open").addEventListener("click", () => by("help").showModal());
  by("copy").addEventListener("click", () => copy(by("repeat")));
  window.addEventListener("hashchange", () => go(run, stepOfAddress(run) ?? run.at));
  const redraw = () => { run.colours = undefined; drawLanes(run, run.at); drawStrips(run); };
  window.addEventListener("resize", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

async function copy(element) {
  getSelection().selectAllChildren(element);
  try {
    await navigator.clipboard.writeText(element.textContent);
    by("copy").textContent = "Copied";
  } catch (refused) {
    by("copy").textContent = "Selected"; // the rest is Ctrl-C
  }
}

// #selftest: measures a walk over all steps; then, with the whole state open, walks forwards and
// backwards and writes a hash of what is displayed after each step. Who has the same trace from
// elsewhere can compare.
function selftest(run) {
  const hashes = [], wrong = [], root = document.documentElement;
  const displayed = () => {
    let hash = 0x811c9dc5;
    for (const row of by("state").rows)
      for (const c of row.cells[0].textContent + "=" + row.cells[1].textContent + "\n")
        hash = Math.imul(hash ^ c.codePointAt(0), 0x01000193) >>> 0;
    return hash.toString(16).padStart(8, "0");
  };
  let spent = 0, worst = 0;
  for (let k = 1; k <= run.last; ++k) {
    const begin = performance.now();
    go(run, k);
    document.body.getBoundingClientRect(); // the layout too
    const took = performance.now() - begin;
    spent += took;
    worst = Math.max(worst, took);
  }
  const keys = ["ArrowRight", "ArrowLeft", "+ArrowRight", "+ArrowLeft", "Home", "End", "PageUp",
                "PageDown", "j", "k", "n", "p", "v", "o", "x"].map((name) => {
    go(run, Math.min(22, run.last));
    const key = name.replace("+", ""), shiftKey = name !== key;
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true }));
    return [name, run.at];
  });
  by("all").open = true;
  const walk = (k) => {
    go(run, k);
    return displayed();
  };
  for (let k = 0; k <= run.last; ++k) hashes.push(walk(k));
  for (let k = run.last; k >= 0; --k) if (walk(k) !== hashes[k]) wrong.push(k);
  by("selftest").hidden = false;
  by("selftest").textContent = JSON.stringify({
    hashes, wrong, keys: Object.fromEntries(keys), width: window.innerWidth,
    overflow: root.scrollWidth - root.clientWidth, load: Number(root.dataset.load),
    mean: spent / run.last, worst });
}

function start() {
  const data = JSON.parse(by("data").textContent);
  const run = readRun(data);
  Object.assign(run, lanesOf(run, data.initial));
  by("slider").max = by("number").max = run.last;
  by("of").textContent = " of " + run.last;
  for (const where of ["violation", "loop"])
    document.querySelector("[data-go=" + where + "]").hidden = run[where] === null;
  by("keys").replaceChildren(...KEYS.flatMap(([keys, what]) =>
    [make("dt", {}, make("kbd", {}, keys)), make("dd", {}, what)]));
  by("bar").hidden = by("panes").hidden = by("copy").hidden = false;
  buildTruths(run);
  const testing = location.hash === "#selftest";
  go(run, stepOfAddress(run) ?? 0);
  drawStrips(run);
  listen(run);
  document.documentElement.dataset.load = Math.round(performance.now());
  if (testing) selftest(run);
}

if (typeof document !== "undefined") start();
