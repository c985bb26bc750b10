#!/usr/bin/env python3
# Traces under the schema, and with each field made wrong.  itf_check_test.py NSMC
# SPDX-License-Identifier: MIT
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NSMC = str(ROOT / "build/release/nsmc")
SCENARIO = "traces/scenarios/bz-12-failed-fork-keeps-proc.scn"
# What a run does not tell: who shows it again, and what wrote it.
NOT_TOLD = {"replay", "version", "format-description", "shortest"}


def nsmc(*arguments):
    done = subprocess.run([NSMC, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True,
                          timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


class ItfCheck(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = pathlib.Path(self.folder.name) / "trace.itf.json"

    def check(self, trace):
        self.file.write_text(json.dumps(trace))
        return nsmc("itf-check", self.file)

    def test_all_own_traces_fit_the_schema_and_are_true(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("jsonschema is not here: apt-get install python3-jsonschema")
        schema = json.loads((ROOT / "docs/itf.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        code, _, error = nsmc("check", "traces/scenarios", "--out", self.folder.name)
        self.assertEqual(code, 0, error)
        paths = sorted(pathlib.Path(self.folder.name).glob("*.itf.json"))
        self.assertGreater(len(paths), 60)
        code, out, error = nsmc("itf-check", *paths)
        self.assertEqual((code, out.count("re-executed")), (0, len(paths)), error)
        smallest = sorted(paths, key=lambda path: path.stat().st_size)[:10]
        for path in smallest:  # the validator takes a second for each megabyte
            errors = validator.iter_errors(json.loads(path.read_text()))
            self.assertEqual([e.message for e in errors], [], path)

    def test_schema_and_check_agree_on_what_a_schema_can_say(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("jsonschema is not here: apt-get install python3-jsonschema")
        schema = json.loads((ROOT / "docs/itf.schema.json").read_text())
        validator = jsonschema.Draft202012Validator(schema)
        values = ['"x"', "true", "[]", '["a", {"#bigint": "-12"}]', '{"f": {"#set": []}}', "{}",
                  '{"#tup": [true, "a"]}', '{"#map": [["k", "v"]]}', '{"#unserializable": "f"}',
                  '{"tag": "Some", "value": {"#bigint": "1"}}',
                  # and wrong ones
                  "1", "1.5", "null", '{"#bigint": "0x1"}', '{"#bigint": 1}', '{"#bigint": ""}',
                  '{"#foo": "x"}', '{"#tup": "x"}', '{"#map": [["k"]]}', '{"#map": ["k"]}',
                  '{"#map": [["k", "v", "w"]]}', '{"#set": [1]}', '{"#set": [], "f": "x"}',
                  '{"f": "x", "#g": "x"}']
        for i, value in enumerate(values):
            trace = {"vars": ["x"], "states": [{"x": json.loads(value)}]}
            code, _, error = self.check(trace)
            self.assertEqual(code, 0 if i < 10 else 65, value + error)
            self.assertEqual(validator.is_valid(trace), i < 10, value)
        for trace in ({"vars": [], "states": []}, {"states": [{}]}, {"vars": [""], "states": [{}]},
                      {"vars": ["#x"], "states": [{}]}, {"vars": [], "states": [{}], "more": 1},
                      {"vars": ["x", "x"], "states": [{"x": "1"}]}, {"vars": [], "states": ["x"]},
                      {"#meta": {"format": "FTI"}, "vars": [], "states": [{}]}, [],
                      {"vars": [], "states": [{}], "loop": "0"}):
            code, _, error = self.check(trace)
            self.assertEqual(code, 65, f"{trace} {error}")
            self.assertRegex(error, r"trace.itf.json:\d+:\d+: .*; ")
            self.assertFalse(validator.is_valid(trace), trace)

    def test_what_no_schema_can_say(self):
        two = {"vars": ["x"], "states": [{"x": "a"}, {"x": "b"}]}
        self.assertEqual(self.check(two)[0], 0)
        code, out, _ = self.check({**two, "loop": 1})
        self.assertEqual((code, "a loop from state 1" in out), (0, True))
        for wrong, says in (({**two, "loop": 2}, "the loop starts at 2"),
                            ({**two, "vars": ["x", "y"]}, "state 0 does not define y"),
                            ({**two, "vars": []}, "state 0 defines x, which is not in vars"),
                            ({**two, "params": ["x"]}, "x is named twice"),
                            ({**two, "#meta": {"varTypes": {"y": "Int"}}}, "y has a type"),
                            ({"vars": ["x"], "states": [{"x": {"#set": ["a", "a"]}}]},
                             "a set has this member twice"),
                            ({"vars": ["x"], "states": [{"x": {"#map": [["a", "b"], ["a", "c"]]}}]},
                             "a map has this key twice")):
            code, _, error = self.check(wrong)
            self.assertEqual((code, says in error), (65, True), error)

    def test_each_field_that_is_made_wrong_is_noticed(self):
        self.notice_each_field(nsmc("replay", "--itf", SCENARIO))

    def test_each_field_of_a_lasso_too(self):
        lasso = nsmc("replay", "--itf", SCENARIO, "--property", "L2.live")
        self.assertIn('"loop":', lasso[1])
        self.notice_each_field(lasso, one_in=4)

    def notice_each_field(self, printed, one_in=1):
        code, text, error = printed
        self.assertEqual(code, 0, error)
        trace = json.loads(text)
        if "loop" in trace:
            for wrong in (trace["loop"] - 1, trace["loop"] + 1, str(trace["loop"])):
                self.assertIn(self.check({**trace, "loop": wrong})[0], (24, 65), wrong)
        self.assertEqual(self.check(trace)[0], 0)
        tried = 0

        def notice(change, what):
            nonlocal tried
            wrong = copy.deepcopy(trace)
            change(wrong)
            self.assertIn(self.check(wrong)[0], (24, 65), what)
            tried += 1

        def other(value):
            if isinstance(value, bool):
                return not value
            if isinstance(value, dict):
                return {"#bigint": str(int(value["#bigint"]) + 1)}
            return value + 1 if isinstance(value, int) else value + "x"

        for key in trace["#meta"].keys() - NOT_TOLD - {"varTypes"}:
            notice(lambda t, k=key: t["#meta"].update({k: other(t["#meta"][k])}), key)
        # Of every state: each member of #meta, and each variable in turn, a few in each state.
        for k, state in enumerate(trace["states"]):
            for key in state["#meta"]:
                notice(lambda t, k=k, key=key: t["states"][k]["#meta"].update(
                    {key: other(t["states"][k]["#meta"][key])}), (k, key))
        for i, key in enumerate(trace["vars"]):
            if i % one_in:
                continue
            k = i % len(trace["states"])
            notice(lambda t, k=k, key=key: t["states"][k].update(
                {key: other(t["states"][k][key])}), (k, key))
            if i % 20 == 0:
                notice(lambda t, k=k, key=key: t["states"][k].pop(key), (k, key, "gone"))
        for k in range(len(trace["states"])):
            notice(lambda t, k=k: t["states"].pop(k), ("state", k))
        self.assertGreater(tried, 300 if one_in == 1 else 100)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        NSMC = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
