"""kill -9 of the server, again and again, at moments spread over a create and a delete."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.acceptance.processes import PATIENCE, Server, Stage, actions, example, writes

NAME = "hello"
KILLS = 5
AT_ONCE = 20.0
"""Seconds until a restarted server has asked AWS something; generous, for slow machines."""


@dataclass
class Life:
    """One cluster under a server that dies."""

    stage: Stage
    server: Server
    chance: random.Random
    deaths: int = 0

    def survive(self, over: Callable[[], bool], steps: int) -> None:
        """Kill at seeded moments: so many of the writes that the work needs, and a few calls more."""
        start = self.stage.sandbox.seq()
        for part in range(KILLS):
            wanted = int(self.chance.uniform(part, part + 1) * steps / KILLS)
            self.await_moment(start, wanted, self.chance.randrange(8), over)
            if over():
                return
            self.die()

    def await_moment(self, start: int, wanted: int, more: int, over: Callable[[], bool]) -> None:
        """Until AWS took that many writes, and `more` further calls of any kind, or there is no more."""
        end = time.monotonic() + PATIENCE
        written, seen = 0, start
        after: int | None = None
        while time.monotonic() < end:
            calls = self.stage.sandbox.calls(seen)
            seen = calls[-1]["seq"] if calls else seen
            written += len(writes(calls))
            if after is None and written >= wanted:
                after = seen + more
            if (after is not None and seen >= after) or (not calls and over()):
                return
        raise AssertionError(f"{wanted} writes were not made, but {written}")

    def die(self) -> None:
        """And rise again, on the same data, taking over at once."""
        self.server.process.kill()
        self.deaths += 1
        before = self.stage.sandbox.seq()
        self.server = self.stage.server()
        began = time.monotonic()
        while self.stage.sandbox.seq() == before:
            assert time.monotonic() < began + AT_ONCE, "the new server does nothing"
            time.sleep(0.05)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_server_that_is_killed_again_and_again_makes_nothing_twice_and_leaves_nothing(
    stage: Stage, seed: int
) -> None:
    text = example("quickstart")
    life = Life(stage, stage.server(), random.Random(seed))
    stage.register(life.server, text)
    before = stage.sandbox.ids()
    steps = len(life.server.send("POST", "plan", content=text)["items"][0]["steps"])

    life.server.apply(text)
    life.survive(lambda: life.server.is_ready(NAME), steps)
    assert life.deaths == KILLS
    life.server.await_ready(NAME)
    assert stage.sandbox.doubles() == []
    assert len(actions(stage.sandbox.calls(), "CreateCluster")) == 1
    assert len(actions(stage.sandbox.calls(), "CreateNodegroup")) == 1

    own_call = [o for o in stage.sandbox.ours().values() if o["service"] != "eks" or o["kind"] != "addon"]
    life.server.delete(NAME)
    life.survive(lambda: life.server.is_gone(NAME), len(own_call))
    assert life.deaths > KILLS
    life.server.await_gone(NAME)
    assert stage.sandbox.ids() == before
    assert len(actions(stage.sandbox.calls(), "CreateCluster")) == 1
