# What the tests of nsmc gate share: a folder with scenarios, a gate file in it, and the program.
# SPDX-License-Identifier: MIT
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "build/release/nsmc"
SCREEN = 40  # lines
LEAK = "bz-34-not-zeroed"
PIN = "states = [12, 11, 11]"
SKIPPED = 77  # as ctest is told


def nsmc(*arguments, cwd=ROOT, **environment):
    """Runs the binary; returns exit code, standard output, standard error."""
    done = subprocess.run([BINARY, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          env={**os.environ, "NO_COLOR": "1", **environment}, timeout=300,
                          check=False)
    return done.returncode, done.stdout, done.stderr


class Gate(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for name in (LEAK, LEAK + "-fixed", "bz-07-stealth-child", "bz-07-stealth-child-fixed"):
            shutil.copy(ROOT / f"traces/scenarios/{name}.scn", self.folder)

    def file(self, text):
        path = self.folder / "gate.toml"
        path.write_text(text)
        return path

    def run_of(self, scenario, more=""):
        return f'[[run]]\nname = "one"\nscenarios = "{scenario}.scn"\n{more}\n'

    def gate(self, text, *arguments):
        code, out, error = nsmc("gate", self.file(text), *arguments)
        self.assertLessEqual(len(out.splitlines()), SCREEN, out)
        self.assertTrue(all(len(line) <= 120 for line in out.splitlines()), out)
        return code, out + error


class ClosedGate(Gate):
    """With all reports: a violation, a size, and known bugs."""

    def setUp(self):
        super().setUp()
        self.file(f'[[run]]\nname = "all"\nscenarios = "."\n[run.states]\n'
                  f'{LEAK} = 12\n{LEAK}-fixed = 1000000\nbz-07-stealth-child = 84\n'
                  'bz-07-stealth-child-fixed = 10\n')
        self.out = self.folder / "out"
        code, _, error = nsmc("gate", "gate.toml", "--without", "BZ-07", "--known", "--out", "out",
                              cwd=self.folder)
        self.assertEqual(code, 12, error)


def main():
    """Takes the binary from the command line.  A test that is skipped is no success."""
    global BINARY
    if len(sys.argv) > 1:
        BINARY = os.path.abspath(sys.argv.pop(1))
    result = unittest.main(module="__main__", verbosity=1, exit=False).result
    for test, why in result.skipped:
        print(f"SKIPPED {test}: {why}", file=sys.stderr)
    sys.exit(1 if not result.wasSuccessful() else SKIPPED if result.skipped else 0)
