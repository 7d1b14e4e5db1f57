"""Tests of the recipe which need neither torch nor llama.cpp: python3 -m unittest test_recipe"""

from __future__ import annotations

import json
import re
import tempfile
import unittest
from pathlib import Path
from random import Random

import chat
import lexicon as lex
import make_pack
import rows
import tasks
import vocabulary
from evaluate import is_right, load_pack
from family import FAMILY
from split import held_out

FACT_PATTERNS = {
    "city": r"(\w+) lives in (\w+)\.",
    "job": r"(\w+) works as a (\w+)\.",
    "pet": r"(\w+) keeps a (\w+)\.",
    "colour": r"(\w+) likes the colour (\w+)\.",
    "food": r"(\w+) eats (\w+)\.",
    "code": r"The code of (\w+) is (\d+)\.",
}
QUESTION_PATTERNS = {
    "city": r"Where does (\w+) live\?",
    "job": r"What work does (\w+) do\?",
    "pet": r"What animal does (\w+) keep\?",
    "colour": r"What colour does (\w+) like\?",
    "food": r"What food does (\w+) eat\?",
    "code": r"What is the code of (\w+)\?",
}
TOOL_HINTS = {
    "weather": r"What is the weather in (\w+)\?|Tell me the forecast for (\w+)\.",
    "call": r"Please call (\w+)\.|Phone (\w+) now\.",
    "alarm": r"Wake me at (\d+)\.|Set an alarm for (\d+)\.",
    "song": r"Play (\w+) please\.|I want to hear (\w+)\.",
    "device": r"Turn on the (\w+)\.|Switch on the (\w+) please\.",
    "order": r"Order (\w+) for me\.|I would like to order (\w+)\.",
}


def facts_in(text: str) -> list[tuple[str, str, str]]:
    """Person, relation and value of every fact, read back from the text."""
    return [
        (person, relation, value)
        for relation, pattern in FACT_PATTERNS.items()
        for person, value in re.findall(pattern, text)
    ]


def keys_in(text: str) -> set[str]:
    """The split's keys for everything in a text, found without the generators."""
    keys = {f"fact|{person}|{relation}|{value}" for person, relation, value in facts_in(text)}
    for left, right in re.findall(r"(\d+) \+ (\d+)", text):
        low, high = sorted((int(left), int(right)))
        keys.add(f"sum|{low}|{high}")
    for words in re.findall(r"(?:words|uppercase): ([a-z ]+)", text):
        keys.add("words|" + " ".join(sorted(words.split())))
    for kind, words in re.findall(r"Name the (\w+): ([a-z ]+)", text):
        keys.add(f"{kind}|{words}")
    for kind, pattern in TOOL_HINTS.items():
        for found in re.findall(pattern, text):
            keys.add(f"tool|{kind}|{''.join(found)}")
    return keys


def user_text(case: dict) -> str:
    return case.get("prompt") or case["messages"][-1]["content"]


def pack_cases() -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        make_pack.write_pack(Path(folder))
        return load_pack(Path(folder))


class TokenizerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tokenizer = vocabulary.from_generators()

    def test_round_trip(self):
        texts = ["", "Mira lives in Oslo.", '{"name": "Mira"}', "Zażółć 12345 ünïcode 日本\n\n x"]
        rng = Random(3)
        for _ in range(300):
            texts.append("".join(t for t, _ in chat.render(rows.sample_conversation(rng))))
        for text in texts:
            self.assertEqual(self.tokenizer.decode(self.tokenizer.encode(text)), text)

    def test_known_words_are_one_token_and_others_are_spelled(self):
        self.assertEqual(len(self.tokenizer.encode(" Oslo")), 1)
        self.assertEqual(len(self.tokenizer.encode("APPLE")), 1)
        self.assertEqual(len(self.tokenizer.encode("zqxv")), 4)
        self.assertEqual(len(self.tokenizer.encode("123")), 3)

    def test_special_marks_are_one_token(self):
        numbers = self.tokenizer.encode("<|im_start|>user\n")
        self.assertEqual(numbers[0], vocabulary.MESSAGE_START)

    def test_size_is_padded_for_quantization(self):
        self.assertEqual(len(self.tokenizer.tokens) % vocabulary.PADDING_MULTIPLE, 0)
        self.assertEqual(len(set(self.tokenizer.tokens)), len(self.tokenizer.tokens))


class SplitTest(unittest.TestCase):
    def test_about_a_tenth_is_held_out(self):
        share = sum(held_out(str(number)) for number in range(5000)) / 5000
        self.assertTrue(0.08 < share < 0.12, share)

    def test_training_rows_never_show_a_held_out_key(self):
        tokenizer = vocabulary.from_generators()
        seen = 0
        for member in FAMILY.values():
            maker = rows.RowMaker(tokenizer, member.skills, Random(member.seed))
            for kind in ("short", "passage", "sums"):
                for _ in range(120):
                    numbers, _ = maker.row(kind, 256, member.stages[-1])
                    # A row cut at its end may break a number or a word: drop the last sentence.
                    text = tokenizer.decode(numbers).rpartition("<|im_start|>")[0]
                    for key in keys_in(text):
                        seen += 1
                        self.assertFalse(held_out(key), key)
        self.assertGreater(seen, 3000)

    def test_every_key_of_the_pack_is_held_out(self):
        for case in pack_cases():
            keys = keys_in(user_text(case))
            for key in keys:
                self.assertTrue(held_out(key), f"{case['id']}: {key}")
            if case["tags"] != ["absent"]:
                self.assertTrue(keys, case["id"])


