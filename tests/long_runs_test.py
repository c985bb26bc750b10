#!/usr/bin/env python3
# Long runs as a user meets them: killed, interrupted, without room, and gone on with.
# SPDX-License-Identifier: MIT
#
# long_runs_test.py BINARY; with NSMC_THOROUGH=1 as many kills and interruptions as are promised.
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = str(ROOT / "build/release/nsmc")
THOROUGH = os.environ.get("NSMC_THOROUGH") == "1"
SCENARIO = "traces/runs/clone-parent.scn"
SEED = 7


class LongRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        began = time.monotonic()
        cls.straight = cls.run_one("--json", "--no-times")
        cls.seconds = time.monotonic() - began

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nsmc-checkpoint-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.file = self.folder / "search.cpt"
        self.random = random.Random(SEED)

    @staticmethod
    def arguments(*more):
        return [BINARY, "check", SCENARIO, "--progress", "none", *map(str, more)]

    @classmethod
    def run_one(cls, *more, **how):
        done = subprocess.run(cls.arguments(*more), cwd=ROOT, capture_output=True, text=True,
                              timeout=300, check=False, **how)
        return done.returncode, done.stdout, done.stderr

    def keeping(self, *more):
        return ["--checkpoint", self.file, "--json", "--no-times", *more]

    def kept(self, *more, **how):
        return self.run_one(*self.keeping(*more), **how)

    def stop_after(self, seconds, by, *more):
        """Starts or goes on, and signals after that time: exit code, output, messages."""
        process = subprocess.Popen(self.arguments(*self.keeping("--resume", *more)), cwd=ROOT,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(by)
            out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def expect_straight(self, done):
        self.assertEqual((done[0], done[1]), self.straight[:2], done[2])

    def test_no_kill_leaves_an_unusable_file(self):
        kills = went_on = 0
        while kills < (200 if THOROUGH else 40):
            seconds = self.random.uniform(0, max(0.25, 0.7 * self.seconds))
            code, out, err = self.stop_after(seconds, signal.SIGKILL, "--checkpoint-every", 0.01)
            went_on += "goes on from" in err
            if code == -signal.SIGKILL:
                kills += 1
                continue
            self.expect_straight((code, out, err))  # nothing else: it was not refused
            self.file.unlink(missing_ok=True)
        self.assertGreater(went_on, kills / 4)
        self.expect_straight(self.kept("--resume"))
        self.assertLessEqual(set(os.listdir(self.folder)), {"search.cpt", "search.cpt.tmp"})

    def test_an_interrupted_search_says_how_to_go_on_and_ends_the_same(self):
        interruptions, reductions = 0, ["--symmetry", "auto", "--dead-fields", "auto"]
        for more in ([], reductions):
            began = time.monotonic()
            straight = self.run_one("--json", "--no-times", *more)
            seconds = time.monotonic() - began
            while interruptions < (10 if THOROUGH else 3) * (1 if not more else 2):
                by = self.random.choice([signal.SIGINT, signal.SIGTERM])
                code, out, err = self.stop_after(self.random.uniform(0.2, 1) * seconds, by, *more)
                if code not in (130, 143):
                    self.assertEqual((code, out), straight[:2], err)
                    self.file.unlink(missing_ok=True)  # one that was never stopped has none
                    continue
                self.assertEqual(code, 128 + by)
                scenarios = json.loads(out)["scenarios"]
                if not scenarios:  # it had not begun
                    continue
                interruptions += 1
                self.assertFalse(scenarios[0]["complete"])
                self.assertIn("the same command with --resume goes on", err)
            if self.file.exists():
                code, out, err = self.kept("--resume", *more)
                self.assertEqual((code, out), straight[:2], err)
                self.file.unlink()

    def test_each_limit_leaves_a_file_to_go_on_from(self):
        for limit, value in (("--states-max", 5000), ("--memory-max", 0.005),
                             ("--seconds-max", 0.02)):
            code, out, err = self.kept(limit, value, "--resume")
            self.assertEqual(code, 20, err)
            self.assertFalse(json.loads(out)["scenarios"][0]["complete"])
        before = self.file.read_bytes()
        code, _, err = self.kept("--memory-max", 0.001, "--resume")  # it has more already
        self.assertEqual(code, 20)
        self.assertIn("its states take more memory than the limit; raise the limit", err)
        self.assertEqual(self.file.read_bytes(), before)
        self.expect_straight(self.kept("--resume"))

    def test_old_states_may_lie_on_disk(self):
        little = ["--json", "--no-times", "--memory-max", 0.007]
        self.assertEqual(self.run_one(*little)[0], 20)
        code, out, err = self.run_one(*little, "--disk", self.folder)
        on_disk, straight = (json.loads(text)["scenarios"][0] for text in (out, self.straight[1]))
        self.assertEqual(code, self.straight[0], err)
        self.assertLess(on_disk.pop("bytes_per_state"), straight.pop("bytes_per_state"))
        self.assertEqual(on_disk, straight)
        self.assertEqual(os.listdir(self.folder), [])
        code, out, err = self.run_one(*little, "--disk", self.folder, **self.small_files_only())
        self.assertEqual(code, 20, err)
        self.assertIn("no more room in ", json.loads(out)["scenarios"][0]["incomplete_because"])
        self.assertEqual(self.run_one("--disk", self.folder / "none")[0], 73)

    def small_files_only(self):
        return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))}

    def expect_no_room(self, run):
        code, out, err = run("--checkpoint-every", 0.01)  # to its end: the verdict is worth more
        self.assertEqual((code, out), self.straight[:2], err)
        self.assertEqual(err.count("no checkpoint: "), 1)
        self.assertIn(f"{self.file}: cannot be written: ", err)
        code, out, err = run("--states-max", 60000)  # cut: what it found would be lost
        self.assertEqual(code, 74, err)
        self.assertFalse(json.loads(out)["scenarios"][0]["complete"])
        self.assertNotIn("--resume goes on", err)

    def test_a_full_disk_costs_no_verdict(self):
        self.expect_no_room(lambda *more: self.kept(*more, **self.small_files_only()))
        self.assertEqual(os.listdir(self.folder), ["search.cpt"])
        self.expect_straight(self.kept("--resume"))  # from the last one that had room

    def test_a_disk_that_is_really_full(self):
        mount = ["unshare", "-rm", "sh", "-c",
                 f"mount -t tmpfs -o size=100k none {self.folder} && exec \"$@\"", "sh"]
        if subprocess.run([*mount, "true"], capture_output=True, check=False).returncode != 0:
            self.skipTest("no file system can be mounted here")

        def run(*more):
            done = subprocess.run([*mount, *self.arguments(*self.keeping(*more))], cwd=ROOT,
                                  capture_output=True, text=True, timeout=300, check=False)
            return done.returncode, done.stdout, done.stderr

        self.expect_no_room(run)

    def test_where_no_file_can_be_the_search_does_not_begin(self):
        def refused(path):
            code, out, err = self.run_one("--checkpoint", path)
            self.assertEqual((out, err.count("\n")), ("", 1))
            self.assertIn(f"nsmc: {path}: cannot be ", err)
            return code

        self.assertEqual(refused(self.folder / "none" / "x"), 73)
        self.assertEqual(refused(self.folder), 73)
        self.assertEqual(refused("/dev/full"), 73)
        read_only = pathlib.Path("/sys")  # for root too
        if os.geteuid() != 0:
            read_only = self.folder
            read_only.chmod(0o555)
        self.assertEqual(refused(read_only / "x"), 77)

    def test_what_is_damaged_or_of_something_else_is_refused_with_the_reason(self):
        self.kept("--states-max", 2000)
        good = self.file.read_bytes()

        def refused(*more):
            code, out, err = self.kept("--resume", *more)
            self.assertEqual((code, out), (65, ""), err)
            self.assertIn(f"nsmc: {self.file}: ", err)
            return err

        for at in self.random.sample(range(len(good)), 10):
            self.file.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            refused()
            self.file.write_bytes(good[:at])
            refused()
        self.file.write_bytes(good)
        self.assertIn("it has `kernel 2.6.24-seed`, and this one has `kernel 2.6.27`",
                      refused("--kernel", "2.6.27"))
        self.assertIn("pid_max=", refused("--config", "pid_max=5"))
        self.assertIn("symmetry=on", refused("--symmetry", "on"))
        self.assertIn("`claims I1 ", refused("--property", "I17"))
        self.assertEqual(self.file.read_bytes(), good)
        self.expect_straight(self.kept("--resume"))

    def test_usage(self):
        for wrong in (["--resume"], ["--checkpoint-every", "5"],
                      ["--checkpoint", "x", "traces/scenarios"],
                      ["--checkpoint", "x", "--checkpoint-every", "-1"]):
            code, _, err = self.run_one(*wrong)
            self.assertEqual(code, 64, err)
        code, _, err = self.kept("--resume", "--states-max", 10)
        self.assertEqual(code, 20)
        self.assertIn("yet: begins at the beginning", err)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        BINARY = sys.argv.pop(1)
    unittest.main(verbosity=2)
