#!/usr/bin/env python3
# The judge of proofs: what it accepts, and every way to fool it.  certify_test.py BINARY
# SPDX-License-Identifier: MIT
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = str(ROOT / "build/release/nsmc-certify")

UNSAT = """; no x is below itself; a comment may have any letters: ≤
(set-logic QF_BV)
(set-info :source |no (check-sat) here ; nor "here|)
(declare-const x (_ BitVec 8))
(define-fun below ((a (_ BitVec 8)) (b (_ BitVec 8))) Bool (bvult a b))
(assert (below x x))
(check-sat)
"""
UNSAT_TOO = """(set-logic QF_UF)
(declare-fun p () Bool)
(assert p) (assert (not p))
(check-sat) (exit)
"""
SAT = "(set-logic QF_BV)\n(declare-const |a b| (_ BitVec 8))\n(assert (= |a b| #x07))\n(check-sat)"
VERSION = {"z3": "Z3 version 9.9.9 - 64 bit", "cvc5": "This is cvc5 version 9.9.9"}
# (file, its text, the expected answer, theorem, sentence)
GOOD = [("i1/init.smt2", UNSAT, "unsat", "I1", "It holds in the beginning"),
        ("i1/fork.smt2", UNSAT_TOO, "unsat", "I1", "fork() preserves it"),
        ("i1/exists.smt2", SAT, "sat", "I1", "There is such a state"),
        ("i2.smt2", UNSAT_TOO, "unsat", "I2", "It follows from I1")]
THEOREMS = [("I1", 3, "A namespace's kref equals its holders; x ≤ y"), ("I2", 1, 'A "second" one')]


def sha256(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def certify(*arguments, path=None):
    """Runs the binary; returns exit code, standard output, standard error."""
    environment = {**os.environ, "PATH": path or os.environ["PATH"]}
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True,
                          env=environment, timeout=100, check=False)
    return done.returncode, done.stdout, done.stderr


