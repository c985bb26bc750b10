// The run: its data read once, and the state after any step.
// SPDX-License-Identifier: MIT
//
// A value is an index into `texts`, as in the data. Undoing a step needs what was there before, so
// that is found out once, here, and going anywhere is a walk over a few numbers.

// Controls, and the invisible characters that make a text read other than it is.
const DECEIVING = new RegExp(
  "[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e" +
  "\\u2060-\\u206f\\ufeff]|[\\u{e0000}-\\u{e0fff}]", "gu");

// What may be shown to a person: \x1b or \u{202e} for what would deceive.
function printable(text) {
  return text.replace(DECEIVING, (c) => {
    const code = c.codePointAt(0);
    return code < 0x100 ? "\\x" + code.toString(16).padStart(2, "0")
                        : "\\u{" + code.toString(16) + "}";
  });
}

function readRun(data) {
  const count = data.steps.length;
  let changes = 0;
  for (const row of data.steps) changes += (row.length - 3) / 2;
  const run = {
    names: data.names.map(printable),
    texts: data.texts.map(printable),
    index: new Map(data.names.map((name, i) => [name, i])),
    lanes: data.lanes,
    counted: data.counted,
    truths: data.truths,
    violation: data.violation,
    loop: data.loop,
    last: count,                          // steps are 1 to last; 0 is the initial state
    actor: new Int32Array(count + 1),
    action: new Int32Array(count + 1),
    file: new Int32Array(count + 1),
    begin: new Int32Array(count + 2),     // where the changes of a step begin in the next three
    field: new Int32Array(changes),
    was: new Int32Array(changes),
    is: new Int32Array(changes),
    state: Int32Array.from(data.initial), // after step `at`
    at: 0,
  };
  const state = run.state.slice();
  let to = 0;
  for (let k = 1; k <= count; ++k) {
    const row = data.steps[k - 1];
    run.actor[k] = row[0];
    run.action[k] = row[1];
    run.file[k] = row[2];
    run.begin[k] = to;
    for (let i = 3; i < row.length; i += 2, ++to) {
      run.field[to] = row[i];
      run.was[to] = state[row[i]];
      run.is[to] = row[i + 1];
      state[row[i]] = row[i + 1];
    }
  }
  run.begin[count + 1] = to;
  return run;
}

// Makes run.state the state after step k.
function goTo(run, k) {
  while (run.at < k) {
    ++run.at;
    for (let i = run.begin[run.at]; i < run.begin[run.at + 1]; ++i)
      run.state[run.field[i]] = run.is[i];
  }
  while (run.at > k) {
    for (let i = run.begin[run.at + 1] - 1; i >= run.begin[run.at]; --i)
      run.state[run.field[i]] = run.was[i];
    --run.at;
  }
}

// The value of a field after step run.at, as text; undefined if this run has no such field.
function valueOf(run, name) {
  const i = run.index.get(name);
  return i === undefined ? undefined : run.texts[run.state[i]];
}

// What step k changes: [{name, was, is, detail}]; a slash in its name makes a field a detail.
function changesOf(run, k) {
  const all = [];
  if (k === 0) return all;
  for (let i = run.begin[k]; i < run.begin[k + 1]; ++i) {
    const name = run.names[run.field[i]];
    all.push({ name, was: run.texts[run.was[i]], is: run.texts[run.is[i]],
               detail: name.includes("/") });
  }
  return all;
}

// Who moves in step k, what it does, and where in the kernel.
function stepOf(run, k) {
  if (k === 0) return { actor: "", action: "initial state", name: "", file: "" };
  const action = run.texts[run.action[k]];
  const what = action.replace(/^[^:/]*: /, "");
  return { actor: run.texts[run.actor[k]], action, file: run.texts[run.file[k]],
           name: /^[a-z_0-9]+\/[a-z_0-9]+$/i.test(what) ? what.split("/")[0] : "" };
}

// The next step (or with -1 the last one before) of the actor of step k; k itself if there is none.
function sameActor(run, k, direction) {
  for (let i = k + direction; i >= 1 && i <= run.last; i += direction)
    if (k === 0 || run.actor[i] === run.actor[k]) return i;
  return k;
}
