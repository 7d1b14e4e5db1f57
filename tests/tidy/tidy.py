#!/usr/bin/env python3
"""Checks the house rules over a checkout: tidy.py [ROOT]. Exits 1 when a rule is broken."""

import sys
from pathlib import Path

import build_rules
import house
import source_rules
import text_rules
from tree import list_files


def check(files):
    """Every finding, in the order of the files."""
    findings = []
    for file in files:
        findings.extend(text_rules.size(file))
        if file.text is None:
            continue
        for rule in text_rules.RULES:
            findings.extend(rule(file))
        if file.kind == "cpp":
            for rule in source_rules.RULES:
                findings.extend(rule(file))
    for rule in build_rules.RULES:
        findings.extend(rule(files))
    return sorted(findings, key=lambda finding: (finding.path, finding.line, finding.rule))


def long_files(files):
    """(path, lines) of code files past the length where one should pause."""
    return [(file.path, len(file.lines) - 1) for file in files
            if file.kind in text_rules.CODE
            and house.FILE_LINES_PAUSE < len(file.lines) - 1 <= house.FILE_LINES_MOST]


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    files = list_files(root)
    findings = check(files)
    for finding in findings:
        print(finding)
    for path, lines in long_files(files):
        print(f"note: {path} has {lines} lines; past {house.FILE_LINES_PAUSE}, look for a seam")
    if build_rules.clang_format_missing():
        print(f"skipped: {build_rules.clang_format_missing()}")
    print(f"{len(files)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
