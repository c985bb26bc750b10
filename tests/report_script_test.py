#!/usr/bin/env python3
# The page's script under Node, without a browser.  report_script_test.py BINARY SYNTHETIC
# SPDX-License-Identifier: MIT
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import report_case
from report_case import Page, itf_states, nsmc, synthetic

# The script finds no document, so it starts nothing; its functions are asked instead.
ASK = """
const data = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));
const run = readRun(data);
const lanes = lanesOf(run, data.initial);
const told = { states: [], spans: lanes.spans, arrows: lanes.arrows, truths: [], panes: [] };
const at = (k) => {
  goTo(run, k);
  told.states.push([k, Array.from(run.state, (i) => data.texts[i])]);
};
for (let k = 0; k <= run.last; ++k) {
  at(k);
  told.truths.push(run.truths.map((truth) => truthAt(truth, k)));
  told.panes.push({ tree: treeOf(run), holders: holdersOf(run), numbers: numbersOf(run) });
}
for (let k = run.last; k >= 0; k -= 3) at(k);
for (const k of [0, run.last, run.last >> 1]) at(k);
told.same = [sameActor(run, 0, 1), sameActor(run, run.last, -1), sameActor(run, run.last, 1)];
told.windows = [windowOf(100000, 0, 700), windowOf(100000, 50000, 700), windowOf(3, 2, 700)];
told.targets = ["first", "last", "next", "previous", "violation", "loop", "actor-previous"]
  .map((where) => target(run, run.last, where));
told.printable = printable("a\\u202eb\\u001b[c\\u{e0041}");
console.log(JSON.stringify(told));
"""


class Script(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)

    def ask(self, html):
        page = Page(html)
        (self.folder / "data.json").write_text(page.contents["data"])
        script = self.folder / "page.js"
        script.write_text(page.contents["script"])
        subprocess.run(["node", "--check", script], check=True, timeout=60)
        script.write_text(page.contents["script"] + ASK)
        out = subprocess.run(["node", script, self.folder / "data.json"], check=True,
                             capture_output=True, text=True, timeout=60).stdout
        return page.data, json.loads(out)

    def require_states(self, told, itf):
        states = [list(fields.values()) for _, _, fields in itf_states(itf)]
        for k, state in told["states"]:
            self.assertEqual(state, states[k], k)

    def test_a_bug(self):
        path = "traces/scenarios/bz-07-stealth-child.scn"
        data, told = self.ask(nsmc("report", path, "--html", "-")[1])
        self.require_states(told, nsmc("replay", path, "--itf")[1])
        # t3: made in step 12, told to die in 21, dies in 23, is EXIT_DEAD from 26 on.
        self.assertEqual(told["spans"][3], [[0, 0], [12, 1], [23, 2], [26, 4]])
        self.assertEqual([(a["step"], a["from"], a["to"], a["what"]) for a in told["arrows"]],
                         [(1, 1, 2, "F"), (12, 2, 3, "F"), (21, 2, 3, "K")])
        for truth, changes in enumerate(t["changes"] for t in data["truths"]):
            expected = [next(v for s, v in reversed(changes) if s <= k) for k in range(30)]
            self.assertEqual([row[truth] for row in told["truths"]], expected)
        last = told["panes"][29]
        self.assertEqual([(n["title"], n["depth"], n["reaper"], n["tasks"]) for n in last["tree"]],
                         [("ns0", 0, "t0", ["t0", "t1 P"]), ("ns1 N", 1, "NULL", ["t2 I", "t3 C"])])
        self.assertEqual([[(n["number"], n["task"]) for n in ns["numbers"]]
                          for ns in last["numbers"]],
                         [[(0, ""), (1, "t0"), (2, "t1 P"), (3, "t2 I"), (4, "t3 C")],
                          [(0, ""), (1, "t2 I"), (2, "t3 C")]])
        self.assertEqual([(h["object"], h["holders"]) for h in last["holders"]
                          if h["object"] == "ns1"], [("ns1", ["pid2.ns", "pid3.ns",
                                                              "nsproxy1.pid_ns"])])
        self.assertTrue(all(h["exact"] is not False for p in told["panes"] for h in p["holders"]))
        self.assertEqual(told["same"], [1, 28, 29])
        self.assertEqual(told["targets"], [0, 29, 29, 28, 29, None, 28])

    def test_a_count_that_is_wrong_is_seen(self):
        path = "traces/scenarios/bz-49-leak-while-init-dies.scn"
        _, told = self.ask(nsmc("report", path, "--html", "-")[1])
        wrong = [[h["object"] for h in p["holders"] if h["exact"] is False] for p in told["panes"]]
        self.assertEqual(wrong, [[]] * 21 + [["ns1"]])

    def test_every_shipped_bug(self):
        # The pane judges counts as the catalogue does: a mismatch is a property that is broken.
        for path in sorted((report_case.ROOT / "traces/scenarios").glob("bz-*.scn")):
            code, html, _ = nsmc("report", path, "--html", "-")
            if code != 0:
                continue  # the answer is yes: there is no run
            data, told = self.ask(html)
            self.require_states(told, nsmc("replay", path, "--itf")[1])
            for kind, id_ in (("ns", "I1"), ("nsproxy", "I31")):
                row = next(i for i, t in enumerate(data["truths"]) if t["id"] == id_)
                for k, pane in enumerate(told["panes"]):
                    wrong = any(h["exact"] is False for h in pane["holders"]
                                if h["object"].rstrip("0123456789") == kind)
                    self.assertEqual(wrong, told["truths"][k][row] == 0, (path.name, k, id_))

    def test_hostile_and_long(self):
        _, told = self.ask(synthetic(1000, "html"))
        self.require_states(told, synthetic(1000, "itf"))
        self.assertEqual(told["printable"], "a\\u{202e}b\\x1b[c\\u{e0041}")
        self.assertEqual([w["first"] for w in told["windows"]], [0, 49975, 0])
        self.assertEqual(told["targets"][4:6], [1000, 500])


if __name__ == "__main__":
    report_case.take_arguments()
    if not shutil.which("node"):
        report_case.skip("no node: the page's script is not run")
    unittest.main()
