#!/usr/bin/env python3
# The files of nsmc report: closed, small, and true to the trace.  report_test.py BINARY SYNTHETIC
# SPDX-License-Identifier: MIT
import base64
import hashlib
import json
import pathlib
import re
import shutil
import tempfile
import unittest

import report_case
from report_case import SCENARIOS, Page, displayed_states, itf_states, nsmc, synthetic

# All that would reach for the network or run what the policy does not name.
REACHING = re.compile(r"https?:|//[a-z]+\.|\bsrc\s*=|\bhref\s*=|url\(|@import|\bfetch\b|"
                      r"XMLHttpRequest|WebSocket|import\(|\beval\b|innerHTML|document\.write")


def path_of(name):
    return f"traces/scenarios/{name}.scn"


class Files(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.pages, cls.traces = {}, {}
        for name in SCENARIOS:
            path = cls.folder / f"{name}.html"
            code, out, err = nsmc("report", path_of(name), "--html", path)
            assert code == 0, err
            assert out.startswith(f"wrote {path} ("), out
            cls.pages[name] = Page(path.read_text())
            cls.traces[name] = nsmc("replay", path_of(name), "--itf")[1]

    def test_the_data_are_the_states_of_the_trace_at_every_step(self):
        for name in SCENARIOS:
            data, states = self.pages[name].data, list(itf_states(self.traces[name]))
            self.assertEqual(list(displayed_states(data)), [fields for _, _, fields in states])
            for row, (actor, action, _) in zip(data["steps"], states[1:], strict=True):
                self.assertEqual([data["texts"][i] for i in row[:2]], [actor, action])

    def test_from_a_file_the_page_is_that_of_the_scenario(self):
        trace = self.folder / "x.itf.json"
        trace.write_text(self.traces[SCENARIOS[0]])
        nsmc("report", trace, "--html", self.folder / "x.html")
        self.assertEqual((self.folder / "x.html").read_text(), self.pages[SCENARIOS[0]].text)

    def test_nothing_outside_of_the_file_is_needed_or_allowed(self):
        for page in [*self.pages.values(), Page(synthetic(100, "html"))]:
            frame = page.text.replace(page.contents["data"], "")
            self.assertIsNone(REACHING.search(frame.partition("<main")[2]))
            tags = [tag for tag, _ in page.elements]
            self.assertEqual([tags.count(t) for t in ("script", "style", "link", "img", "iframe")],
                             [2, 1, 0, 0, 0])
            for _, attributes in page.elements:
                self.assertFalse([a for a in attributes if a.startswith("on") or a == "style"])

    def test_the_policy_names_this_script_and_this_style_and_nothing_else(self):
        def source(text):
            digest = hashlib.sha256(text.encode()).digest()
            return "'sha256-" + base64.b64encode(digest).decode() + "'"

        for page in self.pages.values():
            first = next(i for i, e in enumerate(page.elements) if e[0] in ("style", "script"))
            policies = [i for i, (_, a) in enumerate(page.elements)
                        if a.get("http-equiv") == "Content-Security-Policy"]
            self.assertEqual(len(policies), 1)
            self.assertLess(policies[0], first)
            policy = dict(p.strip().split(" ", 1)
                          for p in page.elements[policies[0]][1]["content"].split(";"))
            self.assertEqual(policy, {"default-src": "'none'", "base-uri": "'none'",
                                      "form-action": "'none'",
                                      "script-src": source(page.contents["script"]),
                                      "style-src": source(page.contents["style"])})

    def test_properties_files_and_holders_are_told(self):
        data = self.pages["bz-07-stealth-child"].data
        truths = {t["id"]: t["changes"] for t in data["truths"]}
        self.assertEqual(data["truths"][0]["id"], "bz-07-stealth-child")
        self.assertEqual(data["violation"], 29)
        self.assertEqual(truths["bz-07-stealth-child"][-1], [29, 0])
        self.assertEqual(truths["bz-07-stealth-child"], truths["I20"])
        files = {data["texts"][row[2]] for row in data["steps"]}
        self.assertLess({"kernel/exit.c", "kernel/pid.c", "kernel/pid_namespace.c", ""}, files)
        self.assertEqual([(lane["actor"], lane["label"], lane["group"]) for lane in data["lanes"]],
                         [("t0", "", "ns0"), ("t1", "P", "ns0"), ("t2", "I", "ns1"),
                          ("t3", "C", "ns1")])
        self.assertLess({"pid0.ns", "ns1.parent", "nsproxy1.pid_ns", "t1.nsproxy"},
                        set(data["counted"]))
        self.assertNotIn("t1.real_parent", data["counted"])

    def test_hostile_texts_stay_texts(self):
        page = Page(synthetic(100, "html"))
        harmless = {tag for tag, _ in self.pages[SCENARIOS[0]].elements}
        # A reason of several lines has breaks; hostile texts have none of their own.
        self.assertEqual({tag for tag, _ in page.elements} | {"br"}, harmless | {"br"})
        self.assertIn("</script><script>alert(1)</script> violated", page.contents["h1"])
        self.assertTrue(page.contents["data"].isascii())
        self.assertNotIn("<", page.contents["data"])
        self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e"
                                    "\U000e0000-\U000e0fff]", page.text))
        states = [fields for _, _, fields in itf_states(synthetic(100, "itf"))]
        self.assertEqual(list(displayed_states(page.data)), states)

    def test_a_thousand_steps_are_small_and_a_hundred_thousand_are_possible(self):
        self.assertLess(len(synthetic(1000, "html")), 300_000)
        self.assertLess(len(synthetic(100_000, "html")), 10_000_000)

    def test_the_same_bytes_twice(self):
        for option in ("--html", "--mermaid", "--perfetto"):
            first = nsmc("report", path_of(SCENARIOS[1]), option, "-")
            self.assertEqual(first, nsmc("report", path_of(SCENARIOS[1]), option, "-"))

    def test_mermaid(self):
        for text in (nsmc("report", path_of(SCENARIOS[0]), "--mermaid", "-")[1],
                     synthetic(100, "mermaid")):
            lines = text.splitlines()
            self.assertEqual(lines[0], "sequenceDiagram")
            for line in lines[1:]:
                self.assertRegex(line, r"^  (box .+|end|participant p\d+ as .+|p\d+->>p\d+: \d+.*|"
                                       r"Note over p\d+,p\d+: .+)$")
                self.assertNotRegex(re.sub(r"#\d+;", "", line).replace("->>", ""), "[;#<>%{}`]")
            self.assertEqual(text.count("  box "), text.count("\n  end\n"))

    def test_perfetto(self):
        code, out, _ = nsmc("report", path_of(SCENARIOS[0]), "--perfetto", "-")
        events = json.loads(out)["traceEvents"]
        slices = [e for e in events if e["ph"] == "X"]
        self.assertEqual((code, len(slices)), (0, 29))
        self.assertEqual([e["ts"] for e in slices], [1000 * k for k in range(1, 30)])
        self.assertEqual({e["args"]["name"] for e in events if e["ph"] == "M"},
                         {"ns0", "ns1", "t0", "t1 P", "t2 I", "t3 C"})
        self.assertEqual([e["args"]["value"] for e in events if e["name"] == "ns1.kref"],
                         [0, 1, 2, 3])
        flows = [e["id"] for e in events if e["ph"] == "s"]
        self.assertEqual(flows, [e["id"] for e in events if e["ph"] == "f"])
        self.assertTrue(flows)
        self.assertTrue(json.loads(synthetic(100, "perfetto"))["traceEvents"])

    def test_mistakes(self):
        def fails(code, *arguments):
            got = nsmc("report", *arguments)
            self.assertEqual(got[0], code, got)
            return got[2]

        self.assertIn("--html", fails(64, path_of(SCENARIOS[0])))
        fails(66, self.folder / "none.itf.json", "--html", "-")
        fails(73, path_of(SCENARIOS[0]), "--html", self.folder / "no/such/folder.html")
        trace = self.folder / "wrong.itf.json"
        trace.write_text(self.traces[SCENARIOS[0]].replace('"EXIT_DEAD"', '"EXIT_ZOMBIE"', 1))
        fails(24, trace, "--html", self.folder / "wrong.html")
        self.assertFalse((self.folder / "wrong.html").exists())
        self.assertIn("there are runs for", fails(
            64, "traces/runs/failures.scn", "--property", "I99", "--html", "-"))


if __name__ == "__main__":
    report_case.take_arguments()
    unittest.main()
