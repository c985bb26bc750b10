#!/usr/bin/env python3
# One small tree per rule of .ci/tidy: the tool reports exactly the one violation in it.
# SPDX-License-Identifier: MIT
import subprocess
import tempfile
import unittest
from pathlib import Path

TIDY = Path(__file__).resolve().parents[2] / ".ci/tidy"
SPDX = "// SPDX-License-Identifier: MIT\n"


def hpp(*lines):
    return "// A caption.\n" + SPDX + "#pragma once\n" + "".join(line + "\n" for line in lines)


def cpp(*lines):
    return "// A caption.\n" + SPDX + "".join(line + "\n" for line in lines)


CLEAN = {
    "CMakeLists.txt": "# A caption.\n# SPDX-License-Identifier: MIT\nadd(checker/cli/main.cpp)\n",
    "README.md": "# A title\n\n[file](model/lang/system.hpp) [here](#a-title) [w](https://w.org)\n",
    "model/lang/system.hpp": hpp("#include <vector>"),
    "model/kernel/pidns.hpp": hpp('#include "model/lang/system.hpp"'),
    "props/props.hpp": hpp('#include "model/kernel/pidns.hpp"'),
    "traces/trace.hpp": hpp('#include "model/lang/system.hpp"', "#include <nlohmann/json.hpp>"),
    "traces/replay/target.hpp": hpp('#include "traces/trace.hpp"'),
    "checker/checker.hpp": hpp('#include "model/lang/system.hpp"', "// a rapid namespace"),
    "checker/explicit/store.hpp": hpp('#include "checker/checker.hpp"', "#include <xxhash.h>"),
    "checker/cli/main.cpp": cpp('#include "props/props.hpp"', '#include "traces/trace.hpp"',
                                "#include <CLI/CLI.hpp>", "#include <unistd.h>",
                                'int main() { std::cout << "rand("; }  // sleep(1) is not here'),
}


