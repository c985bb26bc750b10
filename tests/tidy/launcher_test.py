#!/usr/bin/env python3
# The launcher ./nsmc over a toy project: when it builds, what it passes on, how it fails.
# SPDX-License-Identifier: MIT
import os
import shutil
import subprocess
import tempfile
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
MAIN = '#include <cstdio>\nint main(int, char** v) { std::puts(v[1]); return 7; }\n'
CMAKE = """cmake_minimum_required(VERSION 3.25)
project(toy CXX)
option(BUILD_TESTING "" ON)
add_executable(nsmc main.cpp)
add_executable(nsmc-certify EXCLUDE_FROM_ALL certify.cpp)
add_executable(nsmc-mpi EXCLUDE_FROM_ALL certify.cpp)
if(BUILD_TESTING)
  enable_testing()
  add_test(NAME good COMMAND true)
  add_test(NAME bad COMMAND sh -c "echo why; false")
endif()
"""


class Launcher(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / ".ci").mkdir()
        for name in ["nsmc", ".ci/deps", "CMakePresets.json"]:
            shutil.copy(TOP / name, self.root / name)
        (self.root / "CMakeLists.txt").write_text(CMAKE)
        (self.root / "main.cpp").write_text(MAIN)
        (self.root / "certify.cpp").write_text(MAIN.replace("7", "9"))
        # Nothing is missing, unless a test says so.
        self.fake("dpkg-query", 'shift 3; for p; do echo "$p installed"; done')
        self.fake("apt-get", f'echo "$@" >>{self.root}/apt.log')

    def fake(self, name, script):
        tool = self.root / "bin" / name
        tool.parent.mkdir(exist_ok=True)
        tool.write_text("#!/bin/bash\n" + script + "\n")
        tool.chmod(0o755)

    def command(self, *arguments, launcher=None, **options):
        path = f"{self.root}/bin:{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "NSMC_PRESET": "release"}
        return subprocess.Popen([launcher or self.root / "nsmc", *arguments], text=True,
                                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)

    def run_nsmc(self, *arguments, **options):
        process = self.command(*arguments, **options)
        out, err = process.communicate()
        return process.returncode, out, err

    def test_it_builds_quietly_then_becomes_the_binary(self):
        self.assertEqual(self.run_nsmc("a b"), (7, "a b\n", ""))
        log = self.root / "build/release/build.log"
        built = log.stat().st_mtime_ns
        self.assertEqual(self.run_nsmc("--help"), (7, "--help\n", ""))
        self.assertEqual(log.stat().st_mtime_ns, built, "built again without need")
        (self.root / "main.cpp").write_text(MAIN.replace("7", "8"))
        self.assertEqual(self.run_nsmc("a"), (8, "a\n", ""))

    def test_certify_is_a_program_of_its_own(self):
        self.assertEqual(self.run_nsmc("certify", "a b"), (9, "a b\n", ""))
        self.assertFalse((self.root / "build/release/nsmc").exists())

    def test_mpi_is_started_by_mpirun_and_says_how_to_go_on(self):
        self.fake("mpirun", 'echo "$@"; exit $STATUS')
        for status, said in (("0", ""), ("12", ""), ("137", " --resume\n")):
            with unittest.mock.patch.dict(os.environ, STATUS=status):
                code, out, err = self.run_nsmc("mpi", "-n", "3", "x.scn", "--checkpoint", "a b")
            program = self.root / "build/release/nsmc-mpi"
            self.assertEqual((code, out), (int(status),
                                           f"--quiet -n 3 {program} x.scn --checkpoint a b\n"))
            self.assertEqual(err.endswith(said), True, err)
            self.assertEqual("mpi -n 3 x.scn --checkpoint a\\ b --resume" in err, said != "", err)

    def test_from_elsewhere_through_a_link(self):
        (self.root / "main.cpp").write_text(
            "#include <filesystem>\n#include <iostream>\n"
            "int main() { std::cout << std::filesystem::current_path().string(); }\n")
        elsewhere = self.root / "else where"
        elsewhere.mkdir()
        link = elsewhere / "link"
        link.symlink_to("../nsmc")
        self.assertEqual(self.run_nsmc(launcher=link, cwd=elsewhere), (0, str(elsewhere), ""))

    def test_a_tree_that_was_moved_is_configured_anew(self):
        self.run_nsmc("a")
        moved = self.root / "moved"
        moved.mkdir()
        for name in ["nsmc", ".ci", "CMakePresets.json", "CMakeLists.txt", "main.cpp",
                     "certify.cpp", "build"]:
            shutil.move(self.root / name, moved / name)
        self.assertEqual(self.run_nsmc("a", launcher=moved / "nsmc"), (7, "a\n", ""))

    def test_a_build_that_fails_is_shown(self):
        (self.root / "main.cpp").write_text("int main() { return mistake; }\n")
        status, out, err = self.run_nsmc("a")
        self.assertEqual((status, out), (70, ""))
        self.assertRegex(err, r"main.cpp:1:21: error: .*mistake")
        self.assertIn("build/release/build.log", err.splitlines()[-1])

    def test_two_at_once_build_once(self):
        both = [self.command("a"), self.command("a")]
        self.assertEqual([p.communicate() for p in both], 2 * [("a\n", "")])

    def test_missing_packages_are_installed(self):
        self.fake("dpkg-query", 'shift 3; for p; do [[ $p == cmake ]] || echo "$p installed"; done')
        self.fake("id", "echo 0")
        status, out, err = self.run_nsmc("a")
        self.assertEqual((status, out, err), (7, "a\n", "nsmc: installing cmake\n"))
        self.assertRegex((self.root / "apt.log").read_text(), r"^install -y .* cmake\n$")

    def test_without_the_right_to_install_it_says_what_to_do(self):
        self.fake("dpkg-query", "echo g++ installed; echo cmake config-files; exit 1")
        self.fake("id", "echo 1000")
        self.fake("sudo", "exit 1")
        status, out, err = self.run_nsmc("a")
        self.assertEqual((status, out), (77, ""))
        self.assertIn("  sudo apt-get install -y --no-install-recommends cmake ninja-build", err)
        self.assertNotIn("libgtest-dev", err)
        self.assertFalse((self.root / "apt.log").exists())
        self.assertIn("libgtest-dev", self.run_nsmc("test")[2])

    def test_the_suite_ends_with_ctests_closing_lines(self):
        self.run_nsmc("a")  # a build without tests is no obstacle
        status, out, _ = self.run_nsmc("test")
        self.assertEqual(status, 8)
        self.assertIn("why\n", out)
        self.assertIn("50% tests passed, 1 tests failed out of 2", out)
        status, out, _ = self.run_nsmc("test", "-R", "good")
        self.assertEqual(status, 0)
        self.assertIn("100% tests passed, 0 tests failed out of 1", "".join(out.splitlines()[-3:]))


if __name__ == "__main__":
    unittest.main()
