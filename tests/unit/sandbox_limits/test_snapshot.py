"""Functions go through a file by the path of their code and what they closed over."""

import io
from typing import Any

import pytest

from clusterwright.sandbox import snapshot
from clusterwright.sandbox.frame import Frame
from clusterwright.sandbox.options import Options

from . import closures


class Wiring:
    """Stands in for a frame: one part, which is named and not written."""

    __dataclass_fields__ = ("timing",)

    def __init__(self) -> None:
        self.timing = self
        self.agenda = object()
        self.draws = object()
        self.cloudformation = self
        self.engine = object()


def through_a_file(thing: Any) -> tuple[Any, Wiring]:
    written, read, file = Wiring(), Wiring(), io.BytesIO()
    thing = [written.agenda, thing]
    snapshot._Pickler(file, written).dump(thing)  # type: ignore[arg-type]
    file.seek(0)
    found = snapshot._Unpickler(file, read).load()  # type: ignore[arg-type]
    assert found[0] is read.agenda
    return found[1], read


def test_a_closure_keeps_sharing_what_it_shared() -> None:
    (count, box), _ = through_a_file(closures.counter(5))
    assert (count(), count(1), box["n"]) == (7, 8, 8)


def test_a_function_may_refer_to_itself() -> None:
    again, _ = through_a_file(closures.recursive())
    assert again(5) == 120


def test_a_lambda_among_others_is_the_right_one() -> None:
    again, _ = through_a_file(closures.three())
    assert [one() for one in again] == ["first", "second", "third"]


def test_changed_code_is_refused() -> None:
    count, _ = closures.counter(0)
    path = tuple(snapshot._path(count))  # type: ignore[arg-type]
    with pytest.raises(Exception, match="different now"):
        snapshot._bare(closures.__name__, path, "of another time")


def test_every_part_of_the_frame_is_kept_or_known_to_need_no_keeping() -> None:
    assert set(snapshot._KEPT) == set(Frame.__dataclass_fields__) - {"options"}
    assert Options().data_dir is None
