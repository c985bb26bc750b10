#!/usr/bin/env python3
# Property test runs: what they find, that it can be replayed, that threads make no difference.
# SPDX-License-Identifier: MIT
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NSMC, PROPS, LARGE = (str(ROOT / "build/release" / p)
                      for p in ("nsmc", "nsmc-props", "nsmc-props-large"))

# Needs more than four tasks or three namespaces; with a seed that finds it soon.
LARGE_DEFECTS = {
    "create-pid-namespace-stops-at-level-2": 3,
    "create-pid-cachep-stops-at-arity-3": 3,
    "free-pid-ns-stops-at-level-3": 2,
    "alloc-pid-unwinds-two-levels": 2,
    "alloc-pid-stays-at-level-3": 3,
    "alloc-pid-counts-three-levels": 3,
    "free-pid-frees-three-levels": 2,
    "is-unkillable-stops-at-level-2": 1,
    "from-ancestor-ns-looks-two-up": 1,
    "setns-believes-any-parent": 3,
    "forget-original-parent-walks-four": 1,
    "copy-namespaces-counts-to-five": 3,
    "zap-spares-fourth": 1,
    "detach-pid-looks-at-four": 1,
    "zap-other-threads-walks-four": 2,
}


def run(*command):
    done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True,
                          timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