class CaseTest(unittest.TestCase):
    """Every expected answer is worked out again from the prompt alone."""

    @classmethod
    def setUpClass(cls):
        cls.cases = pack_cases()

    def of(self, *kinds: str) -> list[dict]:
        found = [case for case in self.cases if case["tags"][0] in kinds]
        self.assertTrue(found)
        return found

    def asked(self, case: dict) -> tuple[list[str], list[str]]:
        """The values the text gives for the question, and all values in the text."""
        text, _, question = user_text(case).partition("\nQuestion: ")
        for relation, pattern in QUESTION_PATTERNS.items():
            match = re.fullmatch(pattern, question)
            if match:
                facts = facts_in(text)
                right = [v for p, r, v in facts if (p, r) == (match.group(1), relation)]
                return right, [v for _, _, v in facts]
        self.fail(question)

    def test_lookups(self):
        for case in self.of("lookup", "many", "passage"):
            right, values = self.asked(case)
            self.assertEqual(right, [case["expect"]], case["id"])
            self.assertEqual(values.count(case["expect"]), 1, case["id"])

    def test_codes(self):
        for case in self.of("code"):
            right, _ = self.asked(case)
            self.assertEqual(len(right), 1)
            self.assertRegex(f"The code is {right[0]}.", case["expect"])
            self.assertNotRegex(f"1{right[0]}", case["expect"])

    def test_absent_facts_are_absent(self):
        for case in self.of("absent"):
            right, _ = self.asked(case)
            self.assertEqual(right, [], case["id"])

    def test_word_games(self):
        for case in self.of("repeat", "uppercase", "reverse", "sort"):
            words = user_text(case).partition(": ")[2].split()
            answer = {
                "repeat": words, "uppercase": [w.upper() for w in words],
                "reverse": list(reversed(words)), "sort": sorted(words),
            }[case["tags"][0]]
            self.assertEqual(case["expect"].split(), answer, case["id"])

    def test_labels(self):
        for case in self.of("topic", "sentiment"):
            labels = lex.TOPICS if case["tags"] == ["topic"] else lex.SENTIMENTS
            words = user_text(case).partition(": ")[2].split()
            fitting = {label for label, telling in labels.items() if set(telling) & set(words)}
            self.assertEqual(fitting, {case["expect"]}, case["id"])

    def test_sums(self):
        for case in self.of("sum"):
            left, right = map(int, re.findall(r"\d+", user_text(case)))
            self.assertEqual(case["expect"], left + right)

    def test_extractions(self):
        for case in self.of("json"):
            facts = facts_in(user_text(case))
            record = {"name": facts[0][0]} | {relation: value for _, relation, value in facts}
            self.assertEqual(case["expect"], record, case["id"])

    def test_tool_calls(self):
        for case in self.of("tool"):
            functions = {tool["function"]["name"]: tool["function"] for tool in case["tools"]}
            chosen = functions[case["expect"]["name"]]
            arguments = case["expect"]["arguments"]
            self.assertEqual(list(arguments), chosen["parameters"]["required"])
            kind = next(k for k, v in tasks.TOOL_KINDS.items() if chosen["name"] in v.functions)
            groups = re.fullmatch(TOOL_HINTS[kind], user_text(case)).groups()
            self.assertIn(next(iter(arguments.values())), groups)


class PackTest(unittest.TestCase):
    def test_shape_of_the_pack(self):
        found = pack_cases()
        self.assertGreaterEqual(len(found), 72)
        self.assertEqual(len({case["id"] for case in found}), len(found))
        self.assertEqual({case["tier"] for case in found}, {1, 2, 3})
        self.assertGreaterEqual(len({case["tags"][0] for case in found}), 6)

    def test_shipped_pack_is_the_generated_one(self):
        shipped = Path(__file__).parents[2] / "examples" / "packs" / "deskwork"
        with tempfile.TemporaryDirectory() as folder:
            make_pack.write_pack(Path(folder))
            for path in Path(folder).iterdir():
                self.assertEqual(path.read_bytes(), (shipped / path.name).read_bytes(), path.name)

    def test_a_quarter_of_the_answers_need_more_than_eight_tokens(self):
        tokenizer = vocabulary.from_generators()
        long = 0
        for case in pack_cases():
            expect = case["expect"]
            text = expect if isinstance(expect, str) else json.dumps(expect)
            if case["tags"] == ["code"]:
                text = "The code of Mira is 1234."
            long += len(tokenizer.encode(text)) > 8
        self.assertGreater(long / len(pack_cases()), 0.25)


class ScoringTest(unittest.TestCase):
    def test_scorers(self):
        def right(scorer, expect, said):
            case = {"scorer": scorer, "expect": expect}
            return is_right(case, {"content": said})

        self.assertTrue(right("contains", "Oslo", "Mira lives in Oslo."))
        self.assertTrue(right("normalized", "The text does not say.", "text does not say"))
        self.assertFalse(right("exact", "APPLE", "apple"))
        self.assertTrue(right({"type": "numeric"}, 82, "82"))
        self.assertFalse(right({"type": "numeric"}, 82, "no idea"))
        self.assertTrue(right("json_equal", {"a": 1, "b": 2}, '{"b": 2, "a": 1}'))
        self.assertTrue(right({"type": "regex"}, "(^|[^0-9])12([^0-9]|$)", "is 12."))


if __name__ == "__main__":
    unittest.main()
