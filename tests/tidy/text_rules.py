"""Rules on any file: lines, words, names, sizes, links, machine paths."""

import io
import re
import tokenize

import house
from cpp_text import comments_only, raw_string_lines

CODE = {"cpp", "python", "shell", "cmake"}
# Exact output of programs and data may hold any white space.
_DATA = re.compile(r"^(models/|tests/golden/)|\.(transcript|golden|jsonl|gguf|diff)$|(^|/)LICENSE$")
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_FILE_NAME = re.compile(r"[a-z][a-z0-9_]*\.(h|cc|py|sh)$|__init__\.py$")


def size(file):
    """Nothing heavy is committed."""
    found = file.on_disk.stat().st_size
    if found > house.FILE_BYTES_MOST:
        yield file.finding(0, "size", f"{found} bytes, at most {house.FILE_BYTES_MOST} are allowed")


def length(file):
    """Code past the limit is two files."""
    if file.kind in CODE and len(file.lines) - 1 > house.FILE_LINES_MOST:
        yield file.finding(0, "length", f"{len(file.lines) - 1} lines, at most "
                           f"{house.FILE_LINES_MOST} are allowed")


def columns(file):
    """Lines fit a reader's window, but for raw strings and single words that nobody can break."""
    if file.kind not in CODE - {"cmake"}:
        return
    exempt = raw_string_lines(file.text) if file.kind == "cpp" else set()
    for number, line in enumerate(file.lines, 1):
        if len(line) <= house.LINE_COLUMNS or number in exempt:
            continue
        if max(map(len, line.split())) < house.WORD_COLUMNS:
            yield file.finding(number, "columns", f"{len(line)} columns, at most "
                               f"{house.LINE_COLUMNS} are allowed")


def white_space(file):
    """No trailing white space, no tabs in code, no CR, exactly one newline at the end."""
    if _DATA.search(file.path) or file.is_under(house.CORPORA) or not file.data:
        return
    for number, line in enumerate(file.lines, 1):
        if line != line.rstrip():
            yield file.finding(number, "white-space", "trailing white space")
        if "\t" in line and file.kind in {"cpp", "python", "cmake"}:
            yield file.finding(number, "white-space", "a tab")
    if not file.text.endswith("\n") or file.text.endswith("\n\n"):
        yield file.finding(len(file.lines), "white-space", "expected one newline at the end")


def _comments(file):
    """(line, text) of the comments of a code file."""
    if file.kind == "cpp":
        yield from enumerate(comments_only(file.text).split("\n"), 1)
    elif file.kind == "python":
        for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
    else:
        for number, line in enumerate(file.lines, 1):
            comment = re.search(r"(^|\s)#.*", line)
            if comment:
                yield number, comment.group()


def banned_words(file):
    """Comments explain what is, not what somebody will do one day."""
    if file.kind not in CODE:
        return
    for number, comment in _comments(file):
        for pattern in house.BANNED_IN_COMMENTS:
            match = pattern.search(comment)
            if match:
                yield file.finding(number, "words", f"'{match.group()}' in a comment; do it, or "
                                   "file an issue")


def names(file):
    """Code files are snake_case, and say what they hold."""
    if not file.is_under("src", "apps", "tests", "tools", "models", "web"):
        return
    if file.suffix in {".h", ".cc", ".py", ".sh"} and not _FILE_NAME.match(file.name):
        yield file.finding(0, "names", "expected a snake_case name")
    for part in re.split(r"[/_.]", file.path):
        if part in house.BANNED_NAME_PARTS:
            yield file.finding(0, "names", f"'{part}' says nothing about what it holds")


def links(file):
    """Relative links in Markdown lead somewhere."""
    if file.kind != "markdown":
        return
    text = _FENCE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), file.text)
    for match in _LINK.finditer(text):
        target = match.group(1)
        path = target.split("#", 1)[0]
        if not path or re.match(r"[a-z][a-z0-9+.-]*:", target):
            continue
        if not (file.on_disk.parent / path).exists():
            line = text.count("\n", 0, match.start()) + 1
            yield file.finding(line, "links", f"'{target}' leads nowhere")


def machine_paths(file):
    """Nothing committed depends on, or tells of, one particular machine."""
    if file.name == "LICENSE":
        return
    for number, line in enumerate(file.lines, 1):
        for pattern, what in ((house.MACHINE_PATHS, "a path of one machine"),
                              (house.REGISTRY_HOSTS, "a package registry's host")):
            match = pattern.search(line)
            if match:
                yield file.finding(number, "machine", f"'{match.group()}' is {what}")


RULES = [length, columns, white_space, banned_words, names, links, machine_paths]
