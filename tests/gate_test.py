#!/usr/bin/env python3
# nsmc gate: what closes it, and what it says then.  gate_test.py BINARY
# SPDX-License-Identifier: MIT
import re
import signal
import subprocess
import time

import gate_case
from gate_case import LEAK, PIN, ROOT, Gate, nsmc


class Closed(Gate):
    def test_what_is_as_pinned_passes(self):
        code, out = self.gate(self.run_of(LEAK, PIN))
        self.assertEqual(code, 0, out)
        self.assertIn("the gate is open", out)

    def test_a_fix_that_is_removed(self):
        for how, arguments in (("", ["--without", "BZ-07"]), ('without = ["BZ-07"]', [])):
            code, out = self.gate(self.run_of("bz-07-stealth-child-fixed", "states = 90\n" + how),
                                  *arguments)
            self.assertEqual(code, 12, out)
            self.assertIn("expected yes, but seen no: a run of 29 steps shows it", out)
            self.assertIn("I20 is known to break without BZ-07", out)
            self.assertIn("fix the ->child_reaper changing", out)
            repeat = re.search(r"\./nsmc (check .*)", out)[1].split()
            self.assertEqual(nsmc(*repeat)[0], 12, repeat)

    def test_each_change_is_missed_by_some_scenario(self):
        own = (ROOT / "nsmc.toml").read_text()
        question = own[own.index('[[run]]\nname = "scenarios"'):own.index('[[run]]\nname = "eng')]
        path = self.file(question.replace('"traces/', f'"{ROOT}/traces/'))
        listed = nsmc("list", "changes")[1].splitlines()
        changes = [line.split()[1] for line in listed if line.strip()]
        seen = 0
        for change in changes:
            code, out, error = nsmc("gate", path, "--without", change, "--progress", "none")
            if "unknown change" in error:  # listed, and not in the model
                continue
            seen += 1
            self.assertEqual(code, 12, change)
            self.assertIn(f"--without {change}", out)
            self.assertLessEqual(len(out.splitlines()), gate_case.SCREEN, change)
        self.assertGreater(seen, 60)

    def test_a_violation_that_disappears(self):
        code, out = self.gate(self.run_of("bz-07-stealth-child", 'states = 9\nwith = "BZ-07"'))
        self.assertEqual(code, 12, out)
        self.assertIn("expected no by BZ-07, but seen yes: a complete search of", out)
        self.assertIn("This kernel has the fix of BZ-07", out)

    def test_bounds_that_shrink(self):
        scenario = ('scenario x\n"?"\nconfig tasks=3 namespaces=2 pid_max=4 calls=4\n'
                    'free fork(), clone(CLONE_NEWPID), exit()\nsurvey I1 I2\n')
        (self.folder / "x.scn").write_text(scenario)
        pins = nsmc("gate", self.file(self.run_of("x")), "--pins")[1]
        pin = "states = " + re.search(r'"x" = (\[.*\])', pins)[1]
        self.assertEqual(self.gate(self.run_of("x", pin))[0], 0)
        (self.folder / "x.scn").write_text(scenario.replace("calls=4", "calls=3"))
        code, out = self.gate(self.run_of("x", pin))
        self.assertEqual(code, 21, out)
        self.assertIn("x: the search has shrunk: ", out)
        self.assertIn(" states, pinned ", out)
        code, out = self.gate(self.run_of("x", pin + "\nconfig = { calls = 2 }"))
        self.assertEqual(code, 21, out)
        self.assertIn("--config calls=2", out)

    def test_what_is_no_longer_found_in_a_smaller_search(self):
        code, out = self.gate(self.run_of("bz-07-stealth-child",
                                          "states = 84\nconfig = { tasks = 2 }"))
        self.assertEqual(code, 12, out)
        self.assertRegex(out, r"The search has shrunk: \d+ states, pinned 84\.")

    def test_a_scenario_that_is_gone_or_not_pinned(self):
        code, out = self.gate(self.run_of("bz-99", "states = 5"))
        self.assertEqual(code, 21, out)
        self.assertIn("there is no `bz-99.scn`", out)
        text = f'[[run]]\nname = "all"\nscenarios = "."\n[run.states]\n{LEAK} = 12\nfoo = 1\n'
        code, out = self.gate(text)
        self.assertEqual(code, 21, out)
        self.assertIn("the pinned scenario `foo` is gone", out)
        self.assertIn('Write below [run.states]: "bz-07-stealth-child" = [84, 124, 37]', out)

    def test_a_lost_witness(self):
        (self.folder / "x.scn").write_text(
            'scenario x\n"?"\nconfig tasks=3 namespaces=2 pid_max=4 calls=2\n'
            'free clone(CLONE_NEWPID), exit()\n'
            'survey I1 I25\nexpect vacuous I25\n')
        pin = "states = 2\n"
        self.assertEqual(self.gate(self.run_of("x", pin))[0], 0)
        code, out = self.gate(self.run_of("x", pin + 'expect = { I1 = "holds" }'))
        self.assertEqual(code, 21, out)
        self.assertIn("x I25: expected holds, but vacuous", out)
        code, out = self.gate(self.run_of("x", pin + 'expect = { I1 = "vacuous", '
                                                     'I25 = "vacuous" }'))
        self.assertEqual(code, 12, out)
        self.assertIn("x I1: expected vacuous, but its premise is reached", out)

    def test_a_limit_is_never_a_success(self):
        text = '[[run]]\nname = "big"\nscenarios = "big.scn"\nstates = 5\n'
        (self.folder / "big.scn").write_text(
            'scenario big\n"?"\nconfig tasks=6 namespaces=3 pids=6 pid_max=8\n'
            'free fork(), clone(CLONE_NEWPID), exit(), wait4()\nsurvey I1\n')
        code, out = self.gate(text, "--budget", "0.3s")
        self.assertEqual(code, 20, out)
        self.assertRegex(out, r"big: cut short after [\d,]+ states, 1 of 1 claims not decided")
        process = subprocess.Popen([gate_case.BINARY, "gate", self.file(text)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn("the gate is closed", out)

    def test_an_interrupt_is_one_wherever_it_comes(self):
        names = "bz-11-last-pid-goes-back", "bz-12-failed-fork-keeps-proc"
        folder = ROOT / "traces/scenarios"
        text = "".join(f'[[run]]\nname = "{name}"\nscenarios = "{folder}/{name}.scn"\n'
                       'states = 9\nbounded = 500\n' for name in names)
        path = self.file(text)
        codes = set()
        for delay in (0.015 * i for i in range(20)):
            process = subprocess.Popen([gate_case.BINARY, "gate", path, "--progress", "none"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=60)
            self.assertEqual(error, "", delay)
            codes.add(process.returncode)
        self.assertLessEqual(codes, {0, 130, -signal.SIGINT})  # over, in time, too early
        self.assertIn(130, codes)

    def test_many_failures_are_one_screen(self):
        runs = "".join(f'[[run]]\nname = "run {n}"\nscenarios = "."\nstates = {{ x = 1 }}\n'
                       for n in range(10))
        code, out = self.gate(runs)  # holds it to one screen
        self.assertEqual(code, 21, out)
        self.assertRegex(out, r"and \d+ more: see --markdown or --json")

    def test_a_deadlock(self):
        text = (ROOT / "traces/scenarios/bz-43-lost-wakeup.scn").read_text()
        text = re.sub(r"(?m)^always .*\n", "always I9\n", text)
        (self.folder / "x.scn").write_text(re.sub(r"expect no.*", "expect yes", text))
        code, out = self.gate(self.run_of("x", "states = 100"))
        self.assertEqual(code, 11, out)
        self.assertIn("8 states are stuck", out)

    def test_a_dead_step_if_strict(self):
        code, out = self.gate(self.run_of(LEAK, PIN), "--strict")
        self.assertEqual(code, 21, out)
        self.assertRegex(out, r"all runs: no run takes \d+ of \d+ kernel steps")

    def test_the_engines_are_compared(self):
        code, out = self.gate(self.run_of(LEAK, PIN + "\nbounded = 12"))
        self.assertEqual(code, 0, out)
        code, out = self.gate(self.run_of("bz-07-stealth-child", "states = 9\nbounded = 5"))
        self.assertEqual(code, 64, out)
        self.assertIn("can be asked about none of its claims", out)

    def test_the_projects_own_gate_is_open(self):
        begin = time.monotonic()
        code, out, error = nsmc("gate", "--progress", "none")
        self.assertEqual(code, 0, out + error)
        self.assertLess(time.monotonic() - begin, 300)
        self.assertNotIn("FAIL", out)


class Refused(Gate):
    def test_a_mistake_has_a_place_and_a_way_out(self):
        run = self.run_of(LEAK, PIN)
        for text, place, said in (
                ("[[run]", "1:", ""),
                ("", "1:1", "there is no [[run]]"),
                ("budjet = 5\n" + run, "1:1", "did you mean `budget`?"),
                ('budget = "5 parsecs"\n' + run, "1:10", "takes a time"),
                ("strict = 1\n" + run, "1:10", "true or false"),
                (run + "statse = 3\n", "5:1", "did you mean `states`?"),
                (run + 'kernels = ["6.81"]\n', "5:12", "did you mean `6.1`?"),
                (run + 'without = ["BZ-O7"]\n', "5:12", "did you mean `BZ-07`?"),
                (run + 'expect = { I99 = "holds" }\n', "5:12", "unknown property `I99`"),
                (run + 'expect = { I1 = "hold" }\n', "5:17", "did you mean `holds`?"),
                (run + "states = 3\n", "5:1", "states"),
                (run.replace(PIN, "states = -1"), "4:10", "an integer from 1"),
                (run.replace(PIN, "states = [1, 2]"), "4:10", "a pin is"),
                (run + run, "6:8", "two runs are called `one`"),
                (run + 'with = "\\u001b[31m"\n', "5:8", "control byte 0x1b"),
                (run + 'with = "a\u202eb"\n', "5:8", "invisible character"),
                (run + 'with = "a\tb"\n', "5:8", "a tab"),
                (run + 'config = { tasks = 99 }\n', "5:12", "tasks must be 1..6"),
                (run + 'config = { taks = 3 }\n', "5:12", "did you mean `tasks`?"),
                (run + 'config = { "a=b" = 3 }\n', "5:12", "expected a setting"),
                (run + 'config = { tasks = "3 pids=4" }\n', "5:12", "is no single setting"),
                (run + 'with = ["free-pid-ns-keeps-parent", "alloc-pid-unwinds-one-less"]\n',
                 "2:8", "one seeded defect at a time"),
                (run + "with = " + "[" * 5000 + "\n", "5:", ""),
                (run + "config = 5\n", "5:10", "takes a table"),
                (run.replace("[[run]]", "[run]"), "1:1", "two brackets"),
                ("x = \x00\n", "1:", ""), ("\ufeffx = [\n", "", "")):
            code, out, error = nsmc("gate", self.file(text))
            self.assertEqual((code, out), (65, ""), (text[-80:], error))
            self.assertIn(f"gate.toml:{place}", error, text[-80:])
            self.assertIn(said, error)
            self.assertNotIn("\x1b", error)
            self.assertLess(len(error), 2000)
        self.assertEqual(nsmc("gate", self.folder / "none.toml")[0], 66)
        (self.folder / "gate.toml").write_bytes(b'x = "\xff\xfe"\n')
        code, _, error = nsmc("gate", self.folder / "gate.toml")
        self.assertEqual(code, 65, error)
        self.assertIn("gate.toml:1:", error)
        self.file("# " + "x" * (1 << 20))
        self.assertEqual(nsmc("gate", self.folder / "gate.toml")[0], 65)

    def test_options_that_contradict_each_other(self):
        path = self.file(self.run_of(LEAK, PIN))
        for arguments in (["--json", "--ktap", "-"], ["--budget", "soon"], ["--without", "BZ-99"]):
            self.assertEqual(nsmc("gate", path, *arguments)[0], 64, arguments)


if __name__ == "__main__":
    gate_case.main()
