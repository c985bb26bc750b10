#!/usr/bin/env python3
# The reports of nsmc gate.  gate_reports_test.py BINARY
# SPDX-License-Identifier: MIT
import json
import re
import shutil
import xml.etree.ElementTree as xml

import gate_case
from gate_case import LEAK, ROOT, ClosedGate, nsmc


def ktap(text):
    """A strict reader: (depth, ok, name) of each test; plans, numbers and nesting are checked."""
    lines = text.splitlines()
    tests, at = [], 0

    def block(depth):
        nonlocal at
        pad = "    " * depth
        assert lines[at] == pad + "KTAP version 1", (at, lines[at])
        at += 1
        if depth:
            assert re.fullmatch(pad + r"# Subtest: \S+", lines[at]), lines[at]
            at += 1
        count = int(re.fullmatch(pad + r"1\.\.(\d+)", lines[at])[1])
        at += 1
        all_ok, number = True, 0
        while number < count:
            below = None
            if lines[at] == pad + "    KTAP version 1":
                below = block(depth + 1)
            while re.match(pad + "# ", lines[at]):
                at += 1
            found = re.fullmatch(pad + r"(ok|not ok) (\d+) (\S+)", lines[at])
            assert found, (at, lines[at])
            at += 1
            number += 1
            assert int(found[2]) == number, found
            ok = found[1] == "ok"
            assert below in (None, ok), found
            all_ok = all_ok and ok
            tests.append((depth, ok, found[3]))
        return all_ok

    block(0)
    assert at == len(lines), lines[at]
    return tests


class Reports(ClosedGate):
    def test_the_same_bytes_twice(self):
        again = {path.name: path.read_bytes() for path in self.out.iterdir()}
        nsmc("gate", "gate.toml", "--without", "BZ-07", "--known", "--out", "out", "--jobs", "1",
             cwd=self.folder)
        self.assertEqual(again, {path.name: path.read_bytes() for path in self.out.iterdir()})

    def test_junit(self):
        path = self.out / "gate.junit.xml"
        suites = xml.parse(path).getroot()
        cases = list(suites.iter("testcase"))
        self.assertEqual(int(suites.get("tests")), len(cases))
        self.assertEqual(int(suites.get("failures")), len(list(suites.iter("failure"))))
        self.assertEqual(sum(int(s.get("tests")) for s in suites), len(cases))
        failed = {c.get("classname").split(".")[-1]: c.find("failure").get("type") for c in cases
                  if c.find("failure") is not None}
        self.assertEqual(failed, {LEAK + "-fixed": "smaller",
                                  "bz-07-stealth-child-fixed": "verdict"})

    def test_ktap(self):
        tests = ktap((self.out / "gate.ktap").read_text())
        self.assertEqual(len([t for t in tests if t[0] == 1]), 5)  # four cases, and "scenarios"
        self.assertEqual({name for depth, ok, name in tests if depth == 1 and not ok},
                         {LEAK + "-fixed", "bz-07-stealth-child-fixed"})
        code, out, _ = nsmc("gate", "gate.toml", "--ktap", "-", cwd=self.folder)
        self.assertEqual(code, 1)
        self.assertTrue(ktap(out))

    def test_json(self):
        result = json.loads((self.out / "gate.json").read_text())
        self.assertEqual(result["format"], "nsmc-gate/1")
        self.assertEqual((result["exit_code"], result["open"], result["failures"]), (12, False, 2))
        cases = {c["name"]: c for c in result["runs"][0]["cases"]}
        self.assertEqual(cases[LEAK + "-fixed"]["problems"][0]["kind"], "smaller")
        claim = cases["bz-07-stealth-child-fixed"]["claims"][0]
        self.assertEqual((claim["expected"], claim["seen"], claim["run_length"]), ("yes", "no", 29))
        code, out, _ = nsmc("replay", self.folder / claim["trace"])
        self.assertEqual(code, 0)
        self.assertIn("steps agree with the model", out)
        self.assertNotIn("seconds", (self.out / "gate.json").read_text()
                         .replace("budget_seconds", ""))

    def test_markdown(self):
        text = (self.out / "gate.md").read_text()
        self.assertTrue(text.startswith("### nsmc gate: closed, 2 failures\n"))
        self.assertEqual(text.count("\n```") % 2, 0)
        self.assertIn("--without BZ-07\n```", text)

    def sarif(self):
        return json.loads((self.out / "gate.sarif").read_text())["runs"][0]

    def test_sarif_has_a_thread_flow_per_task(self):
        run = self.sarif()
        errors = [r for r in run["results"] if r["level"] == "error"]
        known = [r for r in run["results"] if r["level"] == "note"]
        self.assertEqual(sorted(r["ruleId"] for r in errors), ["I20", "smaller"])
        self.assertTrue(known and all(r["suppressions"] for r in known))
        prints = set()
        for result in run["results"]:
            rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
            self.assertEqual(rule["id"], result["ruleId"])
            prints.add(result["partialFingerprints"]["primaryLocationLineHash"])
            self.places([result["locations"][0]["physicalLocation"]])
        self.assertEqual(len(prints), len(run["results"]), "two findings with one fingerprint")
        flows = next(r for r in errors if r["ruleId"] == "I20")["codeFlows"][0]["threadFlows"]
        self.assertEqual([f["id"] for f in flows], ["interleaving", "t1", "t2", "t3"])
        orders = [[s["executionOrder"] for s in f["locations"]] for f in flows]
        self.assertEqual(orders[0], list(range(1, 30)))
        self.assertEqual(sorted(sum(orders[1:], [])), orders[0])
        last = flows[0]["locations"][-1]
        self.assertEqual(last["importance"], "essential")
        self.assertEqual(last["state"]["ns1.child_reaper"]["text"], "t2 -> NULL")
        self.places([s["location"]["physicalLocation"] for s in flows[0]["locations"]])

    def places(self, locations):
        for place in locations:
            self.assertRegex(place["artifactLocation"]["uri"], r"^[a-z][\w./-]*$")
            self.assertGreaterEqual(place["region"]["startLine"], 1)

    def test_steps_stand_in_the_headers_of_the_model(self):
        shutil.copytree(ROOT / "model/kernel", self.folder / "model/kernel")
        path = self.file(self.run_of("bz-07-stealth-child", "states = 1"))
        out = nsmc("gate", path, "--known", "--sarif", "-", NSMC_HOME=str(self.folder))[1]
        steps = json.loads(out)["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]
        found = {}
        for step in steps["locations"]:
            place = step["location"]["physicalLocation"]
            found[step["location"]["message"]["text"]] = place
            lines = (self.folder / place["artifactLocation"]["uri"]).read_text().splitlines()
            self.assertLessEqual(place["region"]["startLine"], len(lines))
        text, place = next((t, p) for t, p in found.items() if "clear_reaper" in t)
        self.assertIn("(kernel/pid_namespace.c)", text)
        line = (self.folder / place["artifactLocation"]["uri"]).read_text().splitlines()
        self.assertIn("clear_reaper", line[place["region"]["startLine"] - 1])


if __name__ == "__main__":
    gate_case.main()
