"""Trains one member of the family: fixed seeds, one thread, scheduled by tokens alone.

    python3 train.py pebble-s --work build
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch: results must not depend on the core count
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse  # noqa: E402
import json  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402
from random import Random  # noqa: E402

import torch  # noqa: E402
from torch.nn import functional  # noqa: E402

import vocabulary  # noqa: E402
from architecture import Pebble  # noqa: E402
from family import FAMILY, Feed, Member, Stage  # noqa: E402
from optimizer import Muon, schedule  # noqa: E402
from rows import RowMaker  # noqa: E402

MOVING = 0.95
REPORT_EVERY = 100


class Trainer:
    def __init__(self, member: Member, tokenizer: vocabulary.Tokenizer):
        torch.manual_seed(member.seed)
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
        self.member = member
        self.rng = Random(member.seed)
        self.model = Pebble(member.shape, tokenizer.tokens, member.seed)
        self.maker = RowMaker(tokenizer, member.skills, self.rng)
        matrices = [w for w in self.model.blocks.parameters() if w.dim() == 2]
        chosen = {id(weight) for weight in matrices}
        self.tables = [w for w in self.model.parameters() if id(w) not in chosen]
        self.muon = Muon(matrices)
        self.adam = torch.optim.AdamW(
            self.tables, lr=member.table_rate, betas=(0.9, 0.98), weight_decay=0.0
        )
        self.main_done = 0
        self.cooldown_from = 1.0
        self.steps = 0
        self.started = time.monotonic()
        self.history: list[dict] = []

    def batch(self, feed: Feed, stage: Stage):
        """Token numbers, and the flat positions in the loss with their targets and weights."""
        length = self.rng.choice(feed.lengths)
        numbers = torch.full((max(1, feed.tokens // length), length), vocabulary.END_OF_TEXT)
        positions, targets, weights = [], [], []
        for index in range(numbers.shape[0]):
            row, row_weights = self.maker.row(feed.rows, length, stage)
            numbers[index, : len(row)] = torch.tensor(row)
            for place in range(1, len(row)):
                if row_weights[place] > 0:
                    positions.append(index * (length - 1) + place - 1)
                    targets.append(row[place])
                    weights.append(row_weights[place])
        return numbers, torch.tensor(positions), torch.tensor(targets), torch.tensor(weights)

    def rate_factor(self, stage: Stage, done: int) -> float:
        """Where the schedule is; a cooldown starts from there and falls in a straight line."""
        if stage.cooldown and done > 0:
            return self.cooldown_from * (1 - done / stage.tokens)
        self.cooldown_from = schedule(self.main_done / self.member.planned_tokens, self.steps)
        return self.cooldown_from

    def step(self, stage: Stage, done: int) -> tuple[int, dict[str, float]]:
        """One update from all the stage's feeds; the tokens read and the loss of each feed."""
        for weight in self.model.parameters():
            weight.grad = None
        tokens, losses = 0, {}
        for feed in stage.feeds:
            numbers, positions, targets, weights = self.batch(feed, stage)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = self.model.logits_at(numbers[:, :-1], positions)
            each = functional.cross_entropy(logits.float(), targets, reduction="none")
            (feed.share * (each * weights).sum() / weights.sum()).backward()
            produced = weights == 1.0
            losses[feed.rows] = float(each.detach()[produced].mean()) if produced.any() else 0.0
            tokens += numbers.numel()
        torch.nn.utils.clip_grad_norm_(self.tables, 1.0)
        factor = self.rate_factor(stage, done)
        for group in self.adam.param_groups:
            group["lr"] = self.member.table_rate * factor
        self.adam.step()
        self.muon.step(self.member.matrix_rate * factor)
        self.steps += 1
        return tokens, losses

    def run_stage(self, stage: Stage) -> None:
        done, first_step, moving = 0, self.steps, {}
        cpu_before = time.process_time()
        while done < stage.tokens:
            tokens, losses = self.step(stage, done)
            done += tokens
            if not stage.stop_below:
                self.main_done += tokens
            for rows, loss in losses.items():
                moving[rows] = MOVING * moving.get(rows, loss) + (1 - MOVING) * loss
            if self.steps % REPORT_EVERY == 0:
                shown = " ".join(f"{rows}={loss:.3f}" for rows, loss in moving.items())
                speed = done / (time.process_time() - cpu_before)
                print(f"{stage.name} step {self.steps} {done / 1e6:.2f}M tokens "
                      f"{time.monotonic() - self.started:.0f}s {speed:.0f}/cpu-s {shown}",
                      flush=True)
            if stage.stop_below and done > 100_000 and max(moving.values()) < stage.stop_below:
                break
        self.history.append({
            "stage": stage.name, "tokens": done, "steps": self.steps - first_step,
            "cpu_seconds": round(time.process_time() - cpu_before, 1),
            "loss": {rows: round(loss, 4) for rows, loss in moving.items()},
        })

    def save(self, work: Path) -> None:
        torch.save(self.model.state_dict(), work / f"{self.member.name}.pt")
        record = {
            "name": self.member.name,
            "parameters": sum(weight.numel() for weight in self.model.parameters()),
            "stages": self.history,
        }
        path = work / f"{self.member.name}.record.json"
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("member", choices=FAMILY)
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "build")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(FAMILY[arguments.member], vocabulary.load(arguments.work / "vocabulary.json"))
    for stage in trainer.member.stages:
        trainer.run_stage(stage)
        trainer.save(arguments.work)


if __name__ == "__main__":
    main()