class Props(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def json(self, program, *options):
        code, out, error = run(program, *options, "--json", "--no-times")
        self.assertEqual(error, "")
        result = json.loads(out)
        self.assertEqual((result["format"], result["exit_code"]), ("nsmc-props/1", code))
        return result

    def test_all_that_can_be_reached_is_reached_and_nothing_is_violated(self):
        for seed in (2, 3):
            result = self.json(PROPS, "--seed", seed, "--runs", "30000")
            self.assertEqual(result["failures"], [])
            for reach in (result["steps"], result["premises"]):
                self.assertEqual(reach["never"], [], seed)
                self.assertEqual(reach["reached"] + len(reach["cannot"]), reach["known"])
                self.assertTrue(all(one["why"] for one in reach["cannot"]))

    def test_each_kernel_has_its_own_exceptions(self):
        # I33 holds on all of them, so that the runs go on.
        for kernel in ("2.6.18", "2.6.24-seed", "3.5", "4.0"):
            result = self.json(PROPS, "--kernel", kernel, "--property", "I33", "--seed", "1",
                               "--runs", "60000")
            self.assertEqual(result["steps"]["never"], [], kernel)

    def test_the_large_machine_is_used(self):
        result = self.json(LARGE, "--seed", "3", "--runs", "1000")
        self.assertEqual((result["machine"], result["failures"]), ("large", []))
        extremes = result["extremes"]
        self.assertEqual(extremes["deepest_level"], 32)
        self.assertIn("ENOSPC", extremes["clone_refusals"])
        self.assertGreaterEqual(extremes["most_tasks"], 150)
        self.assertGreaterEqual(extremes["highest_number"], 150)
        self.assertGreaterEqual(extremes["wraps"], 10)

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

    def test_what_needs_a_larger_machine_is_found_in_few_calls(self):
        defects = [line for line in run(NSMC, "list", "defects")[1].splitlines()
                   if line.split()[0] in LARGE_DEFECTS]
        self.assertEqual(len(defects), len(LARGE_DEFECTS))
        for line in defects:
            name = line.split()[0]
            result = self.json(PROPS, "--defect", name, "--seed", LARGE_DEFECTS[name], "--runs",
                               "60000")
            [failure] = result["failures"]
            self.assertIn(failure["property"],
                          re.findall(r"\b[IL]\d+\b", line) + ["user-space"], name)
            self.assertLessEqual(failure["least"]["calls"], 10, failure["scenario"])

    def test_all_violations_of_a_run_are_told_and_kept(self):
        result = self.json(PROPS, "--kernel", "6.18", "--keep-going", "--seed", "1", "--runs",
                           "20000", "--out", self.folder)
        self.assertEqual(result["exit_code"], 12)
        found = {f["property"] for f in result["failures"]}
        self.assertTrue({"I4", "I31"} <= found <= {"I4", "I30", "I31"}, found)
        for failure in result["failures"]:
            scenario = pathlib.Path(failure["scenario_path"])
            self.assertEqual(scenario.read_text(), failure["scenario"])
            self.assertEqual(run(NSMC, "check", scenario)[0], 0)
            self.assertEqual(run(NSMC, "replay", failure["trace_path"])[0], 0)

    def test_ctrl_c_gives_what_there_is(self):
        with subprocess.Popen([PROPS, "--time", "100", "--json"], cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as props:
            time.sleep(1.5)
            props.send_signal(signal.SIGINT)
            out, error = props.communicate(timeout=30)
        self.assertEqual((props.returncode, error), (130, ""))
        result = json.loads(out)
        self.assertEqual(result["exit_code"], 130)
        self.assertGreater(result["runs"], 0)
        self.assertGreater(result["seconds"], 0)

    def test_a_terminal_sees_progress(self):
        # A terminal of its own for stderr alone.  Read while both ends are open: once the other is
        # closed a read may fail (EIO) and what was written be lost.
        ours, theirs = pty.openpty()
        shown = b""
        with subprocess.Popen([PROPS, "--time", "2.5"], cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=theirs) as props:
            ended = False
            while not ended:
                ended = props.poll() is not None
                while select.select([ours], [], [], 0.1)[0]:
                    shown += os.read(ours, 65536)
            out, _ = props.communicate(timeout=30)
        os.close(theirs)
        os.close(ours)
        shown = shown.decode()
        self.assertRegex(shown, r"nsmc props \| [12] s of 2 s \| [\d,]+ runs \| .*steps \d+/122")
        self.assertTrue(shown.endswith("\r\x1b[K"))
        self.assertNotIn("\x1b", out)

    def test_why_and_help_teach(self):
        _, out, _ = run(PROPS, "--kernel", "6.18", "--property", "I1", "--runs", "100", "--why",
                        "--seed", "1")
        self.assertIn("a number is taken from an idr", out)
        self.assertIn("alloc_pidmap/map_page", out)
        _, out, _ = run(PROPS, "--help")
        for word in ("cannot be", "--keep-going", "--why", "--json", "130"):
            self.assertIn(word, out)

    def test_user_space_sees_what_the_man_pages_say(self):
        """The reference alone: what it has to notice, and what it must not."""
        def asked(*arguments):
            return run(PROPS, "--property", "user-space", "--seed", "3", "--runs", "20000",
                       *arguments)
        for kernel in ("7.0", "6.18", "5.10", "2.6.32"):
            self.assertEqual(asked("--kernel", kernel)[0], 0, kernel)
        for arguments, says in (
                (["--defect", "copy-pid-ns-wrong-error"], "clone() returns -12"),
                (["--defect", "zap-does-not-wait"], "is not gone"),
                (["--defect", "zap-skips-last"], ""),
                (["--defect", "copy-process-ignores-signal"], ""),
                (["--defect", "setns-ignores-ancestry"], "setns() returns 0"),
                (["--defect", "do-wait-ignores-sigkill"], ""),
                (["--defect", "reparent-skips-one"], ""),
                (["--defect", "reparent-to-global-init"], ""),
                (["--defect", "alloc-pidmap-ignores-pid-max"], ""),
                (["--defect", "detach-pid-gives-what-is-used"], ""),
                (["--defect", "copy-process-first-is-not-reaper"], ""),
                (["--kernel", "2.6.24-seed"], "kill() returns 0"),  # BZ-18
                (["--kernel", "3.8"], "never dies"),  # BZ-40
                (["--kernel", "4.9"], "ends, and number 2 lives on"),  # BZ-56
                (["--kernel", "4.9", "--with", "BZ-56"],
                 "the first process of a namespace is number 2")):  # BZ-59
            code, out, _ = asked(*arguments)
            self.assertEqual(code, 12, arguments)
            self.assertIn(says, out, arguments)

    def test_what_only_user_space_shows_can_be_kept(self):
        code, out, _ = run(PROPS, "--property", "user-space", "--defect", "copy-pid-ns-wrong-error",
                           "--seed", "3", "--runs", "20000", "--out", self.folder)
        self.assertEqual(code, 12, out)
        [scenario], [trace] = self.folder.glob("*.scn"), self.folder.glob("*.itf.json")
        self.assertEqual(run(NSMC, "check", scenario)[0], 0)
        self.assertEqual(run(NSMC, "replay", trace)[0], 0)

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
