"""Generators of the synthetic office world: texts, questions, word games, sums and tool calls.

Every generator takes a `random.Random` and a flag `held` which names the side of the split
(see split.py) that all its material is drawn from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random

import lexicon as lex
from split import held_out

NOT_SAID = "The text does not say."


@dataclass(frozen=True)
class Relation:
    """One thing a text can say about a person."""

    sentence: str
    question: str
    field: str
    values: tuple[str, ...] | None  # None: any four-digit number


RELATIONS = {
    "city": Relation("{p} lives in {v}.", "Where does {p} live?", "city", tuple(lex.CITIES)),
    "job": Relation("{p} works as a {v}.", "What work does {p} do?", "job", tuple(lex.JOBS)),
    "pet": Relation("{p} keeps a {v}.", "What animal does {p} keep?", "pet", tuple(lex.PETS)),
    "colour": Relation(
        "{p} likes the colour {v}.", "What colour does {p} like?", "colour", tuple(lex.COLOURS)
    ),
    "food": Relation("{p} eats {v}.", "What food does {p} eat?", "food", tuple(lex.FOODS)),
    "code": Relation("The code of {p} is {v}.", "What is the code of {p}?", "code", None),
}


@dataclass(frozen=True)
class Fact:
    person: str
    relation: str
    value: str

    @property
    def key(self) -> str:
        return f"fact|{self.person}|{self.relation}|{self.value}"

    @property
    def sentence(self) -> str:
        return RELATIONS[self.relation].sentence.format(p=self.person, v=self.value)

    @property
    def question(self) -> str:
        return RELATIONS[self.relation].question.format(p=self.person)


@dataclass(frozen=True)
class Turn:
    """A user message with the answer to it; `value` is the part which matters."""

    user: str
    answer: str
    value: str = ""


def invented_name(rng: Random) -> str:
    """A name which is in no word list, so that the models meet spelled-out words."""
    syllables = [rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(2)]
    return ("".join(syllables) + rng.choice("bdklmnrst")).capitalize()


def draw_fact(rng: Random, held: bool, relation: str, person: str) -> Fact | None:
    """A fact about `person` from the wanted side of the split; None if there seems to be none."""
    values = RELATIONS[relation].values
    for _ in range(200):
        value = str(rng.randint(1000, 9999)) if values is None else rng.choice(values)
        fact = Fact(person, relation, value)
        if held_out(fact.key) == held:
            return fact
    return None


def draw_facts(
    rng: Random, held: bool, count: int, relations: tuple[str, ...] = tuple(RELATIONS),
    spelled: float = 0.0,
) -> list[Fact]:
    """Facts no two of which answer the same question; a person may appear in several."""
    facts: list[Fact] = []
    taken: set[tuple[str, str]] = set()
    people = rng.sample(lex.PEOPLE, min(len(lex.PEOPLE), count))
    people = [invented_name(rng) if rng.random() < spelled else person for person in people]
    while len(facts) < count:
        person = rng.choice(people) if rng.random() < 0.4 else people[len(facts) % len(people)]
        relation = rng.choice(relations)
        if (person, relation) in taken:
            continue
        fact = draw_fact(rng, held, relation, person)
        if fact is not None:
            taken.add((person, relation))
            facts.append(fact)
        else:
            people = rng.sample(lex.PEOPLE, len(people))
    return facts


def filler(rng: Random) -> str:
    """A sentence which answers no question."""
    return (
        f"The {rng.choice(lex.QUALITIES)} {rng.choice(lex.THINGS)} {rng.choice(lex.ACTIONS)} "
        f"{rng.choice(lex.PLACES)} the {rng.choice(lex.QUALITIES)} {rng.choice(lex.THINGS)}."
    )


def absent_question(rng: Random, held: bool, facts: list[Fact]) -> str | None:
    """A question the text leaves open, mostly about a person or a relation it does mention."""
    said = {(fact.person, fact.relation) for fact in facts}
    for _ in range(50):
        known = rng.random() < 0.5
        person = rng.choice(facts).person if known else rng.choice(lex.PEOPLE)
        relation = rng.choice(list(RELATIONS))
        if (person, relation) in said or held_out(f"absent|{person}|{relation}") != held:
            continue
        return RELATIONS[relation].question.format(p=person)
    return None


def passage(
    rng: Random, held: bool, facts: list[Fact], fillers: int, questions: int, absent: float
) -> list[Turn]:
    """One text and several questions about it; only the first turn carries the text."""
    sentences = [fact.sentence for fact in facts] + [filler(rng) for _ in range(fillers)]
    rng.shuffle(sentences)
    asked = rng.sample(facts, min(questions, len(facts)))
    turns = []
    for number, fact in enumerate(asked):
        open_question = absent_question(rng, held, facts) if rng.random() < absent else None
        opening = "Read the text. " + " ".join(sentences) + "\n" if number == 0 else ""
        if open_question is not None:
            turns.append(Turn(f"{opening}Question: {open_question}", NOT_SAID, NOT_SAID))
        else:
            turns.append(Turn(f"{opening}Question: {fact.question}", fact.sentence, fact.value))
    return turns


WORD_GAMES = {
    "repeat": ("Repeat the words: ", lambda words: words),
    "uppercase": ("Write in uppercase: ", lambda words: [word.upper() for word in words]),
    "reverse": ("Reverse the words: ", lambda words: words[::-1]),
    "sort": ("Sort the words: ", sorted),
}


def words_key(words: list[str]) -> str:
    return "words|" + " ".join(sorted(words))


def word_game(rng: Random, held: bool, game: str, count: int) -> Turn:
    """Repeat, uppercase, reverse or sort a few words."""
    instruction, change = WORD_GAMES[game]
    while True:
        words = rng.sample(lex.THINGS, count)
        if held_out(words_key(words)) == held:
            break
    answer = " ".join(change(words))
    return Turn(instruction + " ".join(words), answer, answer)


def sum_key(left: int, right: int) -> str:
    return f"sum|{min(left, right)}|{max(left, right)}"


def draw_sum(rng: Random, held: bool, limit: int = 99) -> tuple[int, int]:
    """Two numbers up to `limit`; the split does not depend on their order."""
    while True:
        left, right = rng.randint(0, limit), rng.randint(0, limit)
        if held_out(sum_key(left, right)) == held:
            return left, right


def addition(rng: Random, held: bool, limit: int = 99) -> Turn:
    left, right = draw_sum(rng, held, limit)
    return Turn(f"What is {left} + {right}?", str(left + right), str(left + right))


def classification(rng: Random, held: bool, kind: str) -> Turn:
    """Name the topic or the sentiment of a string of words with one or two telling ones."""
    labels = lex.TOPICS if kind == "topic" else lex.SENTIMENTS
    while True:
        label = rng.choice(list(labels))
        words = [rng.choice(lex.PLAIN_WORDS) for _ in range(rng.randint(3, 8))]
        for _ in range(rng.randint(1, 2)):
            words.insert(rng.randint(0, len(words)), rng.choice(labels[label]))
        text = " ".join(words)
        if held_out(f"{kind}|{text}") == held:
            return Turn(f"Name the {kind}: {text}", label, label)


def extraction(rng: Random, held: bool, count: int, spelled: float = 0.0) -> Turn:
    """Turn one to three sentences about one person into a JSON object."""
    while True:
        person = invented_name(rng) if rng.random() < spelled else rng.choice(lex.PEOPLE)
        relations = rng.sample([name for name in RELATIONS if name != "code"], count)
        facts = [draw_fact(rng, held, relation, person) for relation in relations]
        found = [fact for fact in facts if fact is not None]
        if len(found) == count:
            break
    record = {"name": person} | {RELATIONS[f.relation].field: f.value for f in found}
    answer = json.dumps(record)
    return Turn("Extract as JSON: " + " ".join(f.sentence for f in found), answer, answer)


@dataclass(frozen=True)
class ToolKind:
    """One thing a tool can do, with the names such a function and its argument may have."""

    functions: tuple[str, ...]
    arguments: tuple[str, ...]
    requests: tuple[str, ...]
    values: tuple[str, ...]
    about: str


TOOL_KINDS = {
    "weather": ToolKind(
        ("get_weather", "weather_report", "fetch_forecast"), ("city", "location", "place"),
        ("What is the weather in {v}?", "Tell me the forecast for {v}."),
        tuple(lex.CITIES), "The weather in a city",
    ),
    "call": ToolKind(
        ("call_person", "phone_contact", "dial_number"), ("person", "contact", "name"),
        ("Please call {v}.", "Phone {v} now."), tuple(lex.PEOPLE), "Place a phone call",
    ),
    "alarm": ToolKind(
        ("set_alarm", "create_alarm", "add_reminder"), ("hour", "time", "at"),
        ("Wake me at {v}.", "Set an alarm for {v}."),
        tuple(str(hour) for hour in range(1, 24)), "Set an alarm",
    ),
    "song": ToolKind(
        ("play_song", "start_music", "queue_track"), ("song", "title", "track"),
        ("Play {v} please.", "I want to hear {v}."), tuple(lex.SONGS), "Play a song",
    ),
    "device": ToolKind(
        ("turn_on", "switch_on", "power_up"), ("device", "target", "unit"),
        ("Turn on the {v}.", "Switch on the {v} please."), tuple(lex.DEVICES),
        "Switch a device on",
    ),
    "order": ToolKind(
        ("order_food", "buy_meal", "request_delivery"), ("dish", "meal", "item"),
        ("Order {v} for me.", "I would like to order {v}."), tuple(lex.FOODS), "Order a meal",
    ),
}


@dataclass(frozen=True)
class Tool:
    kind: str
    function: str
    argument: str


def draw_tools(rng: Random, count: int) -> list[Tool]:
    kinds = rng.sample(list(TOOL_KINDS), count)
    return [
        Tool(kind, rng.choice(TOOL_KINDS[kind].functions), rng.choice(TOOL_KINDS[kind].arguments))
        for kind in kinds
    ]


def tool_line(tools: list[Tool]) -> str:
    """How the chat template shows the tools to the model."""
    return "Tools: " + ", ".join(f"{tool.function}({tool.argument})" for tool in tools)


def tool_key(kind: str, value: str) -> str:
    return f"tool|{kind}|{value}"


def tool_request(rng: Random, held: bool, tools: list[Tool]) -> Turn | None:
    """A request for one of `tools`; None if the split leaves none of them a value."""
    for _ in range(300):
        tool = rng.choice(tools)
        kind = TOOL_KINDS[tool.kind]
        value = rng.choice(kind.values)
        if held_out(tool_key(tool.kind, value)) == held:
            call = json.dumps({"name": tool.function, "arguments": {tool.argument: value}})
            answer = f"<tool_call>\n{call}\n</tool_call>"
            return Turn(rng.choice(kind.requests).format(v=value), answer, call)
    return None


def story(rng: Random, sentences: int) -> str:
    """Plain prose with recaps, so that perplexity means something."""
    told: list[str] = []
    out = []
    for _ in range(sentences):
        choice = rng.random()
        if told and choice < 0.35:
            out.append("Remember: " + rng.choice(told))
        elif choice < 0.75:
            told.append(draw_facts(rng, False, 1)[0].sentence)
            out.append(told[-1])
        else:
            out.append(filler(rng))
    return " ".join(out)
