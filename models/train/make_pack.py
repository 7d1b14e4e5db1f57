"""Writes the shipped task pack from held-out material; the same files at every run.

    python3 make_pack.py ../../examples/packs/deskwork
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cases

SEED = 7
SIZES = {
    "lookup": 10, "many": 8, "passage": 8, "document": 24, "absent": 8, "code": 8, "repeat": 6,
    "uppercase": 8, "reverse": 8, "sort": 8, "topic": 6, "sentiment": 6, "json": 10, "sum": 10,
    "tool": 12,
}
DESCRIPTION = (
    "Small office chores with one right answer each: look things up in texts short and long, say "
    "when it is not there, classify, extract JSON, rearrange words, add, call a tool."
)


def write_pack(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind, count in SIZES.items():
        files.append(f"{kind}.jsonl")
        lines = [json.dumps(case, ensure_ascii=False) for case in cases.build(kind, count, SEED)]
        (folder / files[-1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
    listed = "".join(f'  "{name}",\n' for name in files)
    (folder / "pack.toml").write_text(
        "[pack]\n"
        'name = "deskwork"\n'
        f'description = "{DESCRIPTION}"\n'
        'license = "Apache-2.0"\n'
        f"cases = [\n{listed}]\n",
        encoding="utf-8",
    )
    return sum(SIZES.values())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print(f"{write_pack(folder)} cases in {folder}")


if __name__ == "__main__":
    main()