class Case(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        self.folder = self.top / "a=certificate"  # z3 would take such a path for an option
        self.write()

    def write(self, obligations=tuple(GOOD), theorems=tuple(THEOREMS)):
        """Makes the folder anew."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        lines = ["nsmc-certificate/1"]
        lines += ["\t".join(["theorem", t, str(n), sentence]) for t, n, sentence in theorems]
        for name, text, expected, theorem, sentence in obligations:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, newline="")  # also a lone carriage return
            lines.append("\t".join(["obligation", name, sha256(text), expected, theorem, sentence]))
        self.write_manifest(lines)

    def write_one(self, text, expected="unsat"):
        self.write([("a.smt2", text, expected, "I1", "It holds")], [("I1", 1, "All is well")])

    def lines(self):
        return (self.folder / "MANIFEST.tsv").read_text().split("\n")[:-2]

    def write_manifest(self, lines, end="\n"):
        body = "".join(line + "\n" for line in lines)
        (self.folder / "MANIFEST.tsv").write_text(body + "digest\t" + sha256(body) + end)

    def edit(self, number, old, new):
        """Changes a line of the manifest, and mends the digest."""
        lines = self.lines()
        self.assertIn(old, lines[number - 1])
        lines[number - 1] = lines[number - 1].replace(old, new)
        self.write_manifest(lines)

    def refused(self, *said, arguments=()):
        code, out, error = certify(self.folder, *arguments)
        self.assertEqual((code, out), (65, ""), error)
        self.assertRegex(error, r"\Ansmc certify: refused: [^\n]+\n\Z")
        for words in said:
            self.assertIn(words, error)

    def solver(self, name, script):
        """A solver that does what the script says when it is asked about a file."""
        path = self.top / f"fake-{name}"
        path.write_text(f"""#!/bin/sh
if [ "$1" = --version ]; then echo "{VERSION[name]}"; exit; fi
for file; do :; done
{script}
""")
        path.chmod(0o755)
        return [f"--{name}", path]


class Accepted(Case):
    def test_both_solvers_are_installed(self):
        for name in ("z3", "cvc5"):
            self.assertIsNotNone(shutil.which(name), f"{name} is missing: apt install {name}")

    def test_a_good_certificate(self):
        code, out, error = certify(self.folder)
        self.assertEqual((code, error), (0, ""), out)
        first, second, last = out.splitlines()
        self.assertEqual(first, "certified      I1  3 obligations  " + THEOREMS[0][2])
        self.assertEqual(second, "certified      I2  1 obligation   " + THEOREMS[1][2])
        digest = sha256((self.folder / "MANIFEST.tsv").read_bytes())
        self.assertRegex(last, r"^2 theorems, 4 obligations, each confirmed by z3 \d\S* and "
                               r"cvc5 \d\S* in \d+\.\d s; manifest sha256 " + digest + "$")

    def test_from_inside_and_by_a_relative_path(self):
        for folder, cwd in ((".", self.folder), (self.folder.name, self.top)):
            self.assertEqual(subprocess.run([BINARY, folder], cwd=cwd, check=False,
                                            capture_output=True).returncode, 0)

    def test_json(self):
        code, out, _ = certify(self.folder, "--json", "--jobs", "1")
        result = json.loads(out)
        self.assertEqual(code, 0)
        self.assertEqual(result["format"], "nsmc-certify/1")
        self.assertEqual((result["verdict"], result["interrupted"]), ("certified", False))
        self.assertEqual(result["theorems"], [
            {"id": t, "verdict": "certified", "obligations": n, "sentence": sentence}
            for t, n, sentence in THEOREMS])
        self.assertEqual(result["failing"], [])
        self.assertRegex(result["z3"] + " " + result["cvc5"], r"^\d\S* \d\S*$")
        self.assertGreaterEqual(result["seconds"], 0)
        digest = sha256((self.folder / "MANIFEST.tsv").read_bytes())
        self.assertEqual(result["manifest_sha256"], digest)
        self.assertEqual(certify(self.folder, "--digest", digest)[0], 0)

    def test_the_order_of_the_lines_is_free(self):
        lines = self.lines()
        self.write_manifest([lines[0], *reversed(lines[1:])])
        self.assertEqual(certify(self.folder)[0], 0)

    def test_many(self):
        self.write([(f"{i}.smt2", UNSAT_TOO + f"; {i}\n", "unsat", "I1", f"Case {i} " + 3800 * "x")
                    for i in range(100)], [("I1", 100, "All is well")])
        code, out, _ = certify(self.folder, "--jobs", "4")
        self.assertEqual(code, 0, out)
        self.assertIn("1 theorem, 100 obligations, each confirmed", out)


class Tampered(Case):
    def test_a_flipped_byte_in_any_file(self):
        for path in [p for p in self.folder.rglob("*") if p.is_file()]:
            good = path.read_bytes()
            for at in (0, len(good) // 2, len(good) - 1):
                path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
                self.refused(str(path.relative_to(self.folder)))
            path.write_bytes(good[:-1])
            self.refused(str(path.relative_to(self.folder)))
            path.write_bytes(good)
        self.assertEqual(certify(self.folder)[0], 0)

    def test_a_missing_file(self):
        (self.folder / "i1/fork.smt2").unlink()
        self.refused("i1/fork.smt2 is missing; it is listed in MANIFEST.tsv:5")
        self.write()
        (self.folder / "MANIFEST.tsv").unlink()
        self.refused("MANIFEST.tsv is missing")

    def test_an_added_file(self):
        for name in ("i3.smt2", "i1/MANIFEST.tsv", ".hidden"):
            self.write()
            (self.folder / name).write_text(UNSAT)
            self.refused(f"`{name}` is not listed")

    def test_a_manifest_line_dropped(self):
        lines = self.lines()
        text = (self.folder / "MANIFEST.tsv").read_text()
        for number in range(2, len(lines) + 1):
            (self.folder / "MANIFEST.tsv").write_text(text.replace(lines[number - 1] + "\n", ""))
            self.refused("is not the digest of the lines before it")
            self.write_manifest(lines[:number - 1] + lines[number:])
            self.refused("MANIFEST.tsv:")  # the sums of the theorems

    def test_an_obligation_dropped_with_its_file(self):
        (self.folder / "i1/fork.smt2").unlink()
        self.write_manifest([line for line in self.lines() if "fork" not in line])
        self.refused("MANIFEST.tsv:2", "needs 3 obligations")

    def test_a_manifest_cut_short(self):
        text = (self.folder / "MANIFEST.tsv").read_text()
        for end in range(len(text)):
            if end % 37 == 0 or end > len(text) - 3 or text[end - 1] == "\n":
                (self.folder / "MANIFEST.tsv").write_text(text[:end])
                self.refused("MANIFEST.tsv:")

    def test_swapped_sums(self):
        self.edit(4, sha256(UNSAT), "?")
        self.edit(5, sha256(UNSAT_TOO), sha256(UNSAT))
        self.edit(4, "?", sha256(UNSAT_TOO))
        self.refused("i1/init.smt2 is not the file listed in MANIFEST.tsv:4")

    def test_an_edited_sentence(self):
        path = self.folder / "MANIFEST.tsv"
        path.write_text(path.read_text().replace("preserves", "destroys"))
        self.refused("MANIFEST.tsv:8 is not the digest")

    def test_a_mended_digest_is_found_by_the_printed_one(self):
        digest = sha256((self.folder / "MANIFEST.tsv").read_bytes())
        self.edit(5, "preserves", "destroys")
        self.assertEqual(certify(self.folder)[0], 0)
        self.refused("not that of --digest", arguments=["--digest", digest])

    def test_malformed_lines(self):
        tab = "\t"
        for number, old, new, said in (
                (1, "/1", "/2", "MANIFEST.tsv:1 is not `nsmc-certificate/1`"),
                (2, "\t3\t", "\t4\t", "MANIFEST.tsv:2 needs 4 obligations, not 3\n"),
                (2, "\t3\t", "\t0\t", "MANIFEST.tsv:2 is neither"),
                (2, "\t3\t", "\t03\t", "MANIFEST.tsv:2 is neither"),
                (2, "\t3\t", "\t3 \t", "MANIFEST.tsv:2 is neither"),
                (2, "\t3\t", "\t99999999999999999999\t", "MANIFEST.tsv:2 is neither"),
                (3, "theorem\tI2", "theorem\tI1", "MANIFEST.tsv:3 repeats a theorem"),
                (3, 'A "second" one', "", "MANIFEST.tsv:3 is neither"),
                (3, "theorem", "lemma", "MANIFEST.tsv:3 is neither"),
                (3, "one", "one\r", "MANIFEST.tsv:3 is too long, or not printable"),
                (3, "one", "\33[31mone", "MANIFEST.tsv:3 is too long, or not printable"),
                (3, "one", "\0one", "MANIFEST.tsv:3 is too long, or not printable"),
                (3, "one", 10**6 * "x", "MANIFEST.tsv:3 is too long, or not printable"),
                (4, "\tI1\t", "\tI9\t", "MANIFEST.tsv:4 is of no theorem"),
                (4, "\tunsat\t", "\tunknown\t", "MANIFEST.tsv:4 is neither"),
                (4, "\tunsat\t", "\tUNSAT\t", "MANIFEST.tsv:4 is neither"),
                (4, "It holds", "It\tholds", "MANIFEST.tsv:4 is neither"),
                (4, "obligation", "\nobligation", "MANIFEST.tsv:4 is neither"),
                (4, sha256(UNSAT), sha256(UNSAT).upper(), "MANIFEST.tsv:4 is neither"),
                (4, sha256(UNSAT), sha256(UNSAT)[1:], "MANIFEST.tsv:4 is neither"),
                (4, tab + "i1/init", tab + "../i1/init", "MANIFEST.tsv:4 is neither"),
                (4, tab + "i1/init", tab + "i1/../i1/init", "MANIFEST.tsv:4 is neither"),
                (4, tab + "i1/init", tab + "/i1/init", "MANIFEST.tsv:4 is neither"),
                (4, tab + "i1/init", tab + "i1/in it", "MANIFEST.tsv:4 is neither"),
                (4, tab + "i1/init", tab + "./i1/init", "./i1/init.smt2 is missing"),
                (4, tab + "i1/init", tab + "i1//init", "i1//init.smt2 is missing"),
                (4, tab + "i1/init", tab + "i1/fork", "MANIFEST.tsv:5 repeats a file")):
            with self.subTest(line=number, new=new[:50]):
                self.write()
                self.edit(number, old, new)
                self.refused(said)
        self.write()
        (self.folder / "MANIFEST.tsv").write_bytes(b"")
        self.refused("MANIFEST.tsv:1")
        self.write_manifest(["nsmc-certificate/1"])
        self.refused("MANIFEST.tsv has no theorem")
        lines = ["nsmc-certificate/1", "theorem\tI1\t1\t\udcff"]
        body = "".join(line + "\n" for line in lines).encode(errors="surrogateescape")
        (self.folder / "MANIFEST.tsv").write_bytes(body + f"digest\t{sha256(body)}\n".encode())
        self.refused("MANIFEST.tsv:2 is too long, or not printable UTF-8")

    def test_a_repeated_line(self):
        lines = self.lines()
        for number in range(2, len(lines) + 1):
            self.write_manifest(lines + [lines[number - 1]])
            self.refused(f"MANIFEST.tsv:{len(lines) + 1} repeats")

    def test_what_is_no_regular_file(self):
        target = self.top / "elsewhere.smt2"
        target.write_text(UNSAT)
        for name, make in (("i1/init.smt2", lambda p: p.symlink_to(target)),
                           ("i1/init.smt2", os.mkfifo),
                           ("i9", lambda p: p.symlink_to(self.folder / "i1")),
                           ("dangling", lambda p: p.symlink_to("nowhere"))):
            self.write()
            (self.folder / name).unlink(missing_ok=True)
            make(self.folder / name)
            self.refused(f"`{name}` is not a regular file")
        self.write()
        shutil.move(self.folder / "MANIFEST.tsv", self.top)
        (self.folder / "MANIFEST.tsv").symlink_to("../MANIFEST.tsv")
        self.refused("MANIFEST.tsv is missing, or no regular file")

    def test_a_theorem_of_examples_only(self):
        self.write_one(SAT, "sat")
        self.refused("MANIFEST.tsv:2", "no `unsat` obligation")

    def test_scripts_that_could_answer_themselves(self):
        assertion = "(assert true)\n"
        for text, said in (
                (assertion + '(echo "unsat")\n', "`echo`"),
                (assertion + '(echo "unsat")\n(check-sat)\n', "`echo`"),
                (assertion + '(|echo| "unsat")\n(check-sat)\n', "`|echo|`"),
                (assertion + "(check-sat)\n(assert false)\n(check-sat)\n",
                 "`assert` after `check-sat`"),
                ("(assert false)\n(check-sat)\n(check-sat)\n", "`check-sat` after `check-sat`"),
                ("(assert false)\n(check-sat)\n(exit)\n(exit)\n", "`exit` after `exit`"),
                ("(exit)\n(assert false)\n(check-sat)\n", "`exit` after ``"),
                ("(assert false)\n", "no (check-sat)"),
                ("", "no (check-sat)"),
                ("; (check-sat)\n", "no (check-sat)"),
                ("(assert false)(check-sat", "ends inside"),
                ("(assert false)(check-sat))", "`)`"),
                ("(assert false)((check-sat))", "`(`"),
                ("(assert false)()(check-sat)", "`)`"),
                ("(declare-const p Bool)(check-sat (not p) p)", "(check-sat) of something"),
                ("(assert false)(check-sat)(exit 1)", "(exit) of something"),
                ("unsat (assert false)(check-sat)", "`unsat`"),
                ('"unsat" (assert false)(check-sat)', '`"unsat"`'),
                ("(assert false)(check-sat) unsat", "`unsat`"),
                ('(include "/etc/passwd")(check-sat)', "`include`"),
                ("(push 1)(assert false)(check-sat)", "`push`"),
                ("(set-option :regular-output-channel \"x\")(assert false)(check-sat)",
                 "`set-option`"),
                ("(check-sat-assuming (false))", "`check-sat-assuming`"),
                ("(reset)(assert false)(check-sat)", "`reset`"),
                ("(get-info :name)(assert false)(check-sat)", "`get-info`"),
                ("(define-fun-rec f () Bool false)(assert f)(check-sat)", "`define-fun-rec`"),
                ("(assert true)#|(|# (check-sat)", "quotation mark inside a word"),
                ("(set-info :a |b\\|) (echo \"unsat\") (set-info :c |d|)(check-sat)", "character"),
                ("(assert true) ; comment\r(assert false)\n(check-sat)", "character"),
                ("(assert true)\0(assert false)(check-sat)", "character"),
                ("(set-info :a |b)(assert false)(check-sat)", "quotation without an end"),
                ('(set-info :a "b)(assert false)(check-sat)', "quotation without an end")):
            with self.subTest(text=text):
                self.write_one(text)
                self.refused("a.smt2 ", said)

    def test_a_file_changed_while_it_was_asked_about(self):
        code, _, error = certify(self.folder, *self.solver(
            "z3", 'echo "; x" >>i2.smt2; exec z3 -smt2 "$file"'))
        self.assertEqual(code, 65)
        self.assertIn("i2.smt2 is not the file listed in MANIFEST.tsv:7", error)

    def test_a_file_cannot_pass_for_a_solver(self):
        self.write([*GOOD, ("z3", UNSAT, "unsat", "I2", "A trap")], [THEOREMS[0], ("I2", 2, "x")])
        (self.folder / "z3").chmod(0o755)
        code, out, error = certify(self.folder, path=":.:" + os.environ["PATH"])
        self.assertEqual(code, 0, out + error)


class Judged(Case):
    def test_an_expectation_that_is_wrong(self):
        self.edit(6, "\tsat\t", "\tunsat\t")
        code, out, _ = certify(self.folder)
        self.assertEqual(code, 12, out)
        self.assertRegex(out, r"(?m)^NOT certified  I1  3 obligations")
        self.assertRegex(out, r"(?m)^certified      I2  1 obligation ")
        self.assertIn("    i1/exists.smt2: There is such a state\n        contradicted: "
                      "expected `unsat`; z3 said `sat`; cvc5 said `sat`\n", out)
        self.assertIn("NOT certified: 1 of 2 theorems, 3 of 4 obligations, each confirmed by", out)
        self.write()
        self.edit(4, "\tunsat\t", "\tsat\t")
        self.assertEqual(certify(self.folder)[0], 12)

    def test_a_solver_that_lies(self):
        for name in ("z3", "cvc5"):
            code, out, _ = certify(self.folder, *self.solver(name, "echo sat"), "--json")
            self.assertEqual(code, 12, out)
            result = json.loads(out)
            self.assertEqual(result["verdict"], "contradicted")
            self.assertEqual([f["file"] for f in result["failing"]],
                             ["i1/init.smt2", "i1/fork.smt2", "i2.smt2"])
            self.assertEqual(result["failing"][0], {
                "file": "i1/init.smt2", "theorem": "I1", "verdict": "contradicted",
                "expected": "unsat", "sentence": "It holds in the beginning",
                "z3": "said `unsat`", "cvc5": "said `unsat`", name: "said `sat`"})

    def test_anything_but_the_word_is_not_known(self):
        self.write_one(UNSAT)
        for script, said in (
                ("echo unknown", "said `unknown`"),
                ("echo unsat; exit 1", "said `unsat`, but exited with 1"),
                ("echo unsat; kill -SEGV $$", "said `unsat`, but died of signal 11"),
                ("kill -SEGV $$", "died of signal 11"),
                ("echo unsat; echo unsat", "said `unsat?unsat`"),
                ("echo unsat; echo sat", "said `unsat?sat`"),
                ("echo UNSAT", "said `UNSAT`"),
                ("echo unsatisfiable", "said `unsatisfiable`"),
                ("echo 'unsat\\0'", "said `unsat?`"),
                ("echo unsat >&2", "said ``"),
                ("true", "said ``"),
                ("echo unsat; head -c 70000 /dev/zero | tr '\\0' ' '; echo sat",
                 "said `unsat`, but printed too much"),
                ("yes", "said `y?y?y"),
                ("echo '(error \"\33[31mx\")'; echo unsat", 'said `(error "?[31mx")?unsat`'),
                ("cat", "said ``")):  # its input is empty
            for name in ("z3", "cvc5"):
                with self.subTest(script=script, name=name):
                    code, out, _ = certify(self.folder, *self.solver(name, script))
                    self.assertEqual(code, 20, out)
                    self.assertIn(f"{name} {said}", out)
                    self.assertIn("unknown: expected `unsat`; ", out)
                    self.assertNotRegex(out, r"(?m)^certified")

    def test_a_solver_that_hangs_is_killed(self):
        self.write_one(UNSAT)
        mark = self.top / "survived"
        for script in (f"sleep 3; touch {mark}", f"echo unsat; exec >&-; sleep 3; touch {mark}",
                       f"(sleep 3; touch {mark}) & echo unsat"):
            begin = time.monotonic()
            code, out, _ = certify(self.folder, "--seconds", "1", *self.solver("cvc5", script))
            self.assertLess(time.monotonic() - begin, 2.5)
            self.assertEqual(code, 20, out)
            self.assertIn("took over 1 s", out)
        time.sleep(3)
        self.assertFalse(mark.exists(), "what a solver had started was not killed")

    def test_a_solver_that_is_missing(self):
        for name in ("z3", "cvc5"):
            for path in ("no-such-solver", self.top, self.folder / "i2.smt2"):
                code, out, _ = certify(self.folder, f"--{name}", path)
                self.assertEqual(code, 20, out)
                self.assertIn(f"{name} was not found (on Debian: apt install {name})", out)
                self.assertIn(f"{name} (none)", out)
        self.assertEqual(certify(self.folder, path="/nowhere")[0], 20)

    def test_one_solver_does_not_count_twice(self):
        code, out, _ = certify(self.folder, "--cvc5", shutil.which("z3"))
        self.assertEqual(code, 20, out)
        self.assertIn("cvc5 does not tell its version", out)

    def test_a_contradiction_is_worse_than_not_known(self):
        code, _, _ = certify(self.folder, *self.solver("cvc5", "echo sat"), "--z3", "none")
        self.assertEqual(code, 12)

    def test_ctrl_c_gives_partial_results(self):
        begin = time.monotonic()
        process = subprocess.Popen(
            [BINARY, self.folder, "--jobs", "1", *self.solver(
                "cvc5", f'case $file in *init*) exec cvc5 "$file";; esac; touch {self.top}/on; '
                        "sleep 60")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not (self.top / "on").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual(process.returncode, 130)
        self.assertIn("cvc5 was interrupted", out)
        self.assertIn("z3 was not asked; cvc5 was not asked", out)
        self.assertIn("interrupted; NOT certified: 0 of 2 theorems, 1 of 4 obligations, each", out)


class Usage(Case):
    def test_help(self):
        code, out, _ = certify("--help")
        self.assertEqual(code, 0)
        for words in ("It does not certify that they say what the C++ of the model",
                      "--digest HEX", "--seconds N", "--jobs N", "--z3 PATH", "--cvc5 PATH",
                      "--json", "12  a solver contradicts", "20  not known",
                      "65  DIR was tampered", "130"):
            self.assertIn(words, out)

    def test_mistakes(self):
        for arguments, code, said in (
                ([], 64, "no folder"), ([self.folder, self.folder], 64, "no use for"),
                (["--frobnicate"], 64, "`--frobnicate`"), ([self.folder, "--z3"], 64, "`--z3`"),
                ([self.folder, "--jobs", "0"], 64, "`0`"),
                ([self.folder, "--seconds", "1.5"], 64, "`1.5`"),
                ([self.folder, "--digest", "abc"], 64, "64 hexadecimal digits"),
                ([self.top / "nowhere"], 66, "nowhere`: No such file"),
                ([self.folder / "i2.smt2"], 66, "Not a directory"),
                ([self.top], 65, "MANIFEST.tsv is missing"),
                ([self.folder, "--digest", 64 * "0"], 65, "not that of --digest")):
            got, out, error = certify(*arguments)
            self.assertEqual((got, out), (code, ""), error)
            self.assertIn(said, error)
            self.assertRegex(error, r"\Ansmc certify: [^\n]+\n\Z")

    def test_a_result_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BINARY, self.folder], stdout=full, stderr=subprocess.PIPE,
                                  text=True, check=False)
        self.assertEqual(done.returncode, 74)
        self.assertIn("cannot write the output", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        BINARY = sys.argv.pop(1)
    unittest.main(verbosity=1)
