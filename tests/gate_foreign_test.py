#!/usr/bin/env python3
# The reports of nsmc gate, read by programs that are not ours.  gate_foreign_test.py BINARY
# SPDX-License-Identifier: MIT
import json
import os
import shutil
import subprocess

import gate_case
from gate_case import LEAK, PIN, ROOT, ClosedGate, nsmc


class Foreign(ClosedGate):
    def test_json_is_as_its_schema_says(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("jsonschema is not here: apt-get install python3-jsonschema")
        schema = json.loads((ROOT / "docs/ci/nsmc-gate-1.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        closed = json.loads((self.out / "gate.json").read_text())
        path = self.file(self.run_of(LEAK, PIN))
        is_open = json.loads(nsmc("gate", path, "--json", "--times")[1])
        cut = json.loads(nsmc("gate", path, "--json", "--budget", "1e-9")[1])
        for result in closed, is_open, cut:
            validator.validate(result)

        def wrong(change, of=closed):
            result = json.loads(json.dumps(of))
            change(result, result["runs"][0]["cases"][0])
            self.assertFalse(validator.is_valid(result))

        wrong(lambda result, case: result.update(format="nsmc-gate/2"))
        wrong(lambda result, case: result.update(open=True))
        wrong(lambda result, case: result.update(exit_code=1))
        wrong(lambda result, case: result.update(more=1))
        wrong(lambda result, case: result.update(failures=1), is_open)
        wrong(lambda result, case: case.pop("claims"))
        wrong(lambda result, case: case.update(states=-1))
        wrong(lambda result, case: case.update(complete=False, problems=[]))
        wrong(lambda result, case: case["claims"][0].update(seen="perhaps"))
        wrong(lambda result, case: case["claims"][0].update(ok=not case["claims"][0]["ok"]))

    def test_sarif_is_valid_to_a_foreign_tool(self):
        tool = os.environ.get("SARIF_MULTITOOL", ROOT / "build/tools/node_modules/@microsoft"
                              "/sarif-multitool-linux/Sarif.Multitool")
        if not os.access(tool, os.X_OK):
            self.skipTest("Sarif.Multitool is not here: .ci/deps ci installs it, if npm is there")
        log = self.folder / "log.sarif"

        def said(change):
            document = json.loads((self.out / "gate.sarif").read_text())
            change(document["runs"][0]["results"][0])
            path = self.folder / "changed.sarif"
            path.write_text(json.dumps(document))
            subprocess.run([tool, "validate", path, "--rule-kind", "Sarif;Ghas",
                            "--output", log, "--log", "ForceOverwrite"], capture_output=True,
                           env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
                           check=False)
            results = json.loads(log.read_text(encoding="utf-8-sig"))["runs"][0]["results"]
            return {r["ruleId"]: r.get("level", "warning") for r in results}

        ours = said(lambda result: None)
        # What it cannot read it takes for faultless; a warning shows that it came to the end.
        self.assertEqual(ours, {"SARIF2005": "warning"}, "2005: the tool has no home page")
        self.assertEqual(said(lambda result: result.update(ruleIndex=99))["SARIF1009"], "error")
        self.assertEqual(said(lambda result: result.pop("message"))["JSON1002"], "error")

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

    def test_junit_is_as_its_schema_says(self):
        if shutil.which("xmllint") is None:
            self.skipTest("xmllint is not here: apt-get install libxml2-utils")
        subprocess.run(["xmllint", "--noout", "--schema", ROOT / "docs/ci/junit.xsd",
                        self.out / "gate.junit.xml"], check=True, capture_output=True)


if __name__ == "__main__":
    gate_case.main()
