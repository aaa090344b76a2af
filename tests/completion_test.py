"""Completion with the Tab key, in a real bash."""

import re
import subprocess
import tempfile
import unittest

from tests.kit.program import BACKCOURT

COMPLETE = """
source <("$0" docs completion) || exit 1
complete -p backcourt
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_backcourt
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Completion(unittest.TestCase):
    def complete(self, *words):
        """What bash offers for the last word; also that no project is needed."""
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(["bash", "--norc", "-uc", COMPLETE, BACKCOURT, "backcourt", *words], cwd=folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        registered, *offered = done.stdout.split("\n")[:-1]
        self.assertEqual(registered, "complete -o default -F _backcourt backcourt")  # paths where nothing of ours fits
        return [word for word in offered if word]

    def help(self, *words):
        return subprocess.run([BACKCOURT, *words, "--help"], capture_output=True, text=True, check=True).stdout

    def test_commands(self):
        commands = re.findall(r"^  (\w+) ", self.help().split("Commands:")[1].split("Example:")[0], re.M)
        self.assertEqual(self.complete(""), commands)
        self.assertEqual(self.complete("ba"), ["backfill"])
        self.assertEqual(self.complete("do"), ["docs", "doctor"])
        self.assertEqual(self.complete("nothing"), [])

    def test_options_of_every_command(self):
        for command in self.complete(""):
            self.assertEqual(self.complete(command, "--"), re.findall(r"^  (?:-\w,)?(--[\w-]+)", self.help(command), re.M), command)
        self.assertEqual(self.complete("backfill", "all", "--no-"), ["--no-upstream", "--no-load"])

    def test_paths_are_left_to_bash(self):
        self.assertEqual(self.complete("export", "ou"), [])


if __name__ == "__main__":
    unittest.main()
