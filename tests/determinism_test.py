#!/usr/bin/env python3
# Equal questions give equal bytes: 20 runs, on one and two threads.  determinism_test.py BINARY...
# SPDX-License-Identifier: MIT
#
# Each further binary is one of another compiler, which has to say the same.  Beside each stands its
# nsmc-props.
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARIES = [str(ROOT / "build/release/nsmc")]
RUNS = 20


def digest(binary, *arguments):
    """One number for all that a run prints and writes, and the texts themselves."""
    folder = pathlib.Path(tempfile.mkdtemp())
    command = [binary, *map(str, arguments), "--json", "--no-times", "--out", "out"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=500, check=False)
        texts = {"exit code": str(done.returncode).encode(), "output": done.stdout}
        for path in sorted(folder.rglob("*.json")):
            texts[path.name] = path.read_bytes()
    finally:
        shutil.rmtree(folder)
    return {name: hashlib.sha256(text).hexdigest() for name, text in texts.items()}, done.stdout


class SameBytes(unittest.TestCase):
    def same(self, runs, *arguments, program="nsmc", code=0, traces=1):
        """The same of every binary, in turns on one thread and on two."""
        programs = [pathlib.Path(binary).with_name(program) for binary in BINARIES]
        expected, output = digest(programs[0], *arguments, "--jobs", 1)
        self.assertRegex(output, b'"exit_code": *%d' % code)
        self.assertGreater(len(expected), 1 + traces)
        for run in range(1, max(runs, 2 * len(programs))):
            binary = programs[run // 2 % len(programs)]
            found, _ = digest(binary, *arguments, "--jobs", 1 + run % 2)
            self.assertEqual(found, expected, f"run {run}, {binary}")

    def test_every_scenario_twenty_times(self):
        self.same(RUNS, "check", "--progress", "none", ROOT / "traces/scenarios", traces=50)

    def test_a_free_run_of_all_properties(self):
        self.same(2, "check", "--progress", "none", ROOT / "traces/runs/kernel-steps.scn")

    def test_property_test_runs_twenty_times(self):
        self.same(RUNS, "--seed", 7, "--runs", 3000, "--defect", "zap-skips-last",
                  program="nsmc-props", code=12)
        self.same(4, "--seed", 7, "--runs", 3000, program="nsmc-props", traces=0)

    def test_the_search_on_terms(self):
        scenario = ROOT / "traces/scenarios/bz-11-last-pid-goes-back.scn"
        self.same(4, "prove", "--bmc", 60, scenario)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        BINARIES = [str(pathlib.Path(path).resolve()) for path in sys.argv[1:]]
        del sys.argv[1:]
    unittest.main()
