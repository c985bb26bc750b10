#!/usr/bin/env python3
# nsmc gate: what closes it, what it says then, and its reports.  gate_test.py BINARY
# SPDX-License-Identifier: MIT
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
import unittest
import xml.etree.ElementTree as xml

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = str(ROOT / "build/release/nsmc")
SCREEN = 50  # lines
LEAK = "bz-34-not-zeroed"
PIN = "states = [12, 11, 11]"


def nsmc(*arguments, cwd=ROOT, **environment):
    """Runs the binary; returns exit code, standard output, standard error."""
    done = subprocess.run([BINARY, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          env={**os.environ, "NO_COLOR": "1", **environment}, timeout=300,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def ktap(text):
    """A strict reader: (depth, ok, name) of each test; plans, numbers and nesting are checked."""
    lines = text.splitlines()
    tests, at = [], 0

    def block(depth):
        nonlocal at
        pad = "    " * depth
        assert lines[at] == pad + "KTAP version 1", (at, lines[at])
        at += 1
        if depth:
            assert re.fullmatch(pad + r"# Subtest: \S+", lines[at]), lines[at]
            at += 1
        count = int(re.fullmatch(pad + r"1\.\.(\d+)", lines[at])[1])
        at += 1
        all_ok, number = True, 0
        while number < count:
            below = None
            if lines[at] == pad + "    KTAP version 1":
                below = block(depth + 1)
            while re.match(pad + "# ", lines[at]):
                at += 1
            found = re.fullmatch(pad + r"(ok|not ok) (\d+) (\S+)", lines[at])
            assert found, (at, lines[at])
            at += 1
            number += 1
            assert int(found[2]) == number, found
            ok = found[1] == "ok"
            assert below in (None, ok), found
            all_ok = all_ok and ok
            tests.append((depth, ok, found[3]))
        return all_ok

    block(0)
    assert at == len(lines), lines[at]
    return tests


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
        process = subprocess.Popen([BINARY, "gate", self.file(text)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn("the gate is closed", out)

    def test_an_interrupt_is_one_wherever_it_comes(self):
        names = "bz-11-last-pid-goes-back", "bz-12-failed-fork-keeps-proc"
        text = "".join(f'[[run]]\nname = "{name}"\nscenarios = "{ROOT}/traces/scenarios/{name}.scn"'
                       '\nstates = 9\nbounded = 500\n' for name in names)
        path = self.file(text)
        codes = set()
        for delay in (0.015 * i for i in range(20)):
            process = subprocess.Popen([BINARY, "gate", path, "--progress", "none"], text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=60)
            self.assertEqual(error, "", delay)
            codes.add(process.returncode)
        self.assertLessEqual(codes, {0, 130, -signal.SIGINT})  # over, in time, too early
        self.assertIn(130, codes)

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


class Reports(Gate):
    """Of one closed gate: a violation, a size, and known bugs."""

    def setUp(self):
        super().setUp()
        self.file(f'[[run]]\nname = "all"\nscenarios = "."\n[run.states]\n'
                  f'{LEAK} = 12\n{LEAK}-fixed = 1000000\nbz-07-stealth-child = 84\n'
                  'bz-07-stealth-child-fixed = 10\n')
        self.out = self.folder / "out"
        code, _, error = nsmc("gate", "gate.toml", "--without", "BZ-07", "--known", "--out", "out",
                              cwd=self.folder)
        self.assertEqual(code, 12, error)

    def test_the_same_bytes_twice(self):
        again = {path.name: path.read_bytes() for path in self.out.iterdir()}
        nsmc("gate", "gate.toml", "--without", "BZ-07", "--known", "--out", "out", "--jobs", "1",
             cwd=self.folder)
        self.assertEqual(again, {path.name: path.read_bytes() for path in self.out.iterdir()})

    def test_junit(self):
        path = self.out / "gate.junit.xml"
        if shutil.which("xmllint") is None:
            print("SKIPPED: xmllint is not here (libxml2-utils)", file=sys.stderr)
        else:
            subprocess.run(["xmllint", "--noout", "--schema", ROOT / "docs/ci/junit.xsd", path],
                           check=True, capture_output=True)
        suites = xml.parse(path).getroot()
        cases = list(suites.iter("testcase"))
        self.assertEqual(int(suites.get("tests")), len(cases))
        self.assertEqual(int(suites.get("failures")), len(list(suites.iter("failure"))))
        self.assertEqual(sum(int(s.get("tests")) for s in suites), len(cases))
        failed = {c.get("classname").split(".")[-1]: c.find("failure").get("type") for c in cases
                  if c.find("failure") is not None}
        self.assertEqual(failed, {LEAK + "-fixed": "smaller",
                                  "bz-07-stealth-child-fixed": "verdict"})

    def test_ktap(self):
        tests = ktap((self.out / "gate.ktap").read_text())
        self.assertEqual(len([t for t in tests if t[0] == 1]), 5)  # four cases, and "scenarios"
        self.assertEqual({name for depth, ok, name in tests if depth == 1 and not ok},
                         {LEAK + "-fixed", "bz-07-stealth-child-fixed"})
        code, out, _ = nsmc("gate", "gate.toml", "--ktap", "-", cwd=self.folder)
        self.assertEqual(code, 1)
        self.assertTrue(ktap(out))

    def test_ktap_is_tap_to_a_foreign_parser(self):
        script = ("local $/; my $p = TAP::Parser->new({tap => scalar <STDIN>}); $/ = qq(\\n); "
                  "1 while $p->next; print join(q( ), $p->tests_run, scalar $p->passed, "
                  "scalar $p->failed, scalar $p->parse_errors)")
        perl = ["perl", "-MTAP::Parser", "-e"]
        if not shutil.which("perl") or subprocess.run([*perl, "1"], check=False,
                                                      capture_output=True).returncode:
            self.skipTest("TAP::Parser is not here: apt-get install perl")
        read = subprocess.run([*perl, script], input=(self.out / "gate.ktap").read_text(),
                              text=True, capture_output=True, check=True).stdout
        self.assertEqual(read, "2 1 1 0")  # the run fails, "steps" passes; no parse error

    def test_json(self):
        result = json.loads((self.out / "gate.json").read_text())
        self.assertEqual(result["format"], "nsmc-gate/1")
        self.assertEqual((result["exit_code"], result["open"], result["failures"]), (12, False, 2))
        cases = {c["name"]: c for c in result["runs"][0]["cases"]}
        self.assertEqual(cases[LEAK + "-fixed"]["problems"][0]["kind"], "smaller")
        claim = cases["bz-07-stealth-child-fixed"]["claims"][0]
        self.assertEqual((claim["expected"], claim["seen"], claim["run_length"]), ("yes", "no", 29))
        code, out, _ = nsmc("replay", self.folder / claim["trace"])
        self.assertEqual(code, 0)
        self.assertIn("steps agree with the model", out)
        self.assertNotIn("seconds", (self.out / "gate.json").read_text()
                         .replace("budget_seconds", ""))

    def test_markdown(self):
        text = (self.out / "gate.md").read_text()
        self.assertTrue(text.startswith("### nsmc gate: closed, 2 failures\n"))
        self.assertEqual(text.count("\n```") % 2, 0)
        self.assertIn("--without BZ-07\n```", text)

    def sarif(self):
        return json.loads((self.out / "gate.sarif").read_text())["runs"][0]

    def test_sarif_has_a_thread_flow_per_task(self):
        run = self.sarif()
        errors = [r for r in run["results"] if r["level"] == "error"]
        known = [r for r in run["results"] if r["level"] == "note"]
        self.assertEqual(sorted(r["ruleId"] for r in errors), ["I20", "smaller"])
        self.assertTrue(known and all(r["suppressions"] for r in known))
        prints = set()
        for result in run["results"]:
            rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
            self.assertEqual(rule["id"], result["ruleId"])
            prints.add(result["partialFingerprints"]["primaryLocationLineHash"])
            self.places([result["locations"][0]["physicalLocation"]])
        self.assertEqual(len(prints), len(run["results"]), "two findings with one fingerprint")
        flows = next(r for r in errors if r["ruleId"] == "I20")["codeFlows"][0]["threadFlows"]
        self.assertEqual([f["id"] for f in flows], ["interleaving", "t1", "t2", "t3"])
        orders = [[s["executionOrder"] for s in f["locations"]] for f in flows]
        self.assertEqual(orders[0], list(range(1, 30)))
        self.assertEqual(sorted(sum(orders[1:], [])), orders[0])
        last = flows[0]["locations"][-1]
        self.assertEqual(last["importance"], "essential")
        self.assertEqual(last["state"]["ns1.child_reaper"]["text"], "t2 -> NULL")
        self.places([s["location"]["physicalLocation"] for s in flows[0]["locations"]])

    def places(self, locations):
        for place in locations:
            self.assertRegex(place["artifactLocation"]["uri"], r"^[a-z][\w./-]*$")
            self.assertGreaterEqual(place["region"]["startLine"], 1)

    def test_steps_stand_in_the_headers_of_the_model(self):
        shutil.copytree(ROOT / "model/kernel", self.folder / "model/kernel")
        path = self.file(self.run_of("bz-07-stealth-child", "states = 1"))
        out = nsmc("gate", path, "--known", "--sarif", "-", NSMC_HOME=str(self.folder))[1]
        steps = json.loads(out)["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]
        found = {}
        for step in steps["locations"]:
            place = step["location"]["physicalLocation"]
            found[step["location"]["message"]["text"]] = place
            lines = (self.folder / place["artifactLocation"]["uri"]).read_text().splitlines()
            self.assertLessEqual(place["region"]["startLine"], len(lines))
        text, place = next((t, p) for t, p in found.items() if "clear_reaper" in t)
        self.assertIn("(kernel/pid_namespace.c)", text)
        line = (self.folder / place["artifactLocation"]["uri"]).read_text().splitlines()
        self.assertIn("clear_reaper", line[place["region"]["startLine"] - 1])

    def test_sarif_is_valid_to_a_foreign_tool(self):
        tool = shutil.which(os.environ.get("SARIF_MULTITOOL", "Sarif.Multitool"))
        if tool is None:
            self.skipTest("Sarif.Multitool is not here: npm install @microsoft/sarif-multitool")
        log = self.folder / "log.sarif"
        subprocess.run([tool, "validate", self.out / "gate.sarif", "--rule-kind", "Sarif;Ghas",
                        "--output", log, "--log", "ForceOverwrite"], capture_output=True,
                       env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
                       check=False)
        results = json.loads(log.read_text(encoding="utf-8-sig"))["runs"][0]["results"]
        self.assertEqual([r for r in results if r.get("level", "warning") == "error"], [])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        BINARY = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
