"""Test cases in the task pack's format, drawn from the held-out side of the split."""

from __future__ import annotations

import json
from random import Random
from typing import Callable

import lexicon as lex
import tasks

Case = dict  # prompt or messages, expect, scorer; id, tier and tags are added by `build`

HELD = True  # evaluate.py --seen looks at the other side instead

WORD_COUNTS = {
    "repeat": (4, 9, 10),
    "uppercase": (3, 9, 10),
    "reverse": (3, 5, 7),
    "sort": (3, 4, 6),
}


def ask(rng: Random, prompt: str, system_chance: float = 0.2) -> Case:
    """A user message, now and then with a system message before it."""
    if rng.random() >= system_chance:
        return {"prompt": prompt}
    return {
        "messages": [
            {"role": "system", "content": rng.choice(lex.SYSTEM_PROMPTS)},
            {"role": "user", "content": prompt},
        ]
    }


def question_about_text(
    rng: Random, facts: int, fillers: int, wanted: Callable[[tasks.Fact], bool]
) -> tuple[str, tasks.Fact]:
    """A text and a question on it whose answer appears in one sentence only."""
    while True:
        drawn = tasks.draw_facts(rng, HELD, facts)
        values = [fact.value for fact in drawn]
        usable = [fact for fact in drawn if wanted(fact) and values.count(fact.value) == 1]
        if usable:
            break
    asked = rng.choice(usable)
    sentences = [fact.sentence for fact in drawn]
    sentences += [tasks.filler(rng) for _ in range(fillers)]
    rng.shuffle(sentences)
    return f"Read the text. {' '.join(sentences)}\nQuestion: {asked.question}", asked


def _found(rng: Random, facts: int, fillers: int) -> Case:
    prompt, asked = question_about_text(rng, facts, fillers, lambda f: f.relation != "code")
    return ask(rng, prompt) | {"expect": asked.value, "scorer": "contains"}


def lookup(rng: Random, tier: int) -> Case:
    return _found(rng, facts=2 * tier, fillers=tier - 1)


def many(rng: Random, tier: int) -> Case:
    return _found(rng, facts=8 + 2 * tier, fillers=2)


def passage(rng: Random, tier: int) -> Case:
    return _found(rng, facts=4, fillers=8 + 8 * tier)


def document(rng: Random, tier: int) -> Case:
    """A page of about 450, 600 or 750 tokens: at and past the length pebble-m was trained to."""
    return _found(rng, facts=4, fillers=24 + 14 * tier)


def code(rng: Random, tier: int) -> Case:
    prompt, asked = question_about_text(rng, 2 * tier, 1, lambda f: f.relation == "code")
    pattern = f"(^|[^0-9]){asked.value}([^0-9]|$)"
    return ask(rng, prompt) | {"expect": pattern, "scorer": {"type": "regex"}}


def absent(rng: Random, tier: int) -> Case:
    while True:
        facts = tasks.draw_facts(rng, HELD, 2 * tier)
        question = tasks.absent_question(rng, HELD, facts)
        if question is not None:
            break
    text = " ".join(fact.sentence for fact in facts)
    prompt = f"Read the text. {text}\nQuestion: {question}"
    return ask(rng, prompt) | {"expect": tasks.NOT_SAID, "scorer": "normalized"}


def word_game(game: str, scorer: str) -> Callable[[Random, int], Case]:
    def make(rng: Random, tier: int) -> Case:
        turn = tasks.word_game(rng, HELD, game, WORD_COUNTS[game][tier - 1])
        return ask(rng, turn.user, 0.1) | {"expect": turn.answer, "scorer": scorer}

    return make


def label(kind: str) -> Callable[[Random, int], Case]:
    def make(rng: Random, tier: int) -> Case:
        while True:
            turn = tasks.classification(rng, HELD, kind)
            words = len(turn.user.split()) - 3
            if {1: words <= 6, 2: 6 < words <= 8, 3: words > 8}[tier]:
                return ask(rng, turn.user, 0.1) | {"expect": turn.answer, "scorer": "normalized"}

    return make


def extraction(rng: Random, tier: int) -> Case:
    turn = tasks.extraction(rng, HELD, tier)
    return ask(rng, turn.user, 0.1) | {"expect": json.loads(turn.answer), "scorer": "json_equal"}


def addition(rng: Random, tier: int) -> Case:
    """One digit, then two below fifty, then two where the units carry."""
    while True:
        left, right = tasks.draw_sum(rng, HELD, (9, 49, 99)[tier - 1])
        carries = left % 10 + right % 10 >= 10
        if (tier == 1 or min(left, right) >= 10) and (tier < 3 or carries):
            break
    prompt = f"What is {left} + {right}?"
    return ask(rng, prompt, 0.1) | {
        "expect": left + right, "scorer": {"type": "numeric", "tolerance": 0}
    }


def tool_definition(tool: tasks.Tool) -> dict:
    parameters = {
        "type": "object",
        "properties": {tool.argument: {"type": "string"}},
        "required": [tool.argument],
    }
    about = tasks.TOOL_KINDS[tool.kind].about
    function = {"name": tool.function, "description": about, "parameters": parameters}
    return {"type": "function", "function": function}


def tool_call(rng: Random, tier: int) -> Case:
    while True:
        tools = tasks.draw_tools(rng, tier + 1)
        turn = tasks.tool_request(rng, HELD, tools)
        if turn is not None:
            break
    return ask(rng, turn.user) | {
        "tools": [tool_definition(tool) for tool in tools],
        "expect": json.loads(turn.value),
        "scorer": "tool_call",
    }


KINDS: dict[str, Callable[[Random, int], Case]] = {
    "lookup": lookup,
    "many": many,
    "passage": passage,
    "document": document,
    "absent": absent,
    "code": code,
    "repeat": word_game("repeat", "normalized"),
    "uppercase": word_game("uppercase", "exact"),
    "reverse": word_game("reverse", "normalized"),
    "sort": word_game("sort", "normalized"),
    "topic": label("topic"),
    "sentiment": label("sentiment"),
    "json": extraction,
    "sum": addition,
    "tool": tool_call,
}


def build(kind: str, count: int, seed: int) -> list[Case]:
    """Cases of one kind, the tiers evenly spread and in order.

    No two are the same unless the held-out side has too little: there are but few easy sums.
    """
    rng = Random(f"{seed}:{kind}")
    made: list[Case] = []
    known: set[str] = set()
    while len(made) < count:
        tier = 1 + len(made) * 3 // count
        for _ in range(500):
            body = KINDS[kind](rng, tier)
            mark = json.dumps([body.get("prompt") or body["messages"][-1], body.get("tools")])
            if mark not in known:
                break
        known.add(mark)
        name = f"{kind}-{len(made) + 1:03}"
        made.append({"id": name} | body | {"tier": tier, "tags": [kind]})
    return made
