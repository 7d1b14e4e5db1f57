"""Checks that training repeats itself exactly and only ever looks back; skipped without torch."""

from __future__ import annotations

import unittest
from dataclasses import replace

import vocabulary
from family import FAMILY

try:
    import torch
    from train import Trainer
except ImportError:
    torch = None


@unittest.skipIf(torch is None, "torch is not installed")
class TrainingTest(unittest.TestCase):
    def trained(self, name: str) -> dict:
        """The weights after a few steps of every stage."""
        trainer = Trainer(FAMILY[name], vocabulary.from_generators())
        for stage in trainer.member.stages:
            shorter = tuple(replace(feed, tokens=512) for feed in stage.feeds)
            trainer.run_stage(replace(stage, tokens=2000, feeds=shorter))
        return trainer.model.state_dict()

    def test_two_runs_give_the_same_weights(self):
        for name in ("pebble-xs", "pebble-m"):
            first, second = self.trained(name), self.trained(name)
            for key, weight in first.items():
                self.assertTrue(torch.equal(weight, second[key]), f"{name}: {key}")

    def test_a_token_does_not_see_what_follows(self):
        tokenizer = vocabulary.from_generators()
        model = Trainer(FAMILY["pebble-s"], tokenizer).model
        numbers = torch.arange(300, 320).reshape(1, 20)
        changed = numbers.clone()
        changed[0, 10:] = 400
        with torch.no_grad():
            before, after = model.hidden(numbers), model.hidden(changed)
        self.assertTrue(torch.allclose(before[0, :10], after[0, :10]))
        self.assertFalse(torch.allclose(before[0, 10:], after[0, 10:]))


if __name__ == "__main__":
    unittest.main()
