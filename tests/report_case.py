# What the tests of nsmc report share: its files taken apart, and the states of an ITF trace.
# SPDX-License-Identifier: MIT
import html.parser
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = ROOT / "build/release/nsmc"
SYNTHETIC = ROOT / "build/release/report_synthetic"
SCENARIOS = ["bz-07-stealth-child", "bz-20-nested-init-survives", "bz-49-leak-while-init-dies"]
SKIPPED = 77  # as ctest is told


def nsmc(*arguments, cwd=ROOT):
    """Runs the binary; returns exit code, standard output, standard error."""
    done = subprocess.run([BINARY, *map(str, arguments)], cwd=cwd, capture_output=True, text=True,
                          env={**os.environ, "NO_COLOR": "1"}, timeout=300, check=False)
    return done.returncode, done.stdout, done.stderr


def synthetic(steps, what):
    return subprocess.run([SYNTHETIC, str(steps), what], capture_output=True, check=True,
                          timeout=300).stdout.decode()


class Page(html.parser.HTMLParser):
    """The elements of a report, and the texts of those that matter."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.text, self.elements, self.contents, self.open = text, [], {}, None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self.open = None
        if tag in ("script", "style", "h1"):
            self.open = attributes.get("id", tag)
            assert self.open not in self.contents, f"two elements are {self.open}"
            self.contents[self.open] = ""

    def handle_endtag(self, tag):
        self.open = None

    def handle_data(self, data):
        if self.open:
            self.contents[self.open] += data

    @property
    def data(self):
        return json.loads(self.contents["data"])


def displayed_states(data):
    """The states of the page's data, by name; the diffs are applied here once more."""
    texts, names = data["texts"], data["names"]
    state = [texts[i] for i in data["initial"]]
    yield dict(zip(names, state))
    for row in data["steps"]:
        for field, value in zip(row[3::2], row[4::2]):
            state[field] = texts[value]
        yield dict(zip(names, state))


def itf_states(text):
    """The states of an ITF trace as texts: (actor, action, fields)."""
    def plain(value):
        if isinstance(value, dict):
            return value["#bigint"]
        return value if isinstance(value, str) else json.dumps(value)

    for state in json.loads(text)["states"]:
        yield (state["#meta"]["actor"], state["mbt::actionTaken"],
               {k: plain(v) for k, v in state.items() if k not in ("#meta", "mbt::actionTaken")})


def take_arguments():
    """The two programs, off the command line."""
    global BINARY, SYNTHETIC
    if len(sys.argv) > 2:
        BINARY, SYNTHETIC = sys.argv[1:3]
        del sys.argv[1:3]


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)
