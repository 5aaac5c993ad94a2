"""Two servers on one PostgreSQL: they share the work, and one goes on when the other is killed.

They share the data directory, for the key of the secrets and the token are in there; the database is not.
"""

from __future__ import annotations

from tests.acceptance.processes import Stage, actions, eventually, example, writes

NAME = "team-a"


def test_one_of_two_servers_is_killed_and_the_other_one_finishes(stage: Stage, postgres_url: str) -> None:
    victim, other = (stage.server(database_url=postgres_url) for _ in range(2))
    assert victim.token == other.token
    text = example("demo")
    stage.register(victim, text)
    before = stage.sandbox.ids()
    began = stage.sandbox.seq()
    steps = len(other.send("POST", "plan", content=text)["items"][0]["steps"])
    victim.apply(text)

    def half_done() -> bool:
        assert other.cluster(NAME)
        return len(writes(stage.sandbox.calls(began))) > steps / 2

    eventually(half_done, "half of the steps are done", pause=0.03)
    assert not other.is_ready(NAME)
    victim.process.kill()
    other.await_ready(NAME)
    assert stage.sandbox.doubles() == []
    assert len(actions(stage.sandbox.calls(), "CreateCluster")) == 1
    assert len(actions(stage.sandbox.calls(), "CreateNodegroup")) == 2
    assert len(stage.sandbox.ours("nodegroup")) == 2

    late = stage.server(database_url=postgres_url)
    late.delete(NAME)

    def gone() -> bool:
        return other.is_gone(NAME) and late.is_gone(NAME)

    eventually(gone, "both say that the cluster is gone", pause=0.2)
    assert stage.sandbox.ids() == before
