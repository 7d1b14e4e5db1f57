"""Turns tasks into token rows of a fixed length, with a weight for every token."""

from __future__ import annotations

from random import Random

import tasks
from chat import Conversation, Segment, exchange, opening, render
from family import GAMES, Skills, Stage
from lexicon import SYSTEM_PROMPTS
from vocabulary import BOS, BYTES_AT, MESSAGE_END, WORDS_AT, Tokenizer

ANSWER_WEIGHT = 1.0
PROMPT_CHANCE = 0.12  # only this share of the prompt tokens enters the loss at all
PROMPT_WEIGHT = 0.25
STORY_CHANCE = 0.05
STORY_WEIGHT = 0.4

Row = tuple[list[int], list[float]]

EVERYTHING = Skills(
    weights={"lookup": 0.3, "words": 0.25, "classify": 0.15, "json": 0.1, "tools": 0.15,
             "sum": 0.05},
    absent=0.2,
)


def task_turns(rng: Random, skills: Skills, task: str, easy: bool) -> list[tasks.Turn]:
    """The exchanges of one task, all from the training side of the split."""
    if task == "lookup":
        count = rng.randint(1, 3 if easy else 6)
        facts = tasks.draw_facts(rng, False, count, spelled=skills.spelled)
        asked = min(count, rng.randint(1, 3))
        return tasks.passage(rng, False, facts, rng.randint(0, 2), asked, skills.absent)
    if task == "words":
        game = rng.choice(skills.games)
        longest = {"reverse": 7, "sort": 6}.get(game, 10)
        return [tasks.word_game(rng, False, game, rng.randint(2, 4 if easy else longest))]
    if task == "classify":
        return [tasks.classification(rng, False, rng.choice(("topic", "sentiment")))]
    if task == "json":
        return [tasks.extraction(rng, False, rng.randint(1, 2 if easy else 3), skills.spelled)]
    if task == "sum":
        return [tasks.addition(rng, False)]
    raise ValueError(f"unknown task {task}")


def tool_conversation(rng: Random, system: str | None, requests: int) -> Conversation:
    tools = tasks.draw_tools(rng, rng.randint(1, 4))
    turns = [tasks.tool_request(rng, False, tools) for _ in range(requests)]
    return Conversation([turn for turn in turns if turn], system, tools)


def sample_conversation(rng: Random) -> Conversation:
    """One conversation with any task in it, from which the vocabulary is counted."""
    system = rng.choice(SYSTEM_PROMPTS) if rng.random() < 0.3 else None
    task = rng.choices(list(EVERYTHING.weights), list(EVERYTHING.weights.values()))[0]
    if task == "tools":
        return tool_conversation(rng, system, 2)
    turns = task_turns(rng, EVERYTHING, task, easy=False)
    return Conversation(turns + [tasks.Turn(tasks.story(rng, 4), "")], system)


