#!/usr/bin/env python3
# The command line as a user meets it: answers, messages, exit codes, traces.  cli_test.py BINARY
# SPDX-License-Identifier: MIT
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = str(ROOT / "build/release/nsmc")
STEALTH = "traces/scenarios/bz-07-stealth-child.scn"


def nsmc(*arguments, cwd=ROOT):
    """Runs the binary; returns exit code, standard output, standard error."""
    done = subprocess.run([BINARY, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          env={**os.environ, "NO_COLOR": "1"}, timeout=500, check=False)
    return done.returncode, done.stdout, done.stderr


def side_by_side(run, arguments):
    """What run() gives for each, in order; two run at a time."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, arguments))


class Graph(unittest.TestCase):
    HANGS = "traces/scenarios/bz-60-init-waits-for-its-list.scn"
    FIXED = "traces/scenarios/bz-60-init-waits-for-its-list-fixed.scn"

    def test_exit_codes_are_those_of_the_verdicts(self):
        for arguments, expected in ((("--live", self.HANGS), 12), (("--live", self.FIXED), 0),
                                    (("--live", "--states-max", 50, self.FIXED), 20),
                                    ((self.HANGS,), 0), (("--property", "L1", self.HANGS), 64)):
            self.assertEqual(nsmc("graph", *arguments)[0], expected, arguments)

    def test_json_has_the_sizes_that_check_has(self):
        graph = json.loads(nsmc("graph", "--json", self.FIXED)[1])["graphs"][0]
        search = json.loads(nsmc("check", "--json", self.FIXED)[1])["scenarios"][0]
        self.assertEqual([graph["states"], graph["edges"], graph["depth"]],
                         [search["states"], search["transitions"], search["depth"]])

    def test_nothing_is_said_to_hold_of_a_graph_that_was_cut_short(self):
        _, out, _ = nsmc("graph", "--live", "--json", "--states-max", 50, self.FIXED)
        verdicts = {row["verdict"] for row in json.loads(out)["graphs"][0]["liveness"]}
        self.assertEqual(verdicts, {"unknown"})


    def test_a_way_is_shortest_or_said_not_to_be(self):
        def way(start, end, *more):
            code, out, _ = nsmc("graph", "--json", "--from", start, "--to", end, *more, self.HANGS)
            return code, json.loads(out)["graphs"][0]["way"]

        code, found = way("kref(init_pid_ns) > 0", "count(namespaces) == 2")
        self.assertEqual((code, found["found"], found["before"]), (0, "found", []))
        code, later = way("count(namespaces) == 2", "count(namespaces) == 2")
        self.assertEqual((code, later["before"], later["after"]), (0, found["after"], []))
        self.assertEqual(way("count(namespaces) == 0", "1 == 1")[1]["found"], "no start")
        self.assertEqual(way("count(namespaces) == 2", "count(tasks) == 0")[0], 12)
        self.assertEqual(way("count(namespaces) == 2", "count(tasks) == 0")[1]["found"], "no way")
        code, cut = way("count(namespaces) == 2", "count(tasks) == 0", "--states-max", 20)
        self.assertEqual((code, cut["found"]), (20, "unknown"))

    def test_a_condition_that_is_none_is_refused_where_it_is_wrong(self):
        for start, code, word in (("count(", 65, "--from"), ("nobody(x)", 65, "nobody"),
                                  ("finally oops", 64, "finally"),
                                  ("oops\nalways oops", 64, "line")):
            done = nsmc("graph", "--from", start, "--to", "oops", self.HANGS)
            self.assertEqual(done[0], code, done)
            self.assertIn(word, done[2])
        self.assertEqual(nsmc("graph", "--from", "oops", self.HANGS)[0], 64)


    def test_pictures_are_written_or_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "x.dot"
            self.assertEqual(nsmc("graph", "--quotient", file, self.FIXED)[0], 0)
            nodes = re.findall(r"(?m)^  \d+ \[label=.*?([\d,]+) states?\"", file.read_text())
            states = json.loads(nsmc("graph", "--json", self.FIXED)[1])["graphs"][0]["states"]
            self.assertEqual(sum(int(n.replace(",", "")) for n in nodes), states)
            self.assertLess(len(nodes), 60)
            self.assertEqual(nsmc("graph", "--rv", file, self.FIXED)[0], 0)
            self.assertTrue(file.read_text().startswith("digraph state_automaton {\n"))
            for option in ("--quotient", "--rv"):
                file.unlink(missing_ok=True)
                code, _, error = nsmc("graph", option, file, "--states-max", 20, self.FIXED)
                self.assertEqual((code, file.exists()), (64, False))
                self.assertIn("incomplete", error)
            code, _, error = nsmc("graph", "--rv", file, "--rv-exact",
                                  "traces/runs/four-tasks.scn")
            self.assertEqual((code, file.exists()), (64, False))
            self.assertIn("59 states", error)


class Check(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def scenario(self, text, name="x.scn"):
        path = self.folder / name
        path.write_text(text)
        return path

    def test_every_shipped_scenario_is_answered_as_its_file_says(self):
        code, out, _ = nsmc("check", "--json", "traces/scenarios")
        result = json.loads(out)
        self.assertEqual(code, 0)
        self.assertEqual(result["format"], "nsmc-result/1")
        self.assertGreaterEqual(len(result["scenarios"]), 25)
        for scenario in result["scenarios"]:
            self.assertEqual(scenario["outcome"], "as expected", scenario["name"])
            self.assertTrue(scenario["complete"], scenario["name"])

    def test_each_state_is_at_one_depth_also_if_the_search_was_cut(self):
        for limit in [], ["--states-max", "5000"]:
            _, out, _ = nsmc("check", "--json", *limit, "traces/runs/nested.scn")
            result = json.loads(out)["scenarios"][0]
            self.assertEqual(sum(result["levels"]), result["states"])
            self.assertEqual(len(result["levels"]), result["depth"] + 1)
        code, out, _ = nsmc("check", "--stats", "traces/scenarios/bz-07-stealth-child.scn")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"(?m)^ +depth +states\n +0 +1\b")
        self.assertRegex(out, r"(?m)^ +[0-9,]+  alloc_pid/alloc$")
        self.assertRegex(out, r"(?m)^ +never  ")

    def test_reductions_change_sizes_and_no_answer(self):
        runs = ["traces/runs/nested.scn", "traces/runs/threads.scn",
                "traces/scenarios/number-not-reused-seed.scn"]
        _, out, _ = nsmc("check", "--json", *runs)
        whole = json.loads(out)["scenarios"]
        code, out, _ = nsmc("check", "--json", "--symmetry", "on", "--dead-fields", "on", *runs)
        reduced = json.loads(out)["scenarios"]
        self.assertEqual(code, 0)
        for before, after in zip(whole, reduced):
            self.assertEqual(before["claims"], after["claims"])
            self.assertEqual(before["steps_never_taken"], after["steps_never_taken"])
            self.assertLess(after["states"], before["states"])
            self.assertEqual(after["reduced_by"], ["symmetry", "dead-fields"])
            self.assertNotIn("reduced_by", before)
        self.assertLess(10 * reduced[0]["states"], whole[0]["states"])

    def test_a_trace_of_a_reduced_search_is_a_run_of_the_kernel(self):
        code, out, _ = nsmc("check", "--symmetry", "on", "--dead-fields", "on",
                            "--out", self.folder, STEALTH)
        self.assertEqual(code, 0)
        self.assertIn("reduced by dead fields and symmetry", out)
        self.assertIn(" states (reduced), complete", out)
        traces = list(self.folder.glob("*.itf.json"))
        self.assertEqual(len(traces), 1)
        self.assertEqual(nsmc("itf-check", *traces)[0], 0)
        self.assertEqual(nsmc("replay", *traces)[0], 0)

    def test_a_reduction_that_is_not_possible_is_refused_or_told(self):
        asks = ("--defect", "zap-other-threads-walks-four", STEALTH)
        code, _, error = nsmc("check", "--symmetry", "on", *asks)
        self.assertEqual(code, 64)
        self.assertIn("--symmetry on: not with this system: the seeded defect looks at", error)
        _, out, _ = nsmc("check", "--symmetry", "auto", *asks)
        self.assertIn("note: not reduced as asked: symmetry: the seeded defect looks at", out)
        self.assertIn("exact visited set, no reduction", out)
        self.assertEqual(nsmc("check", "--symmetry", "maybe", STEALTH)[0], 64)

    def test_liveness_is_never_judged_with_states_left_out(self):
        self.assertEqual(nsmc("graph", "--live", "--symmetry", "on", Graph.FIXED)[0], 64)

    def test_the_default_runs_are_complete_and_as_large_as_they_were(self):
        code, out, _ = nsmc("check", "--json", "--progress", "none")
        result = json.loads(out)
        self.assertEqual(code, 0)
        sizes = {s["name"]: [s["states"], s["transitions"], s["depth"]]
                 for s in result["scenarios"]}
        pins = {name: pin for run in tomllib.loads((ROOT / "nsmc.toml").read_text())["run"]
                if run["name"] in ("runs", "scenarios") for name, pin in run["states"].items()}
        self.assertEqual(sizes, {name: pins.get(name) for name in sizes},
                         "a model change moves them: see docs/adding-a-bug.md")
        self.assertGreaterEqual(len(sizes), 60)
        self.assertGreaterEqual(sum(s[0] for s in sizes.values()), 10**6)
        bugs = {c.get("bug") for s in result["scenarios"] for c in s["claims"]
                if c["verdict"] == "violated"}
        self.assertLessEqual({"BZ-07", "BZ-08", "BZ-09", "BZ-10", "BZ-11", "BZ-16", "S17"}, bugs)
        taken = set.intersection(*(set(s["steps_never_taken"]) for s in result["scenarios"]))
        self.assertEqual(taken, set(), "kernel steps that no run takes")

    def test_nothing_is_violated_today_in_the_default_runs(self):
        _, out, _ = nsmc("check", "--json", "--progress", "none", "--kernel", "6.18",
                         str(ROOT / "traces/runs"))
        runs = json.loads(out)["scenarios"]
        self.assertGreaterEqual(len(runs), 7)
        for run in runs:
            self.assertTrue(run["complete"], run["name"])
            self.assertNotIn("violated", {c["verdict"] for c in run["claims"]}, run["name"])

    def test_bisect_names_each_fix(self):
        changes = {line.split()[1] for line in nsmc("list", "changes")[1].splitlines()
                   if "no flag" not in line and line.split()[2] == "fix"}
        bugs = {}
        for path in sorted((ROOT / "traces/scenarios").glob("bz-*.scn")):
            bug = re.search(r"(?m)^expect no: (\S+)", path.read_text())
            if bug is not None:
                bugs[path] = bug[1]
        named = {bug for bug, (_, out, _) in zip(
            bugs.values(), side_by_side(lambda path: nsmc("bisect", path), bugs))
            if f"because of {bug}:" in out}
        self.assertEqual(named, changes, "a fix without a scenario that it changes")

    def test_each_fix_is_missed_in_the_last_kernel(self):
        last = nsmc("list", "kernels")[1].splitlines()[-1].split()[0]
        fixed = sorted(map(str, (ROOT / "traces/scenarios").glob("*-fixed.scn")))
        self.assertEqual(nsmc("check", "--kernel", last, *fixed)[0], 0)
        # A later change has made these needless: the namespace is read from the pid (BZ-30),
        # child_reaper is left alone (BZ-37), init waits for the count (BZ-39), numbers are taken
        # under a lock (IDR), a failed first fork can be tried again (BZ-59), the last pid takes
        # the mount of proc along (BZ-14), the kernel mounts none (PROCMNT), who exits is in no read
        # section (BZ-65b).
        beside = {fix: [word for change in later.split() for word in ("--without", change)]
                  for fix, later in {
                      "BZ-05": "BZ-30", "BZ-07": "BZ-37", "BZ-09": "BZ-39", "BZ-11": "IDR",
                      "BZ-12": "BZ-14 PROCMNT", "BZ-13": "PROCMNT", "BZ-14": "BZ-39 PROCMNT",
                      "BZ-37": "BZ-39", "BZ-58": "BZ-59 PROCMNT",
                      "BZ-65": "BZ-65b"}.items()}
        fixes = [line.split()[1] for line in nsmc("list", "changes")[1].splitlines()
                 if "no flag" not in line and line.split()[2] == "fix"]
        answers = side_by_side(lambda change: nsmc("check", "--kernel", last, "--without", change,
                                                   *beside.get(change, []), *fixed), fixes)
        for change, (code, _, _) in zip(fixes, answers):
            self.assertIn(code, (11, 12), change)
        self.assertEqual(nsmc("check", "--without", "BZ-99")[0], 64)

    def test_a_changed_expectation_fails_and_says_what_to_do(self):
        text = (ROOT / STEALTH).read_text()
        code, out, _ = nsmc("check", self.scenario(text.replace("expect no: BZ-07", "expect yes")))
        self.assertEqual(code, 12)
        self.assertIn("was expected to be answered yes, but it is violated: a run of", out)
        self.assertIn("write `expect no`", out)
        fixed = (ROOT / "traces/scenarios/bz-07-stealth-child-fixed.scn").read_text()
        code, out, _ = nsmc("check", self.scenario(fixed.replace("expect yes", "expect no")))
        self.assertEqual(code, 12)
        self.assertIn("the complete search found nothing against it", out)

    def test_a_bare_question_exits_12_where_the_property_is_violated(self):
        code, out, _ = nsmc("check", "--property", "I17", "--config", "calls=6")
        self.assertEqual(code, 12)
        self.assertIn("violated", out)
        code, out, _ = nsmc("check", "--property", "I17", "--kernel", "2.6.36", "--config",
                            "calls=6")
        self.assertEqual(code, 0, out)

    def test_a_limit_is_inconclusive_and_never_holds(self):
        for limit in (["--states-max", "100"], ["--seconds-max", "0.000001"]):
            code, out, _ = nsmc("check", "--property", "I1", *limit)
            self.assertEqual(code, 20, out)
            self.assertIn("I1 is not decided", out)
            self.assertNotRegex(out, r"(?m)^I1 +holds")

    def test_a_wrong_scenario_is_one_error_with_its_place(self):
        text = (ROOT / STEALTH).read_text()
        for wrong, right, said in (
                ("foork()", "fork()", "did you mean `fork`?"),
                ("always I99", "always I20", "unknown name `I99`"),
                ("kernel 2.6.24-sed", "kernel 2.6.24-seed", "did you mean `2.6.24-seed`?")):
            path = self.scenario(text.replace(right, wrong))
            code, _, error = nsmc("check", path)
            self.assertEqual(code, 65, error)
            self.assertIn(said, error)
            self.assertRegex(error, r"x\.scn:\d+:\d+: error: ")
            self.assertIn("^", error)
            self.assertEqual(error.count("error:"), 1)

    def test_what_does_not_exist_is_named(self):
        for arguments, code, said in (
                (["check", "no-such.scn"], 66, "no-such.scn"),
                (["check", "--property", "I99"], 64, "unknown property `I99`"),
                (["check", "--property", "I1", "--kernel", "9.9"], 64, "unknown kernel `9.9`"),
                (["check", "--config", "taks=3", STEALTH], 65, "did you mean `tasks`?"),
                (["explain", "I99"], 64, "nothing is called `I99`"),
                (["replay", "no-such.itf.json"], 66, "no-such.itf.json"),
                (["frobnicate"], 64, "frobnicate"),
                (["check", "--out", "/dev/null/x", STEALTH], 73, "/dev/null/x")):
            got, out, error = nsmc(*arguments)
            self.assertEqual(got, code, (arguments, out, error))
            self.assertIn(said, out + error)

    def test_contradicting_bounds_are_refused_with_the_reason(self):
        path = self.scenario('scenario x\n"?"\nconfig PID_NS=y NAMESPACES=n\nfree fork()\nsurvey\n')
        code, _, error = nsmc("check", path)
        self.assertEqual(code, 65)
        self.assertIn("PID_NS depends on NAMESPACES", error)

    def test_ctrl_c_gives_partial_results(self):
        process = subprocess.Popen(
            [BINARY, "check", "--property", "I1", "--config", "tasks=6", "--config", "pids=6",
             "--config", "pid_max=8"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
        time.sleep(1.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn("cut short", out)
        self.assertIn("not decided", out)


class Replay(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        code, _, error = nsmc("check", STEALTH, "--out", self.folder)
        self.assertEqual(code, 0, error)
        self.trace = self.folder / "bz-07-stealth-child.itf.json"

    def test_a_trace_is_reexecuted_and_shown(self):
        code, out, error = nsmc("replay", self.trace)
        self.assertEqual(code, 0, error)
        self.assertIn("null_dereference", out)
        self.assertIn("steps agree with the model", out)

    def test_a_trace_is_byte_stable(self):
        again = self.folder / "again"
        nsmc("check", STEALTH, "--out", again)
        first = self.trace.read_text().replace(str(self.trace), "PATH")
        second = (again / self.trace.name).read_text().replace(str(again / self.trace.name), "PATH")
        self.assertEqual(first, second)

    def test_a_truncated_trace_is_refused(self):
        text = self.trace.read_text()
        for length in range(len(text) // 2, len(text) // 2 + 40):
            self.trace.write_text(text[:length])
            code, out, error = nsmc("replay", self.trace)
            self.assertEqual((code, out), (65, ""))
            self.assertRegex(error, r":\d+:\d+: .*cut short", text[length - 10:length])

    def test_a_corrupted_trace_is_refused_with_the_first_difference(self):
        text = self.trace.read_text()
        self.trace.write_text(text.replace('"EXIT_DEAD"', '"EXIT_ZOMBIE"', 1))
        code, out, error = nsmc("replay", self.trace)
        self.assertEqual((code, out), (24, ""))
        self.assertIn("t3.exit_state is EXIT_ZOMBIE in the trace and EXIT_DEAD in the model", error)

    def test_a_run_that_does_not_show_its_claim_is_refused(self):
        trace = json.loads(self.trace.read_text())
        trace["states"].pop()
        self.trace.write_text(json.dumps(trace))
        code, _, error = nsmc("replay", self.trace)
        self.assertEqual(code, 24, error)
        self.assertIn("not what it says", error)

    def test_a_scenario_can_be_replayed_without_a_file(self):
        code, out, error = nsmc("replay", STEALTH)
        self.assertEqual(code, 0, error)
        self.assertIn("forget_original_parent", out)


class Help(unittest.TestCase):
    def test_help_lists_the_exit_codes(self):
        code, out, _ = nsmc("--help")
        self.assertEqual(code, 0)
        for number in ("11", "12", "20", "22", "24", "64", "130"):
            self.assertIn(number, out)

    def test_everything_that_is_listed_can_be_explained(self):
        for what in ("properties", "scenarios", "kernels", "bugs"):
            code, out, _ = nsmc("list", what)
            self.assertEqual(code, 0)
            for line in out.splitlines():
                code, told, error = nsmc("explain", line.split()[0])
                self.assertEqual(code, 0, error)
                self.assertTrue(told)

    def test_each_change_is_explained_and_shown_by_its_shortest_run(self):
        shown_by, have_run = {}, set()
        for path in sorted((ROOT / "traces/scenarios").glob("*.scn")):
            asked = re.search(r"(?m)^(always|never|sometimes) .*\nexpect no: (\S+)",
                              path.read_text())
            if asked is not None:
                shown_by.setdefault(asked[2], []).append(path.stem)
                have_run |= {asked[2]} if asked[1] != "sometimes" else set()
        changes = [line.split()[1] for line in nsmc("list", "changes")[1].splitlines()]
        self.assertEqual(set(shown_by) - set(changes), set())
        for change in changes:
            code, told, error = nsmc("explain", change)
            self.assertEqual(code, 0, error)
            self.assertRegex(told, rf"\A{change}  ")
            self.assertRegex(told, r"(?m)^kind +(fix|feature|semantics|open)$")
            self.assertEqual(re.findall(r"(?m)^shown by .*/(\S+)\.scn$", told),
                             shown_by.get(change, []))
            steps = re.search(r" (\d+) steps?, shortest; fewest", told)
            self.assertEqual(steps is not None, change in have_run, told)
            moves = re.findall(r"(?m)^ +(\d+)  \w+ +\S", told)
            self.assertEqual(moves, [str(k + 1) for k in range(int(steps[1]) if steps else 0)])
        _, told, _ = nsmc("explain", "BZ-07")
        self.assertIn("gone in    traces/scenarios/bz-07-stealth-child-fixed.scn", told)
        self.assertIn("\n 28  t2  I: zap_pid_ns_processes/clear_reaper\n", told)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        BINARY = sys.argv.pop(1)
    unittest.main(verbosity=1)
