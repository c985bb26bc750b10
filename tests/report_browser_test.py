#!/usr/bin/env python3
# The page in a browser, held against the trace.  report_browser_test.py BINARY SYNTHETIC
# SPDX-License-Identifier: MIT
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import report_case
from report_case import SCENARIOS, itf_states, nsmc, synthetic

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
# Generous: the machine of a test is busy. What was measured on a quiet one is in docs/adr/0012.
LOAD_MS, STEP_MS = 3000, 100


def hash_of(fields):
    """FNV-1a over the code points of `name=value` lines, as the page has it."""
    value = 0x811C9DC5
    for c in "".join(f"{name}={text}\n" for name, text in fields.items()):
        value = ((value ^ ord(c)) * 0x01000193) & 0xFFFFFFFF
    return f"{value:08x}"


class Browser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)

    def dom(self, text, address, width=1200):
        page = self.folder / "page.html"
        page.write_text(text)
        done = subprocess.run(
            [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
             f"--user-data-dir={self.folder}/profile", f"--window-size={width},900", "--dump-dom",
             f"file://{page}{address}"],
            capture_output=True, text=True, timeout=240, check=True,
            env={**os.environ, "HOME": str(self.folder)})
        complaints = [s for s in done.stderr.splitlines() if "CONSOLE" in s]
        self.assertEqual(complaints, [])  # of the policy, for one
        return done.stdout

    def selftest(self, text, width=1200):
        found = re.search(r'<pre id="selftest">(.*?)</pre>', self.dom(text, "#selftest", width))
        self.assertIsNotNone(found)
        told = json.loads(html.unescape(found[1]))
        print(f"{len(told['hashes']) - 1} steps, {len(text):,} bytes: loaded in {told['load']} ms, "
              f"a step takes {told['mean']:.2f} ms, at worst {told['worst']:.1f} ms")
        self.assertEqual(told["wrong"], [])
        self.assertLessEqual(told["overflow"], 0)  # nothing is wider than the window
        self.assertLess(told["load"], LOAD_MS)
        self.assertLess(told["mean"], STEP_MS)
        return told

    def test_what_is_displayed_is_the_trace_at_every_step(self):
        for name in SCENARIOS:
            path = f"traces/scenarios/{name}.scn"
            states = itf_states(nsmc("replay", path, "--itf")[1])
            self.assertEqual(self.selftest(nsmc("report", path, "--html", "-")[1])["hashes"],
                             [hash_of(fields) for _, _, fields in states])

    def test_keys_and_a_telephone(self):
        path = f"traces/scenarios/{SCENARIOS[0]}.scn"
        told = self.selftest(nsmc("report", path, "--html", "-")[1], width=320)
        self.assertLessEqual(told["width"], 500)  # some browsers have no smaller windows
        self.assertEqual(told["keys"], {  # from step 22, which is t2's, as 21 and 27 are
            "ArrowRight": 23, "ArrowLeft": 21, "+ArrowRight": 27, "+ArrowLeft": 21, "Home": 0,
            "End": 29, "PageUp": 0, "PageDown": 29, "j": 23, "k": 21, "n": 27, "p": 21, "v": 29,
            "o": 22, "x": 22})

    def test_a_thousand_steps(self):
        told = self.selftest(synthetic(1000, "html"))
        self.assertEqual(len(told["hashes"]), 1001)
        self.assertEqual(told["keys"]["o"], 500)  # where its loop begins

    def test_a_hundred_thousand_steps_open(self):
        dom = self.dom(synthetic(100_000, "html"), "#step=70000")
        self.assertIn('data-step="70000"', dom)
        load = int(re.search(r'data-load="(\d+)"', dom)[1])
        print(f"100000 steps: loaded in {load} ms")

    def test_the_address_names_a_step(self):
        text = nsmc("report", f"traces/scenarios/{SCENARIOS[0]}.scn", "--html", "-")[1]
        dom = self.dom(text, "#step=28")
        self.assertIn('<h2 id="card-title">Step 28: t2  I: zap_pid_ns_processes/clear_reaper</h2>',
                      dom)
        self.assertIn("zap_pid_ns_processes() in kernel/pid_namespace.c", dom)
        self.assertIn('data-step="29"', self.dom(text, "#step=999"))
        self.assertIn('data-step="0"', self.dom(text, "#step=</h2>"))


if __name__ == "__main__":
    report_case.take_arguments()
    if not BROWSER:
        report_case.skip("no chromium: the page is not opened")
    unittest.main()
