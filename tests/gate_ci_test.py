#!/usr/bin/env python3
# docs/ci: the script, and what GitHub is given.  gate_ci_test.py BINARY
# SPDX-License-Identifier: MIT
import os
import re
import shutil
import subprocess

import gate_case
from gate_case import LEAK, PIN, ROOT, Gate


class InCi(Gate):
    """docs/ci, as a CI system would run it."""

    def script(self, text, *arguments, **environment):
        """gate.sh in a tree that has this gate file, and the binary for a launcher."""
        tree = self.folder / "tree"
        (tree / "docs/ci").mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "docs/ci/gate.sh", tree / "docs/ci")
        for path in self.folder.glob("*.scn"):
            shutil.copy(path, tree)
        (tree / "nsmc.toml").write_text(text)
        (tree / "nsmc").write_text(f'#!/bin/sh\nexec "{gate_case.BINARY}" "$@"\n')
        (tree / "nsmc").chmod(0o755)
        done = subprocess.run([tree / "docs/ci/gate.sh", *arguments], cwd="/", text=True,
                              capture_output=True, timeout=60, check=False,
                              env={**os.environ, "NO_COLOR": "1", **environment})
        return done.returncode, done.stdout + done.stderr, tree

    def test_the_script_leaves_reports_and_the_exit_code(self):
        for pin, expected in ((PIN, 0), ("states = 1000", 21)):
            summary = self.folder / f"summary-{expected}.md"
            code, out, tree = self.script(self.run_of(LEAK, pin), GITHUB_STEP_SUMMARY=str(summary))
            self.assertEqual(code, expected, out)
            reports = tree / "out/gate"
            for name in ("gate.json", "gate.junit.xml", "gate.sarif", "gate.ktap", "gate.md"):
                self.assertTrue((reports / name).read_text(), name)
            self.assertEqual(summary.read_text(), (reports / "gate.md").read_text())

    def test_the_script_hands_on_budget_folder_and_options(self):
        code, out, tree = self.script(self.run_of(LEAK, PIN), NSMC_BUDGET="1e-9",
                                      NSMC_REPORTS="here")
        self.assertEqual(code, 20, out)
        self.assertTrue((tree / "here/gate.json").exists())
        code, out, _ = self.script(self.run_of(LEAK, PIN), "--strict")
        self.assertEqual(code, 21, out)

    def test_the_workflow_names_what_is_there(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("yaml is not here: apt-get install python3-yaml")
        workflow = yaml.safe_load((ROOT / "docs/ci/github-workflow.yml").read_text())
        action = yaml.safe_load((ROOT / "docs/ci/action.yml").read_text())
        self.assertEqual(set(workflow), {"name", True, "permissions", "jobs"})  # True: `on`
        steps = workflow["jobs"]["gate"]["steps"]
        for step in steps:
            self.assertEqual(len({"run", "uses"} & set(step)), 1, step)
        own = next(step for step in steps if step.get("uses") == "./docs/ci")
        self.assertLessEqual(set(own["with"]), set(action["inputs"]))
        self.assertEqual(workflow["permissions"]["security-events"], "write")
        self.assertEqual(action["runs"]["using"], "composite")
        for step in action["runs"]["steps"]:
            self.assertIn("shell", step)
        used = set(re.findall(r"inputs\.(\w+)", str(action["runs"])))
        self.assertEqual(used, set(action["inputs"]))
        self.assertIn(action["runs"]["steps"][0]["id"],
                      re.search(r"steps\.(\w+)\.", action["outputs"]["reports"]["value"])[1])

    def test_the_action_runs_the_script(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("yaml is not here: apt-get install python3-yaml")
        action = yaml.safe_load((ROOT / "docs/ci/action.yml").read_text())
        _, _, tree = self.script(self.run_of(LEAK, PIN))
        output = self.folder / "output"
        done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c",
                               action["runs"]["steps"][0]["run"]], cwd=tree, capture_output=True,
                              env={**os.environ, "NSMC_DIRECTORY": "sub", "NSMC_BUDGET": "",
                                   "NSMC_OPTIONS": "--strict --times",
                                   "GITHUB_OUTPUT": str(output)}, text=True, check=False)
        self.assertEqual(done.returncode, 21, done.stdout + done.stderr)
        self.assertEqual(output.read_text(), "reports=sub/out/gate\n")


if __name__ == "__main__":
    gate_case.main()
