"""Measures the finished family and writes the figures into the model card.

    python3 card.py --bin DIR --work build

DIR holds llama-server and llama-quantize. The card's tables stand between marks such as
`<!-- accuracy -->` and `<!-- end -->`; everything outside those is written by hand. Figures are
kept in the work folder, so that a broken-off run does not start again from nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
from pathlib import Path

import cases
import evaluate
from family import FAMILY

HERE = Path(__file__).parent
MODELS = HERE.parent
FRESH = 40
GREEDY = {"temperature": 0.0, "max_tokens": 96}
HOT = {"temperature": 1.5, "max_tokens": 96}
UNTRUNCATED = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}


def fresh_cases(held: bool) -> list[dict]:
    """New cases from one side of the split."""
    cases.HELD = held
    return [
        case for kind in cases.KINDS
        for case in cases.build(kind, FRESH, evaluate.FRESH_SEED)
    ]


def quantizations(width: int) -> tuple[str, ...]:
    """K-quants need rows of 256; the narrow models take the older 32-wide formats."""
    return ("Q8_0", "Q4_K_M", "Q2_K") if width % 256 == 0 else ("Q8_0", "Q4_0")


class Bench:
    """Measures models with one llama-server program and remembers what it has measured."""

    def __init__(self, programs: Path, work: Path):
        self.programs, self.work = programs, work
        self.memory_file = work / "measurements.json"
        self.memory = {}
        if self.memory_file.exists():
            self.memory = json.loads(self.memory_file.read_text(encoding="utf-8"))

    def measure(self, model: Path, chosen: list[dict], sampling: dict) -> dict[str, float]:
        question = json.dumps([chosen, sampling], sort_keys=True).encode("utf-8")
        key = hashlib.sha256(model.read_bytes() + question).hexdigest()
        if key not in self.memory:
            server = str(self.programs / "llama-server")
            self.memory[key] = evaluate.measure(server, model, chosen, sampling)
            self.memory_file.write_text(json.dumps(self.memory, indent=1), encoding="utf-8")
        return self.memory[key]

    def quantize(self, model: Path, kind: str) -> Path:
        target = self.work / f"{model.stem}-{kind}.gguf"
        subprocess.run(
            [self.programs / "llama-quantize", str(model), str(target), kind, "1"], check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        return target


def architecture_table(models: list[Path]) -> str:
    lines = [
        "| | parameters | width | layers | heads (KV) | feed-forward | trained context | bytes |",
        "|---" * 8 + "|",
    ]
    for model in models:
        member, record = FAMILY[model.stem], load_record(model.stem)
        shape = member.shape
        lines.append(
            f"| {member.name} | {record['parameters']:,} | {shape.width} | {shape.layers} "
            f"| {shape.heads} ({shape.kv_heads}) | {shape.hidden} | {member.trained_context} "
            f"| {model.stat().st_size:,} |"
        )
    return "\n".join(lines)


def load_record(name: str) -> dict:
    path = MODELS / "training" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def training_table(models: list[Path]) -> str:
    lines = ["| | stage | tokens | steps | CPU seconds | final losses |", "|---" * 6 + "|"]
    for model in models:
        stages = load_record(model.stem)["stages"]
        for stage in stages:
            losses = ", ".join(f"{rows} {loss:.2f}" for rows, loss in stage["loss"].items())
            lines.append(
                f"| {model.stem} | {stage['stage']} | {stage['tokens']:,} | {stage['steps']:,} "
                f"| {stage['cpu_seconds']:.0f} | {losses} |"
            )
        total, seconds = (sum(s[key] for s in stages) for key in ("tokens", "cpu_seconds"))
        lines.append(f"| {model.stem} | **all** | {total:,} | | {seconds:.0f} | |")
    return "\n".join(lines)


def quantization_table(bench: Bench, models: list[Path], fresh: list[dict]) -> str:
    rows = {}
    for model in models:
        rows[f"{model.stem} f16"] = bench.measure(model, fresh, GREEDY)
        for kind in quantizations(FAMILY[model.stem].shape.width):
            smaller = bench.quantize(model, kind)
            label = f"{model.stem} {kind} ({smaller.stat().st_size // 1000} kB)"
            rows[label] = bench.measure(smaller, fresh, GREEDY)
    return evaluate.markdown(rows)


def temperature_table(bench: Bench, model: Path, fresh: list[dict]) -> str:
    return evaluate.markdown({
        "greedy": bench.measure(model, fresh, GREEDY),
        "1.5, server defaults": bench.measure(model, fresh, HOT),
        "1.5, no truncation": bench.measure(model, fresh, HOT | UNTRUNCATED),
    })


def write_into_card(card: Path, tables: dict[str, str]) -> None:
    text = card.read_text(encoding="utf-8")
    for name, table in tables.items():
        block = f"<!-- {name} -->\n{table}\n<!-- end -->"
        text, count = re.subn(
            rf"<!-- {name} -->.*?<!-- end -->", lambda _: block, text, flags=re.DOTALL
        )
        if count != 1:
            raise SystemExit(f"{card} has no place for the table {name!r}")
    card.write_text(text, encoding="utf-8")


def write_sums(models: list[Path]) -> None:
    lines = [f"{hashlib.sha256(model.read_bytes()).hexdigest()}  {model.name}" for model in models]
    (MODELS / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bin", type=Path, required=True, help="llama.cpp's programs")
    parser.add_argument("--work", type=Path, default=HERE / "build")
    parser.add_argument("--card", type=Path, default=MODELS / "CARD.md")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.bin, arguments.work)
    models = [MODELS / f"{name}.gguf" for name in FAMILY]
    fresh, seen = fresh_cases(held=True), fresh_cases(held=False)
    pack = evaluate.load_pack(evaluate.PACK)
    largest = max(models, key=lambda model: model.stat().st_size)
    write_into_card(arguments.card, {
        "architecture": architecture_table(models),
        "training": training_table(models),
        "accuracy": evaluate.markdown({m.stem: bench.measure(m, fresh, GREEDY) for m in models}),
        "seen": evaluate.markdown({m.stem: bench.measure(m, seen, GREEDY) for m in models}),
        "pack": evaluate.markdown({m.stem: bench.measure(m, pack, GREEDY) for m in models}),
        "quantization": quantization_table(bench, models, fresh),
        "temperature": temperature_table(bench, largest, fresh),
    })
    write_sums(models)


if __name__ == "__main__":
    main()
