"""A word-level tokenizer which llama.cpp loads as a GPT-2 byte-pair one.

A pre-token which is in the vocabulary is one token (the `llama-bpe` pre-tokenizer of llama.cpp
skips the merges for those); any other is spelled in bytes. There is a single merge, because the
file format asks for at least one.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from random import Random

import lexicon as lex

SPECIAL = ["<|bos|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>"]
BOS, END_OF_TEXT, MESSAGE_START, MESSAGE_END, CALL_START, CALL_END = range(len(SPECIAL))
CONTROL_COUNT = 4  # the first four are control tokens, the tool-call marks are ordinary text
BYTES_AT = len(SPECIAL)
WORDS_AT = BYTES_AT + 256
MERGE = ('"', ":")
PADDING_MULTIPLE = 64

_LETTER = r"[^\W\d_]"
_SYMBOL = r"(?:[^\s\w]|_)"
PRE_TOKEN = re.compile(
    r"'(?i:s|t|re|ve|m|ll|d)"
    rf"|(?:[^\r\n\w]|_)?{_LETTER}+"
    r"|\d{1,3}"
    rf"| ?{_SYMBOL}+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_SPECIAL_SPLIT = re.compile("(" + "|".join(re.escape(mark) for mark in SPECIAL) + ")")


def byte_alphabet() -> list[str]:
    """The printable character that stands for each byte value in a GPT-2 vocabulary."""
    printable = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    letters, spare = [], 0x100
    for value in range(256):
        if value in printable:
            letters.append(chr(value))
        else:
            letters.append(chr(spare))
            spare += 1
    return letters


BYTE_LETTERS = byte_alphabet()
BYTE_VALUES = {letter: value for value, letter in enumerate(BYTE_LETTERS)}


def spell(text: str) -> str:
    return "".join(BYTE_LETTERS[value] for value in text.encode("utf-8"))


class Tokenizer:
    """Encodes as llama.cpp does with the exported vocabulary."""

    def __init__(self, tokens: list[str]):
        self.tokens = tokens
        self.index = {token: number for number, token in enumerate(tokens)}
        self._pieces: dict[str, list[int]] = {}

    def _piece(self, text: str) -> list[int]:
        known = self._pieces.get(text)
        if known is None:
            letters = spell(text)
            if letters in self.index:
                known = [self.index[letters]]
            else:
                spelled = letters.replace("".join(MERGE), "\0")
                known = [self.index["".join(MERGE) if c == "\0" else c] for c in spelled]
            self._pieces[text] = known
        return known

    def encode(self, text: str) -> list[int]:
        numbers: list[int] = []
        for part in _SPECIAL_SPLIT.split(text):
            if part in SPECIAL:
                numbers.append(SPECIAL.index(part))
                continue
            for piece in PRE_TOKEN.findall(part):
                numbers.extend(self._piece(piece))
        return numbers

    def decode(self, numbers: list[int]) -> str:
        raw = bytearray()
        for number in numbers:
            token = self.tokens[number]
            if number < BYTES_AT:
                raw += token.encode("utf-8")
            else:
                raw += bytes(BYTE_VALUES[letter] for letter in token)
        return raw.decode("utf-8", errors="replace")

    @property
    def word_count(self) -> int:
        """How many tokens are in use; what follows is padding."""
        return sum(1 for token in self.tokens if not token.startswith("<|unused"))


def build(samples: list[str]) -> Tokenizer:
    """The vocabulary of the word lists and of every pre-token the sample texts have."""
    counts: Counter[str] = Counter()
    named = lex.PEOPLE + lex.CITIES + lex.SONGS
    plain = lex.JOBS + lex.PETS + lex.COLOURS + lex.FOODS + lex.DEVICES + lex.THINGS
    for word in named + plain + [thing.upper() for thing in lex.THINGS]:
        counts[word] = counts[" " + word] = 1000
    for telling in (*lex.TOPICS.values(), *lex.SENTIMENTS.values()):
        counts.update({" " + word: 1000 for word in telling})
    for sample in samples:
        for part in _SPECIAL_SPLIT.split(sample):
            if part not in SPECIAL:
                counts.update(PRE_TOKEN.findall(part))
    counts["".join(MERGE)] += 1000
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    words = [
        spell(text) for text, count in ordered
        if count >= 20 and len(spell(text)) > 1 and not any(c.isdigit() for c in text)
    ]
    tokens = SPECIAL + BYTE_LETTERS + words
    while len(tokens) % PADDING_MULTIPLE:
        tokens.append(f"<|unused{len(tokens)}|>")
    return Tokenizer(tokens)


def from_generators(seed: int = 20, count: int = 8000) -> Tokenizer:
    """The family's vocabulary, the same at every call."""
    from chat import render
    from rows import sample_conversation

    rng = Random(seed)
    texts = []
    for _ in range(count):
        texts.append("".join(text for text, _ in render(sample_conversation(rng))))
    return build(texts)


def load(path: Path) -> Tokenizer:
    return Tokenizer(json.loads(path.read_text(encoding="utf-8")))


def save(tokenizer: Tokenizer, path: Path) -> None:
    path.write_text(json.dumps(tokenizer.tokens, ensure_ascii=False), encoding="utf-8")


def main() -> None:
    """Write the family's vocabulary: python3 vocabulary.py OUTPUT.json"""
    tokenizer = from_generators()
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    save(tokenizer, path)
    print(f"{tokenizer.word_count} tokens in use, {len(tokenizer.tokens)} with padding")


if __name__ == "__main__":
    main()
