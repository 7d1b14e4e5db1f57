"""Splits C++ text into code and comments without understanding C++.

Both come back with the original line structure, so that a match's line is the file's line.
"""

import re

_PIECES = re.compile(
    r'(?P<line_comment>//[^\n]*)'
    r'|(?P<block_comment>/\*.*?(?:\*/|\Z))'
    r'|(?P<raw>\bR"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)")'
    r'|(?P<include>^[ \t]*#[ \t]*include[^\n]*)'
    r'|(?P<string>"(?:[^"\\\n]|\\.)*")'
    r"|(?P<character>(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)+')",
    re.DOTALL | re.MULTILINE)

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', re.MULTILINE)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def code_only(text):
    """The text with comments, string contents and character literals blanked."""
    def keep(match):
        if match.lastgroup == "include" or match.group("include"):
            return match.group()
        if match.group("string") or match.group("raw"):
            inside = match.group()
            return '"' + _blank(inside[1:-1]) + '"'
        return _blank(match.group())
    return _PIECES.sub(keep, text)


def comments_only(text):
    """The text with everything but comments blanked."""
    kept = []
    position = 0
    for match in _PIECES.finditer(text):
        is_comment = match.group("line_comment") or match.group("block_comment")
        kept.append(_blank(text[position:match.start()]))
        kept.append(match.group() if is_comment else _blank(match.group()))
        position = match.end()
    kept.append(_blank(text[position:]))
    return "".join(kept)


def raw_string_lines(text):
    """The numbers of the lines that lie wholly or partly inside a raw string literal."""
    lines = set()
    for match in _PIECES.finditer(text):
        if match.group("raw"):
            first = text.count("\n", 0, match.start()) + 1
            lines.update(range(first, first + match.group().count("\n") + 1))
    return lines


def includes(text):
    """(line, header) of every #include."""
    return [(text.count("\n", 0, match.start()) + 1, match.group(1))
            for match in _INCLUDE.finditer(text)]
