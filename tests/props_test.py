#!/usr/bin/env python3
# Property test runs: what they find, that it can be replayed, that threads make no difference.
# SPDX-License-Identifier: MIT
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NSMC, PROPS, LARGE = (str(ROOT / "build/release" / p)
                      for p in ("nsmc", "nsmc-props", "nsmc-props-large"))


def run(*command):
    done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True,
                          timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


class Props(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def test_nothing_is_violated_in_the_last_kernel(self):
        code, out, _ = run(PROPS, "--seed", "1", "--runs", "20000")
        self.assertEqual(code, 0, out)
        self.assertIn("a sample and no proof", out)
        self.assertGreaterEqual(int(re.search(r"reached +(\d+) of", out)[1]), 95)

    def test_the_leak_of_today_is_found_and_can_be_kept(self):
        code, out, _ = run(PROPS, "--kernel", "6.18", "--property", "I4", "--seed", "2", "--runs",
                           "20000", "--out", self.folder)
        self.assertEqual(code, 12, out)
        [scenario], [trace] = self.folder.glob("*.scn"), self.folder.glob("*.itf.json")
        self.assertIn("unshare(CLONE_NEWUSER)", scenario.read_text())
        self.assertEqual(run(NSMC, "check", scenario)[0], 0)
        self.assertEqual(run(NSMC, "check", "--kernel", "7.0", scenario)[0], 12)
        self.assertEqual(run(NSMC, "replay", trace)[0], 0)

    def test_seeded_defects_are_found_in_few_calls(self):
        for defect in ("zap-skips-last", "free-pid-ns-keeps-parent", "alloc-pid-unwinds-one-less",
                       "copy-namespaces-keeps-old", "reparent-skips-one"):
            code, out, _ = run(PROPS, "--defect", defect, "--seed", "1", "--runs", "50000")
            self.assertEqual(code, 12, defect)
            self.assertLessEqual(int(re.search(r"to (\d+) calls", out)[1]), 10, out)

    def test_threads_make_no_difference(self):
        for program in (PROPS, LARGE):
            for runs in (["--runs", "2000"], ["--runs", "5000", "--defect", "zap-skips-last"]):
                one, two = (run(program, "--seed", "7", *runs, "--jobs", jobs) for jobs in (1, 2))
                self.assertEqual(one, two)

    def test_wrong_words_are_told(self):
        self.assertEqual(run(PROPS, "--runs", "0")[0], 64)
        for wrong in (["--kernel", "2.6.99"], ["--property", "I99"], ["--without", "BZ-99"],
                      ["--defect", "nonsense"]):
            code, out, error = run(PROPS, *wrong, "--runs", "1")
            self.assertEqual((code, out), (64, ""))
            self.assertIn("see `nsmc list", error)
        self.assertEqual(run(PROPS, "--runs", "1", "--out", ROOT / "README.md" / "x")[0], 73)


if __name__ == "__main__":
    if len(sys.argv) > 3:
        NSMC, PROPS, LARGE = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1], verbosity=2)
