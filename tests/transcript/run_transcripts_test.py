#!/usr/bin/env python3
"""Shows that the harness tells holding transcripts from broken ones, with a scripted `assay`."""

import contextlib
import io
import os
import tempfile
import textwrap
import unittest
from pathlib import Path

import run_transcripts
from transcript_file import TranscriptError, parse, render

PROGRAM = """\
#!/usr/bin/env bash
case $1 in
  --version) echo "assay 0.1.0" ;;
  report) printf '# Decision\\n\\n$ 3 spent\\ntook 12.5 ms\\n' ;;
  broken) echo "one line"; echo "no such study" >&2; exit 3 ;;
  serve) trap 'echo ended >"$STOPPED"; exit 0' TERM
         echo 4711 >port; while true; do sleep 0.05; done ;;
esac
"""


class HarnessTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.assay = self.root / "bin" / "assay"
        self.assay.parent.mkdir()
        self.assay.write_text(PROGRAM)
        self.assay.chmod(0o755)

    def write(self, text):
        path = self.root / "case.transcript"
        path.write_text(textwrap.dedent(text))
        return path

    def check(self, text, accept=False):
        with contextlib.redirect_stdout(io.StringIO()):
            return run_transcripts.check(self.write(text), self.assay, accept)

    def test_a_transcript_that_holds(self):
        self.assertEqual(self.check("""\
            # The version.

            $ assay --version
            assay 0.1.0

            # What goes wrong goes to stderr and into the exit code.
            $ assay broken
            one line
            ! no such study
            ? 3
            """), [])

    def test_each_kind_of_difference_is_shown(self):
        for wrong in ("$ assay broken\nanother line\n! no such study\n? 3\n",
                      "$ assay broken\none line\n! another\n? 3\n",
                      "$ assay broken\none line\n! no such study\n? 4\n",
                      "$ assay broken\none line\n! no such study\n",
                      "$ assay broken\none line\n? 3\n",
                      "$ assay --version\n"):
            with self.subTest(wrong=wrong):
                messages = self.check(wrong)
                self.assertIn("(what happened)", messages[0])

    def test_output_that_looks_like_a_mark_is_escaped_and_volatile_parts_are_named(self):
        self.assertEqual(self.check("""\
            # replace: <MS>
            $ assay report
            \\# Decision

            \\$ 3 spent
            took <MS> ms
            """), [])

    def test_accepting_rewrites_only_the_output(self):
        path = self.write("# Head.\n\n$ assay --version\nold\nlines\n\n# Foot.\n")
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(run_transcripts.check(path, self.assay, accept=True), [])
        self.assertEqual(path.read_text(), "# Head.\n\n$ assay --version\nassay 0.1.0\n\n# Foot.\n")

    def test_the_folder_is_empty_and_private(self):
        self.assertEqual(self.check("""\
            $ ls -A; ls -A ~; pwd; echo "$NO_COLOR $COLUMNS $TERM"
            <TMP>/here
            1 80 dumb
            $ echo "$EXAMPLES"; cat <<END
            > two
            > END
            <SOURCE>/examples
            two
            """), [])

    def test_a_background_command_is_waited_for_and_ended(self):
        stopped = self.root / "stopped"
        self.assertEqual(self.check(f"""\
            & STOPPED={stopped} assay serve
            @wait-file port
            $ cat port
            4711
            """), [])
        self.assertEqual(stopped.read_text(), "ended\n")

    def test_a_file_that_cannot_come_any_more_ends_the_wait(self):
        messages = self.check("& echo gave up\n@wait-file port\n")
        self.assertIn("cannot appear any more", messages[0])
        self.assertIn("gave up", messages[0])

    def test_malformed_files_name_the_line(self):
        for text, line in (("lost output\n", 1), ("# a\n> x\n", 2), ("@wait port\n", 1),
                           ("# replace: <X>\n", 1), ("# replace: <X> = (\n", 1)):
            with self.subTest(text=text):
                with self.assertRaisesRegex(TranscriptError, f"line {line}:"):
                    parse(text)

    def test_render_is_the_inverse_of_parse(self):
        text = "# a\n\n$ one\n> two\nout\n\nmore\n\n\n# b\n& three\n@wait-file x\n$ four\n? 1\n"
        self.assertEqual(render(parse(text).steps), text)

    def test_the_engine_is_found_although_home_is_another(self):
        cache = os.environ.get("ASSAY_ENGINE_CACHE") or (
            os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")) + "/assay/engine")
        self.assertEqual(self.check(f'$ echo "$ASSAY_ENGINE_CACHE"\n{cache}\n'), [])


if __name__ == "__main__":
    unittest.main()
