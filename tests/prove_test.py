#!/usr/bin/env python3
# What is proved for any size, what is refuted, and that two solvers confirm it.
# SPDX-License-Identifier: MIT
#
#   prove_test.py NSMC NSMC-CERTIFY         as ctest runs it; a minute
#   prove_test.py NSMC NSMC-CERTIFY --all   with the whole certificate; some minutes
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NSMC = str(ROOT / "build/release/nsmc")
CERTIFY = str(ROOT / "build/release/nsmc-certify")
FOR_ANY_SIZE = {"I1", "I3", "I5", "I6", "I8", "I9", "I12", "I14", "I31", "I40"}


class Prove(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def run_it(self, *command):
        environment = {**os.environ, "NO_COLOR": "1", "XDG_CACHE_HOME": str(self.folder / "cache")}
        done = subprocess.run([*map(str, command)], cwd=ROOT, capture_output=True, text=True,
                              env=environment, timeout=1500, check=False)
        return done.returncode, done.stdout, done.stderr

    def prove(self, *arguments):
        return self.run_it(NSMC, "prove", *arguments)

    def test_the_listed_invariants_of_the_2007_code_are_proved_for_any_size(self):
        code, out, _ = self.prove("--json")
        self.assertEqual(code, 0)
        result = json.loads(out)
        self.assertTrue(result["as_expected"])
        self.assertGreater(result["obligations"], 10_000)
        self.assertEqual(result["units"], 77, "a step or contract more or less: is it meant?")
        verdicts = {}
        for claim in result["claims"]:
            self.assertGreater(claim["obligations"], 0)
            verdicts.setdefault(claim["property"], set()).add(claim["verdict"])
        self.assertEqual({p for p, v in verdicts.items() if v == {"proved"}} - {""}, FOR_ANY_SIZE)
        refuted = [c["id"] for c in result["claims"] if c["verdict"] == "refuted"]
        self.assertEqual(refuted, ["next-pidmap"], "CVE-2011-1593, and nothing else")
        # Nothing has changed: the second time it is known.
        _, again, _ = self.prove()
        self.assertIn("proved before by this very program", again)
        _, check, _ = self.run_it(NSMC, "check", "--property", "I1", "--property", "I30")
        self.assertRegex(check, "(?m)^I1 +holds +proved ")
        self.assertRegex(check, "(?m)^I30 +holds +[^ p]")

    def test_the_argument_of_the_cve_is_shown_and_its_repair_proved(self):
        code, out, _ = self.prove("--only", "next-pidmap")
        self.assertEqual(code, 0)
        self.assertIn("refuted by BZ-15", out)
        self.assertRegex(out, r"last +2147483647\n")
        code, out, _ = self.prove("--only", "next-pidmap", "--kernel", "2.6.39")
        self.assertEqual(code, 0)
        self.assertRegex(out, "^proved")
        self.assertNotIn("refuted", out)

    def test_a_defect_makes_a_proof_fail_in_a_readable_step(self):
        code, out, _ = self.prove("--only", "free_nsproxy/", "--defect",
                                  "free-nsproxy-keeps-pid-ns")
        self.assertEqual(code, 12)
        self.assertIn("FAILED  freed-proxy-is-empty: free_nsproxy/put_namespaces", out)
        self.assertIn("what the step does to it:", out)
        self.assertRegex(out, r"pc.free_nsproxy\(\d+\) +1 -> 2")

    def test_a_lemma_is_not_proved_while_there_are_steps_that_nobody_looked_at(self):
        code, out, _ = self.prove("--only", "free_nsproxy/")
        self.assertEqual(code, 0)
        self.assertRegex(out, "(?m)^partly +[0-9]+ +I3 +freed-proxy-has-one-owner ")
        self.assertNotIn("proved ", out)

    def test_a_solver_that_gives_up_has_proved_nothing(self):
        code, out, _ = self.prove("--only", "put_pid_ns/", "--rlimit", "2000")
        self.assertEqual(code, 20)
        self.assertIn("unknown", out)

    def test_what_the_bounded_search_finds_can_be_replayed(self):
        scenario = "traces/scenarios/bz-11-last-pid-goes-back.scn"
        out = self.folder / "out"
        code, found, _ = self.prove("--bmc", "100", "--property", "I15", "--out", out, "--json",
                                    scenario)
        self.assertEqual(code, 12)
        length = json.loads(found)["scenarios"][0]["claims"][0]["run_length"]
        _, explored, _ = self.run_it(NSMC, "check", "--property", "I15", "--json", scenario)
        self.assertEqual(length, json.loads(explored)["scenarios"][0]["claims"][0]["run_length"])
        traces = list(out.glob("*.itf.json"))
        self.assertEqual(len(traces), 1)
        code, shown, _ = self.run_it(NSMC, "replay", traces[0])
        self.assertEqual(code, 0)
        self.assertIn("last_pid", shown)

    def test_a_run_with_a_defect_can_be_replayed(self):
        out = self.folder / "out"
        code, _, _ = self.prove("--bmc", "60", "--property", "I1", "--out", out, "--defect",
                                "free-pid-ns-keeps-parent",
                                "traces/scenarios/nested-namespace-dies-with-outer.scn")
        self.assertEqual(code, 12)
        [trace] = out.glob("*.itf.json")
        self.assertEqual(self.run_it(NSMC, "replay", trace)[0], 0)

    def test_a_bounded_search_says_holds_only_if_no_run_is_longer(self):
        code, out, _ = self.prove("--bmc", "5", "--property", "I1")
        self.assertEqual(code, 20)
        self.assertIn("all runs of at most 5 moves", out)
        self.assertRegex(out, "(?m)^I1 +unknown")

    def test_wrong_words_are_told(self):
        self.assertEqual(self.prove("--bmc", "0")[0], 64)
        self.assertEqual(self.prove("--bmc", "9", "--only", "put_pid_ns/")[0], 64)
        self.assertEqual(self.prove("--property", "I1")[0], 64)
        code, _, err = self.prove("--bmc", "9", "--property", "I17")
        self.assertEqual(code, 64)
        self.assertIn("--bmc cannot be asked about `I17`; it knows I1, I2", err)
        self.assertEqual(self.prove("--kernel", "2.6.99")[0], 64)
        self.assertEqual(self.prove("--defect", "nonsense")[0], 64)
        code, _, err = self.prove("--certificate", ROOT / "docs")
        self.assertEqual(code, 73)
        self.assertIn("not an empty folder", err)

    def certified(self, *arguments):
        folder = self.folder / "certificate"
        code, out, _ = self.prove("--certificate", folder, *arguments)
        self.assertEqual(code, 0)
        digest = out.split("--digest ")[1].strip()
        code, out, err = self.run_it(CERTIFY, folder, "--digest", digest)
        self.assertEqual(code, 0, out + err)
        self.assertIn("each confirmed by z3", out)
        return folder

    def test_two_solvers_confirm_a_certificate_and_tampering_is_noticed(self):
        folder = self.certified("--only", "free_pid")
        files = sorted(folder.rglob("*.smt2"))
        self.assertGreater(len(files), 100)
        texts = [f.read_text() for f in files]
        self.assertTrue(any("refs.ns" in t for t in texts))
        changed = files[len(files) // 2]
        changed.write_text(changed.read_text().replace("(assert ", "(assert  ", 1))
        code, _, err = self.run_it(CERTIFY, folder)
        self.assertEqual(code, 65)
        self.assertIn(changed.name, err)

    @unittest.skipUnless("--all" in sys.argv, "some minutes: with --all")
    def test_every_obligation_is_confirmed(self):
        self.certified()
        self.assertEqual(self.run_it(CERTIFY, self.folder / "certificate")[0], 0)


if __name__ == "__main__":
    NSMC, CERTIFY = map(os.path.abspath, [a for a in sys.argv[1:] if a != "--all"][:2])
    unittest.main(argv=sys.argv[:1], verbosity=2)
