#!/usr/bin/env python3
# Mutants of the model: those that survive stand in a file with a reason.
# SPDX-License-Identifier: MIT
#
# NSMC_THOROUGH=1 asks for all of them; else some are drawn, which are others from day to day.
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NSMC = str(ROOT / "build/release/nsmc")
SURVIVORS = "tests/survivors.txt"


def mutate(*arguments):
    done = subprocess.run([NSMC, "mutate", *arguments], cwd=ROOT, capture_output=True, text=True,
                          timeout=550, check=False)
    return done.returncode, done.stdout, done.stderr


class Mutate(unittest.TestCase):
    def test_at_least_95_of_100_are_noticed_and_the_others_have_a_reason(self):
        thorough = "NSMC_THOROUGH" in os.environ
        drawn = [] if thorough else ["--sample", "120", "--seed",
                                     str(datetime.date.today().toordinal())]
        code, out, error = mutate("--json", "--survivors", SURVIVORS, *drawn)
        result = json.loads(out)
        print(f"{' '.join(drawn)} {result['mutants']} mutants, {result['marks']}, "
              f"score {result['score']:.1f}")
        strangers = [f["mutant"] for f in result["fates"] if f["mark"] in ("other", "cut")]
        self.assertEqual(code, 0, f"{error}{strangers}")
        self.assertGreaterEqual(result["mutants"], 1400 if thorough else 120)
        self.assertGreaterEqual(result["score"], 95 if thorough else 91)
        # No kind of mark may do all the work.  Of the drawn ones few are noticed by a witness.
        for mark in ("answer", "property", *(["witness"] if thorough else [])):
            self.assertGreater(result["marks"][mark], 2, mark)

    def test_every_mutant_has_a_name_of_its_own(self):
        code, out, _ = mutate("--list")
        names = out.splitlines()
        self.assertEqual(code, 0)
        self.assertEqual(len(names), len(set(names)))

    def test_the_same_seed_draws_the_same_and_threads_make_no_difference(self):
        arguments = ["--sample", "16", "--seed", "7", "--json", "--no-times"]
        one, two = (mutate(*arguments, "--jobs", jobs) for jobs in "12")
        self.assertEqual(one, two)
        self.assertNotEqual(one[1], mutate("--sample", "16", "--seed", "8", "--json",
                                           "--no-times")[1])

    def test_a_mutant_that_is_missed_without_a_reason_fails(self):
        code, out, _ = mutate("--only", "do_exit/begin:lose t.sigkill")
        self.assertEqual(code, 12)
        self.assertIn("missed, and no reason is given: do_exit/begin:lose t.sigkill", out)

    def test_a_reason_for_what_is_noticed_fails(self):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("# stale\ndo_exit/notify:skip -- nobody knows\n")
            file.flush()
            code, out, _ = mutate("--only", "do_exit/notify:skip", "--survivors", file.name)
        self.assertEqual(code, 12)
        self.assertIn("not missed any more: do_exit/notify:skip", out)

    def test_a_file_of_survivors_is_read_with_care(self):
        for text, says in (("do_exit/notify:skip\n", ":1: a line is NAME -- REASON"),
                           ("x/y:skip -- no\n", ":1: there is no mutant `x/y:skip`"),
                           ("do_exit/notify:skip -- a\ndo_exit/notify:skip -- b\n",
                            ":2: named twice")):
            with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
                file.write(text)
                file.flush()
                code, _, error = mutate("--sample", "1", "--survivors", file.name)
            self.assertEqual(code, 64)
            self.assertIn(file.name + says, error)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        NSMC = sys.argv[1]
    unittest.main(argv=sys.argv[:1], verbosity=2)