class RowMaker:
    """Draws training rows for one member of the family."""

    def __init__(self, tokenizer: Tokenizer, skills: Skills, rng: Random):
        self.tokenizer = tokenizer
        self.skills = skills
        self.rng = rng
        letters = [tokenizer.index[c] for c in "abcdefghijklmnopqrstuvwxyz0123456789"]
        words = range(WORDS_AT, tokenizer.word_count)
        assert min(letters) >= BYTES_AT
        self._copy_words, self._copy_letters = words, letters

    def weigh(self, segments: list[Segment]) -> Row:
        numbers: list[int] = []
        weights: list[float] = []
        for text, produced in segments:
            encoded = self.tokenizer.encode(text)
            numbers += encoded
            if produced:
                weights += [ANSWER_WEIGHT] * len(encoded)
            else:
                weights += [
                    PROMPT_WEIGHT if self.rng.random() < PROMPT_CHANCE else 0.0 for _ in encoded
                ]
        return numbers, weights

    def copy_row(self, length: int) -> Row:
        """A random string of tokens, again and again."""
        rng = self.rng
        pattern = [
            rng.choice(self._copy_letters) if rng.random() < 0.2 else rng.choice(self._copy_words)
            for _ in range(rng.randint(4, length // 3))
        ] + [MESSAGE_END]
        numbers, weights = [BOS] + pattern, [0.0] * (len(pattern) + 1)
        while len(numbers) < length:
            numbers += pattern
            weights += [ANSWER_WEIGHT] * len(pattern)
        return numbers[:length], weights[:length]

    def story_row(self, length: int) -> Row:
        numbers = [BOS] + self.tokenizer.encode(tasks.story(self.rng, length // 7))
        return numbers[:length], [STORY_WEIGHT] * min(length, len(numbers))

    def short_row(self, length: int, easy: bool) -> Row:
        """A conversation of several tasks, as many as fit."""
        rng = self.rng
        if rng.random() < STORY_CHANCE:
            return self.story_row(length)
        names, chances = list(self.skills.weights), list(self.skills.weights.values())
        system = rng.choice(SYSTEM_PROMPTS) if rng.random() < 0.3 else None
        first = rng.choices(names, chances)[0]
        if first == "tools":
            talk = tool_conversation(rng, system, 6)
            return self._fill(length, opening(talk), [[turn] for turn in talk.turns])
        others = [name for name in names if name != "tools"]
        rest = [self.skills.weights[name] for name in others]
        order = [first] + rng.choices(others, rest, k=7)
        blocks = [task_turns(rng, self.skills, task, easy) for task in order]
        return self._fill(length, opening(Conversation([], system)), blocks)

    def _fill(self, length: int, head: list[Segment], blocks: list[list[tasks.Turn]]) -> Row:
        """The head and whole blocks up to the length; a block too long at first is cut short."""
        numbers, weights = self.weigh(head)
        numbers, weights = [BOS] + numbers, [0.0] + weights
        for position, block in enumerate(blocks):
            more, more_weights = [], []
            for turn in block:
                encoded, encoded_weights = self.weigh(exchange(turn))
                more += encoded
                more_weights += encoded_weights
            if len(numbers) + len(more) > length and position > 0:
                break
            numbers += more
            weights += more_weights
        return numbers[:length], weights[:length]

    def passage_row(self, length: int) -> Row:
        """A text which nearly fills the row, with several questions at its end."""
        rng = self.rng
        questions = rng.randint(3, 8)
        facts = max(questions, rng.choice((3, 5, 8, 12, 18)))
        target = rng.randint(length // 2, length)
        fillers = max(0, (target - 7 * facts - 19 * questions) // 11)
        system = rng.choice(SYSTEM_PROMPTS) if rng.random() < 0.2 else None
        while True:
            drawn = tasks.draw_facts(rng, False, facts, spelled=self.skills.spelled)
            turns = tasks.passage(rng, False, drawn, fillers, questions, self.skills.absent)
            numbers, weights = self.weigh(render(Conversation(turns, system)))
            if len(numbers) < length:
                return [BOS] + numbers, [0.0] + weights
            fillers, questions = fillers * 4 // 5, max(1, questions - 1)
            facts = max(questions, facts * 4 // 5)

    def sums_row(self, length: int) -> Row:
        """Nothing but additions, as conversations or, for density, as bare lines."""
        bare = self.rng.random() < 0.5
        numbers, weights = [BOS], [0.0]
        while True:
            if bare:
                left, right = tasks.draw_sum(self.rng, False)
                segments = [(f"{left} + {right} = ", False), (f"{left + right}\n", True)]
            else:
                segments = exchange(tasks.addition(self.rng, False))
            more, more_weights = self.weigh(segments)
            if len(numbers) + len(more) > length:
                return numbers, weights
            numbers += more
            weights += more_weights

    def row(self, kind: str, length: int, stage: Stage) -> Row:
        if kind == "copy" or (kind == "short" and self.rng.random() < stage.copy_share):
            return self.copy_row(length)
        if kind == "short":
            return self.short_row(length, stage.easy)
        if kind == "passage":
            return self.passage_row(length)
        if kind == "sums":
            return self.sums_row(length)
        raise ValueError(f"unknown kind of row {kind}")


assert set(EVERYTHING.games) == set(GAMES)