def tidy(tree, *arguments):
    """The violations that .ci/tidy finds in CLEAN, changed by `tree`."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**CLEAN, **tree}.items():
            file = Path(root) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        command = [str(TIDY), "--root", root, *arguments]
        done = subprocess.run(command, text=True, capture_output=True)
    assert done.stderr == "", done.stderr
    assert done.returncode == (1 if done.stdout else 0)
    return done.stdout.splitlines()


class Tidy(unittest.TestCase):
    def one(self, path, text, line, *words, extra=None, arguments=()):
        found = tidy({path: text, **(extra or {})}, *arguments)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:{line}: error: "), found)
        self.assertIn("; use ", found[0])
        for word in words:
            self.assertIn(word, found[0])

    def test_a_clean_tree_is_quiet(self):
        self.assertEqual(tidy({}), [])

    def test_layers(self):
        for path, target in [("model/lang/a.hpp", "model/kernel/pidns.hpp"),
                             ("model/kernel/a.hpp", "checker/checker.hpp"),
                             ("props/a.hpp", "traces/trace.hpp"),
                             ("traces/a.hpp", "model/kernel/pidns.hpp"),
                             ("traces/a.hpp", "checker/checker.hpp"),
                             ("traces/a.hpp", "traces/replay/target.hpp"),
                             ("traces/replay/a.hpp", "checker/explicit/store.hpp"),
                             ("traces/replay/a.hpp", "checker/checker.hpp"),
                             ("traces/replay/a.hpp", "model/kernel/pidns.hpp"),
                             ("checker/a.hpp", "props/props.hpp"),
                             ("checker/explicit/a.hpp", "model/kernel/pidns.hpp"),
                             ("checker/explicit/a.hpp", "traces/trace.hpp")]:
            with self.subTest(path=path, target=target):
                self.one(path, hpp(f'#include "{target}"'), 4, "must not know " + target)

    def test_a_relative_include(self):
        self.one("props/a.hpp", hpp('#include "props.hpp"'), 4, "no file")

    def test_a_folder_without_a_rule(self):
        self.one("model/new/a.hpp", hpp(), 1, "no layer rule")

    def test_an_include_cycle(self):
        found = tidy({"props/a.hpp": hpp('#include "props/b.hpp"'),
                      "props/b.hpp": hpp('#include "props/a.hpp"')})
        self.assertEqual(len(found), 1, found)
        self.assertIn("props/a.hpp -> props/b.hpp -> props/a.hpp", found[0])

    def test_one_library_one_folder(self):
        for path, library in [("model/lang/a.hpp", "z3++.h"), ("model/lang/a.hpp", "unistd.h"),
                              ("model/kernel/a.hpp", "sys/wait.h"),
                              ("checker/explicit/a.hpp", "z3.h"),
                              ("checker/explicit/a.hpp", "boost/graph/graph.hpp"),
                              ("checker/explicit/a.hpp", "fmt/format.h"),
                              ("model/kernel/a.hpp", "rapidcheck.h"),
                              ("traces/a.hpp", "CLI/CLI.hpp"), ("props/a.hpp", "nlohmann/json.hpp"),
                              ("props/a.hpp", "xxhash.h"), ("props/a.hpp", "gtest/gtest.h")]:
            with self.subTest(path=path, library=library):
                self.one(path, hpp(f"#include <{library}>"), 4, f"<{library}> in ")
        self.one("props/a.hpp", hpp("#include <glib/glib.h>"), 4, "unknown library")

    def test_an_engine_has_no_word_of_the_domain(self):
        for text in ["int pid = 0;", "// after zap_pid_ns_processes()", "int child_reaper;",
                     "// a PID", "alloc_pid();"]:
            with self.subTest(text=text):
                self.one("checker/explicit/a.hpp", hpp(text), 4, "in an engine")

    def test_bans(self):
        for path, text in [("props/a.hpp", "int x = rand();"),
                           ("props/a.hpp", "int x = std::rand();"),
                           ("traces/a.hpp", "void f() { std::cout << 1; }"),
                           ("checker/explicit/a.hpp", "void f() { printf(nullptr); }"),
                           ("checker/cli/a.hpp", "void f() { std::this_thread::sleep_for(t); }"),
                           ("tests/a.hpp", "using namespace std;"),
                           ("props/a.hpp", "// TODO: later")]:
            with self.subTest(text=text):
                self.one(path, hpp(text), 4)

    def test_a_path_of_one_machine(self):
        self.one("docs/a.md", "see /home/me/x\n", 1, "path of one machine")
        self.assertEqual(tidy({"docs/a.md": "see /proc/1/fd and model/" + "home/x\n"}), [])

    def test_shape(self):
        self.one("props/a.hpp", SPDX + SPDX + "#pragma once\n", 1, "no caption")
        self.one("props/a.hpp", "// A caption.\n//\n#pragma once\n", 2, "no licence")
        self.one("props/a.hpp", "// A caption.\n" + SPDX, 1, "#pragma once")
        self.one("props/a.hpp", hpp("// " + 98 * "x"), 4, "101 characters")
        self.one("props/a.hpp", hpp(*498 * ["//"]), 501, "501 lines")
        self.one(".ci/a", "#!/bin/sh\n# A caption.\ntrue\n", 3, "no licence")
        self.assertEqual(tidy({"props/a.hpp": hpp("// " + 97 * "x", *496 * ["//"])}), [])

    def test_a_file_that_nothing_builds(self):
        self.one("traces/a.cpp", cpp(), 1, "no target builds it")

    def test_dead_links(self):
        self.one("docs/a.md", "[x](README.md)\n", 1, "dead link README.md")
        self.one("docs/a.md", "[x](../README.md#no-title)\n", 1, "dead link")
        fine = "[x](../README.md#a-title) `[y](z)`\n```\n[y](z)\n```\n"
        self.assertEqual(tidy({"docs/a.md": fine}), [])

    def test_the_top_of_the_tree_is_closed(self):
        self.one("stuff", "", 1, "top of the tree")

    def test_a_header_that_needs_another(self):
        self.one("props/a.hpp", hpp("inline std::vector<int> v;"), 1, "does not compile alone",
                 extra={"traces/trace.hpp": hpp()}, arguments=["--long"])


if __name__ == "__main__":
    unittest.main()
