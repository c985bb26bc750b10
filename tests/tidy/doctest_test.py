#!/usr/bin/env python3
# Small documents for .ci/doctest: what it accepts, what it reports, what it writes.
# SPDX-License-Identifier: MIT
import subprocess
import tempfile
import unittest
from pathlib import Path

DOCTEST = Path(__file__).resolve().parents[2] / ".ci/doctest"


def doctest(document, *arguments):
    """(exit status, output, the document afterwards)"""
    with tempfile.TemporaryDirectory() as root:
        readme = Path(root) / "README.md"
        readme.write_text(document)
        command = [str(DOCTEST), "--root", root, "--binary", "/bin/echo", *arguments]
        done = subprocess.run(command, text=True, capture_output=True)
        assert done.stderr == "", done.stderr
        return done.returncode, done.stdout, readme.read_text()


def block(text):
    return "```console\n" + text + "```\n"


class Doctest(unittest.TestCase):
    def passes(self, text):
        status, output, _ = doctest(block(text))
        self.assertEqual(status, 0, output)

    def fails(self, text, *words):
        status, output, _ = doctest(block(text))
        self.assertEqual(status, 1, output)
        for word in words:
            self.assertIn(word, output)

    def test_a_document_without_blocks(self):
        self.assertEqual(doctest("```sh\n$ false\n```\n")[:2],
                         (0, "0 blocks, 0 commands, 0 skipped, 0 failed\n"))

    def test_output_as_written(self):
        self.passes("$ ./nsmc a b\na b\n$ false; echo $?\n1\n$ ls >&2\nREADME.md\nnsmc\n")
        self.passes("$ echo $NO_COLOR \\\n>   x\n1 x\n")

    def test_commands_of_a_document_share_a_tree_that_is_not_the_real_one(self):
        self.passes("$ echo x > new\n$ cat new\nx\n")

    def test_wildcards(self):
        self.passes("$ seq 9\n1\n...\n8\n9\n$ seq 9\n...\n$ echo took 3 s\ntook ... s\n")
        self.passes("$ true\n...\n")
        self.passes("$ printf 'a\\nb\\na\\nc\\n'\n...\na\nc\n")
        self.fails("$ seq 9\n...\n7\n9\n", "README.md:2: error:", "+8")

    def test_a_difference(self):
        self.fails("$ echo a\nb\n", "README.md:2: error: `echo a` prints", "-b", "+a")
        self.fails("$ echo a\n", "+a")
        self.fails("$ true\na\n", "-a")

    def test_a_command_that_is_not_there(self):
        self.fails("$ no-such-command\n...\n", "README.md:2: error:")

    def test_a_block_without_a_command(self):
        self.fails("echo a\n", "README.md:2: error: a console block begins with")

    def test_a_block_without_an_end(self):
        status, output, _ = doctest("```console\n$ true\n")
        self.assertEqual(status, 1)
        self.assertIn("README.md:1: error: a console block without an end", output)

    def test_a_skipped_block_is_counted(self):
        document = "<!-- doctest: skip needs root -->\n\n" + block("$ false; echo\nx\n")
        self.assertEqual(doctest(document)[:2], (0, "1 blocks, 0 commands, 1 skipped, 0 failed\n"))
        self.assertEqual(doctest(document.replace(" needs root", ""))[0], 1)  # a reason is needed

    def test_promote_writes_what_differs_and_nothing_else(self):
        text = block("$ seq 3\n...\n$ echo a\nb\nc\n") + "\nprose\n"
        status, _, after = doctest(text, "--promote")
        self.assertEqual(status, 0)
        self.assertEqual(after, block("$ seq 3\n...\n$ echo a\na\n") + "\nprose\n")


if __name__ == "__main__":
    unittest.main()
