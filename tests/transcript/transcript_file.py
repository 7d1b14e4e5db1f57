"""The transcript file: commands with the exact output a person sees.

    # What this shows, in a sentence.
    # label: slow                      (default fast; CTest's label)
    # replace: <MS> = [0-9.]+(?= ms)   (volatile output, matched parts become <MS>; in this order)

    $ assay study plan study.toml      a command for bash; "> " lines continue it
    the lines of stdout, exactly
    ! the lines of stderr
    ? 3                                the exit code, when it is not 0

    & assay twin --port 0 --port-file port    runs beside what follows, ended with the transcript
    @wait-file port                           until the file is there and not empty

A line of stdout that would read as one of these marks is written with a backslash before it. Blank
lines and `#` lines after the output belong to the file, not to the output.
"""

import re
from dataclasses import dataclass, field

# Parts of output that many transcripts know to be volatile; `# replace: <PORT>` names one.
KNOWN_PATTERNS = {
    "<PORT>": r"(?<=127\.0\.0\.1:)\d+|(?<=localhost:)\d+",
    "<MS>": r"\d+(\.\d+)?(?= ?ms\b)",
    "<S>": r"\d+(\.\d+)?(?= ?s\b)",
    "<TIME>": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?",
}

_MARKS = ("$ ", "> ", "! ", "? ", "& ", "@", "#", "\\")


class TranscriptError(Exception):
    """The transcript file itself is malformed."""


@dataclass
class Prose:
    """Comments and blank lines, kept as they are."""

    lines: list


@dataclass
class Command:
    """A command with what it is expected to print; `background` ones are expected nothing of."""

    line: int
    source: list
    background: bool = False
    expected: list = field(default_factory=list)

    @property
    def text(self):
        """What bash is given."""
        return "\n".join(line[2:] for line in self.source)


@dataclass
class WaitFile:
    """`@wait-file PATH`."""

    line: int
    path: str


@dataclass
class Transcript:
    """A parsed file: `steps` in order, `replacements` as (name, pattern)."""

    steps: list
    replacements: list


def output_lines(stdout, stderr, exit_code):
    """What a command did, in the lines a transcript holds."""
    lines = []
    for line in _split(stdout):
        lines.append("\\" + line if line.startswith(_MARKS) or line == "!" else line)
    lines.extend(("! " + line).rstrip(" ") if not line else "! " + line for line in _split(stderr))
    while lines and not lines[-1].strip():
        lines.pop()
    if exit_code != 0:
        lines.append(f"? {exit_code}")
    return lines


def _split(text):
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def parse(text):
    """The Transcript of a file's text, or a TranscriptError that names the line."""
    steps = []
    replacements = []
    for number, line in enumerate(_split(text), 1):
        last = steps[-1] if steps else None
        if line.startswith(("$ ", "& ")):
            steps.append(Command(number, [line], background=line[0] == "&"))
        elif line.startswith("> "):
            if not isinstance(last, Command) or last.expected:
                raise TranscriptError(f"line {number}: '>' continues no command")
            last.source.append(line)
        elif line.startswith("@"):
            steps.append(_directive(number, line))
        elif line.startswith("#") or (not line and not _in_output(steps)):
            replacements.extend(_replacement(number, line))
            _add_prose(steps, line)
        else:
            if not _in_output(steps):
                raise TranscriptError(f"line {number}: output without a command: '{line}'")
            last.expected.append(line)
    _give_blank_ends_to_prose(steps)
    return Transcript(steps, replacements)


def _in_output(steps):
    return bool(steps) and isinstance(steps[-1], Command) and not steps[-1].background


def _directive(number, line):
    match = re.fullmatch(r"@wait-file\s+(\S+)", line)
    if match is None:
        raise TranscriptError(f"line {number}: expected '@wait-file PATH', found '{line}'")
    return WaitFile(number, match.group(1))


def _replacement(number, line):
    match = re.match(r"#\s*replace:\s*(<[^>]+>)\s*(?:=\s*(.+?)\s*)?$", line)
    if match is None:
        if re.match(r"#\s*replace:", line):
            raise TranscriptError(f"line {number}: expected '# replace: <NAME> = PATTERN'")
        return []
    name, pattern = match.groups()
    pattern = pattern or KNOWN_PATTERNS.get(name)
    if pattern is None:
        raise TranscriptError(f"line {number}: {name} needs a pattern; known without one are "
                              f"{', '.join(KNOWN_PATTERNS)}")
    try:
        return [(name, re.compile(pattern, re.MULTILINE))]
    except re.error as error:
        raise TranscriptError(f"line {number}: '{pattern}' is no regular expression: {error}")


def _add_prose(steps, line):
    if not steps or not isinstance(steps[-1], Prose):
        steps.append(Prose([]))
    steps[-1].lines.append(line)


def _give_blank_ends_to_prose(steps):
    """Blank lines between a command's output and what follows separate; they are no output."""
    position = 0
    while position < len(steps):
        step = steps[position]
        blanks = []
        if isinstance(step, Command):
            while step.expected and not step.expected[-1].strip():
                blanks.append(step.expected.pop())
        if blanks:
            following = steps[position + 1] if position + 1 < len(steps) else None
            if isinstance(following, Prose):
                following.lines[:0] = blanks
            else:
                steps.insert(position + 1, Prose(blanks))
        position += 1


def render(steps):
    """The file's text; the inverse of parse."""
    lines = []
    for step in steps:
        if isinstance(step, Prose):
            lines.extend(step.lines)
        elif isinstance(step, WaitFile):
            lines.append(f"@wait-file {step.path}")
        else:
            lines.extend(step.source)
            lines.extend(step.expected)
    return "\n".join(lines) + "\n"
