"""Checks the exported models against llama-server, where there is one.

    ASSAY_LLAMA_SERVER=/path/to/llama-server python3 -m unittest test_export
"""

from __future__ import annotations

import json
import os
import unittest
from pathlib import Path
from random import Random

import cases
import chat
import rows
import vocabulary
from serve import Server

PROGRAM = os.environ.get("ASSAY_LLAMA_SERVER")
MODEL = Path(__file__).parent.parent / "pebble-xs.gguf"


@unittest.skipUnless(PROGRAM, "ASSAY_LLAMA_SERVER is not set")
@unittest.skipUnless(MODEL.exists(), "the models are not built")
class ExportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(PROGRAM, MODEL).__enter__()
        cls.tokenizer = vocabulary.from_generators()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def conversations(self, count: int) -> list[chat.Conversation]:
        rng = Random(8)
        return [rows.sample_conversation(rng) for _ in range(count)]

    def test_llama_cpp_tokenizes_like_the_trainer(self):
        texts = ['Odd: "x": {"a":1}', "Zażółć 98765 ünïcode 日本 don't\n\n  tail "]
        for conversation in self.conversations(200):
            texts.append("".join(text for text, _ in chat.render(conversation)))
        for text in texts:
            body = {"content": text, "add_special": False, "parse_special": True}
            reply = self.server.post("/tokenize", body)
            self.assertEqual(reply["tokens"], self.tokenizer.encode(text), text)

    def test_the_template_renders_what_was_trained(self):
        for conversation in self.conversations(100):
            messages = []
            if conversation.system:
                messages.append({"role": "system", "content": conversation.system})
            for turn in conversation.turns[:-1]:
                messages += self.as_messages(turn)
            messages.append({"role": "user", "content": conversation.turns[-1].user})
            body = {"messages": messages}
            if conversation.tools:
                body["tools"] = [cases.tool_definition(tool) for tool in conversation.tools]
            prompt = self.server.post("/apply-template", body)["prompt"]
            segments = chat.render(conversation)[:-2]  # without the last answer and its newline
            self.assertEqual(prompt, "".join(text for text, _ in segments))

    def as_messages(self, turn) -> list[dict]:
        user = {"role": "user", "content": turn.user}
        if not turn.answer.startswith("<tool_call>"):
            return [user, {"role": "assistant", "content": turn.answer}]
        call = json.loads(turn.value)
        function = {"name": call["name"], "arguments": json.dumps(call["arguments"])}
        calls = [{"id": "1", "type": "function", "function": function}]
        return [user, {"role": "assistant", "content": None, "tool_calls": calls}]


if __name__ == "__main__":
    unittest.main()
