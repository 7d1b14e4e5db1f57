"""Measures models by kind of task through llama-server's chat interface.

    python3 evaluate.py --server llama-server ../pebble-s.gguf            # the shipped pack
    python3 evaluate.py --server llama-server --fresh 60 ../pebble-*.gguf # other held-out cases

Decoding is greedy unless told otherwise, so the figures do not depend on chance.
"""

from __future__ import annotations

import argparse
import json
import re
import string
import sys
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cases
from serve import Server

HERE = Path(__file__).parent
PACK = HERE.parent.parent / "examples" / "packs" / "deskwork"
FRESH_SEED = 2024


def load_pack(folder: Path) -> list[dict]:
    import tomllib

    files = tomllib.loads((folder / "pack.toml").read_text(encoding="utf-8"))["pack"]["cases"]
    found = []
    for name in files:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        found += [json.loads(line) for line in lines if line.strip()]
    return found


def folded(text: str) -> str:
    text = text.lower().translate(str.maketrans("", "", string.punctuation))
    return " ".join(word for word in text.split() if word not in ("a", "an", "the"))


def calls_match(expect: dict, message: dict) -> bool:
    calls = message.get("tool_calls") or []
    if len(calls) != 1:
        return False
    function = calls[0]["function"]
    try:
        arguments = json.loads(function["arguments"])
    except ValueError:
        return False
    return function["name"] == expect["name"] and arguments == expect["arguments"]


def is_right(case: dict, message: dict) -> bool:
    """The plain reading of each scorer, enough for the deskwork pack."""
    scorer = case["scorer"] if isinstance(case["scorer"], str) else case["scorer"]["type"]
    expect, text = case["expect"], (message.get("content") or "").strip()
    if scorer == "tool_call":
        return calls_match(expect, message)
    if scorer == "exact":
        return text == expect
    if scorer == "normalized":
        return folded(text) == folded(expect)
    if scorer == "contains":
        return str(expect) in text
    if scorer == "regex":
        return re.search(expect, text) is not None
    if scorer == "numeric":
        numbers = re.findall(r"-?\d+(?:\.\d+)?", text)
        return bool(numbers) and float(numbers[-1]) == float(expect)
    if scorer == "json_equal":
        try:
            return json.loads(text) == expect
        except ValueError:
            return False
    raise ValueError(f"unknown scorer {scorer}")


def request_body(case: dict, sampling: dict) -> dict:
    messages = case.get("messages") or [{"role": "user", "content": case["prompt"]}]
    body = {"messages": messages, "cache_prompt": False} | sampling
    if case.get("tools"):
        body["tools"] = case["tools"]
    return body


def answer(server: Server, case: dict, sampling: dict) -> tuple[bool, str]:
    """Whether the model got the case right, and what it said."""
    try:
        reply = server.post("/v1/chat/completions", request_body(case, sampling))
    except urllib.error.HTTPError as error:
        return False, f"HTTP {error.code}: {error.read(200)!r}"
    message = reply["choices"][0]["message"]
    said = message.get("content") or json.dumps(message.get("tool_calls"))
    return is_right(case, message), said


def measure(
    program: str, model: Path, chosen: list[dict], sampling: dict, extra: tuple[str, ...] = (),
    failures: int = 0,
) -> dict[str, float]:
    """Share of right answers by first tag, in per cent, and over all cases as `all`."""
    with Server(program, model, extra=extra) as server, ThreadPoolExecutor(2) as pool:
        marked = [
            (case, sampling | {"seed": number}) for number, case in enumerate(chosen, start=1)
        ]
        results = list(pool.map(lambda item: answer(server, *item), marked))
    by_kind: dict[str, list[bool]] = {}
    for case, (right, said) in zip(chosen, results):
        by_kind.setdefault(case["tags"][0], []).append(right)
        if not right and failures > 0:
            failures -= 1
            print(f"  {case['id']}: wanted {case['expect']!r}, got {said!r}", file=sys.stderr)
    table = {kind: 100 * sum(marks) / len(marks) for kind, marks in by_kind.items()}
    table["all"] = 100 * sum(right for right, _ in results) / len(results)
    return table


def markdown(rows: dict[str, dict[str, float]]) -> str:
    """A table with one line for each measurement."""
    kinds = list(next(iter(rows.values())))
    lines = ["| | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 1) + "|"]
    for name, table in rows.items():
        cells = " | ".join(f"{table[kind]:.0f}" for kind in kinds)
        lines.append(f"| {name} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--server", default="llama-server", help="the llama-server program")
    parser.add_argument("--pack", type=Path, default=PACK)
    parser.add_argument("--fresh", type=int, help="so many new held-out cases of each kind")
    parser.add_argument("--seen", action="store_true",
                        help="make the new cases of the facts and pairs training did use")
    parser.add_argument("--temperature", type=float, default=0.0)
    parser.add_argument("--untruncated", action="store_true", help="top_k 0, top_p 1, min_p 0")
    parser.add_argument("--max-tokens", type=int, default=96)
    parser.add_argument("--failures", type=int, default=0, help="show so many wrong answers")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    arguments = parser.parse_args()
    cases.HELD = not arguments.seen
    if arguments.fresh:
        chosen = [
            case for kind in cases.KINDS
            for case in cases.build(kind, arguments.fresh, FRESH_SEED)
        ]
    else:
        chosen = load_pack(arguments.pack)
    sampling = {"temperature": arguments.temperature, "max_tokens": arguments.max_tokens}
    if arguments.untruncated:
        sampling |= {"top_k": 0, "top_p": 1.0, "min_p": 0.0}
    rows = {
        model.stem: measure(
            arguments.server, model, chosen, sampling, failures=arguments.failures
        )
        for model in arguments.models
    }
    print(markdown(rows))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
