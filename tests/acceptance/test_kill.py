"""kill -9 of the server, again and again, at moments spread over a create and a delete."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.acceptance.processes import PATIENCE, Server, Stage, actions, example, writes

NAME = "hello"
KILLS = 5
"""Of a create, and of a delete."""
LIVES = 3
"""Of clusters, at most: one usually does, but AWS goes on while a slow machine starts the server again."""
SLICE = 0.02
"""Seconds that the server may work between two looks; while we look it is frozen, so no moment is missed."""
AT_ONCE = 20.0
"""Seconds until a restarted server has asked AWS something; generous, for slow machines."""


@dataclass
class Life:
    """One cluster under a server that dies."""

    stage: Stage
    server: Server
    chance: random.Random

    def survive(self, over: Callable[[], bool], steps: int, most: int) -> int:
        """Kill at seeded moments that divide what is left to write, however much AWS did meanwhile."""
        start = self.stage.sandbox.seq()
        for deaths in range(most):
            written = len(writes(self.stage.sandbox.calls(start)))
            share = max(0, steps - written) / (most - deaths + 1)
            wanted = written + int(self.chance.uniform(0, share))
            if not self.froze(start, wanted, self.chance.randrange(8), over):
                return deaths
            self.die(over)
        return most

    def create(self, text: str, most: int) -> int:
        """How often the server died of it."""
        start = self.stage.sandbox.seq()
        steps = len(self.server.send("POST", "plan", content=text)["items"][0]["steps"])
        self.server.apply(text)
        deaths = self.survive(lambda: self.server.is_ready(NAME), steps, most)
        self.server.await_ready(NAME)
        assert self.stage.sandbox.doubles() == []
        assert len(actions(self.stage.sandbox.calls(start), "CreateCluster")) == 1
        assert len(actions(self.stage.sandbox.calls(start), "CreateNodegroup")) == 1
        return deaths

    def delete(self, most: int) -> int:
        """How often the server died of it."""
        start = self.stage.sandbox.seq()
        alone = [one for one in self.stage.sandbox.ours().values() if one["kind"] != "addon"]
        self.server.delete(NAME)
        deaths = self.survive(lambda: self.server.is_gone(NAME), len(alone), most)
        self.server.await_gone(NAME)
        assert actions(self.stage.sandbox.calls(start), "CreateCluster") == []
        return deaths

    def froze(self, start: int, wanted: int, more: int, over: Callable[[], bool]) -> bool:
        """Stop the server when AWS took that many writes and `more` calls; False if it ends before."""
        end = time.monotonic() + PATIENCE
        after: int | None = None
        while time.monotonic() < end:
            self.server.process.popen.send_signal(signal.SIGSTOP)
            calls = self.stage.sandbox.calls(start)
            seen = calls[-1]["seq"] if calls else start
            if after is None and len(writes(calls)) >= wanted:
                after = seen + more
            if after is not None and seen >= after:
                return True
            self.server.process.popen.send_signal(signal.SIGCONT)
            if over():
                return False
            time.sleep(SLICE)
        raise AssertionError(f"{wanted} writes were not made in {PATIENCE:.0f} s")

    def die(self, over: Callable[[], bool]) -> None:
        """And rise again, on the same data, taking over at once; unless the last record was just written."""
        self.server.process.kill()
        before = self.stage.sandbox.seq()
        self.server = self.stage.server()
        began = time.monotonic()
        while not self.stage.sandbox.calls(before) and not over():
            assert time.monotonic() < began + AT_ONCE, "the new server does nothing"
            time.sleep(0.05)


SEEDS = [int(seed) for seed in os.environ.get("CLUSTERWRIGHT_KILL_SEEDS", "2").split(",")]
"""One is what a test run has time for; more of them find more."""


@pytest.mark.parametrize("seed", SEEDS)
def test_a_server_that_is_killed_again_and_again_makes_nothing_twice_and_leaves_nothing(
    stage: Stage, seed: int
) -> None:
    text = example("quickstart")
    life = Life(stage, stage.server(), random.Random(seed))
    stage.register(life.server, text)
    before = stage.sandbox.ids()
    created = deleted = 0
    for _ in range(LIVES):
        created += life.create(text, KILLS - created)
        deleted += life.delete(KILLS - deleted)
        assert stage.sandbox.ids() == before
        if created == deleted == KILLS:
            return
    raise AssertionError(f"{created} and {deleted} deaths in {LIVES} lives are too few to tell")


def test_a_second_server_on_the_same_data_is_refused(stage: Stage) -> None:
    first = stage.server()
    options = ["--port", "0", "--data-dir", str(stage.home / "data"), "--aws-endpoint", stage.sandbox.url]
    second = stage.run(None, "server", *options)
    assert (second.status, second.traceback) == (1, False), second.err
    assert "Another server works on" in second.err
    assert first.get("clusters")["items"] == []
