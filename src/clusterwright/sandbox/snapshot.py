"""The whole world in one file, so that it can go on in another process where it stopped in this one.

What is written are moto's backends and ours, the agenda, the clock's time and the state of the dice. What is
to come is kept as it is: entries of the agenda are functions, and a function in a file is its module, the
path of its code in there and the values it closed over. Where that code has changed since, the file is
refused. Like any pickle it can run code when it is read: it is for its owner, not for sending around.
"""

import hashlib
import importlib
import io
import os
import pickle
import sys
import tempfile
import types
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import moto
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from moto import backends
from moto.core.base_backend import BackendDict
from moto.moto_api._internal import mock_random

from clusterwright.sandbox.frame import Frame

NAME = "world.pickle"
_FORMAT = 2
_REMEDY = "start with another directory, or remove the file"
_PLAIN = (Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
_KEPT: dict[str, tuple[str, ...]] = {
    "clock": (),
    "timing": (),
    "calls": ("_lines", "_made", "summary"),
    "propagation": ("_made", "_trusted"),
    "idempotency": ("_answered",),
    "balancers": ("_interfaces",),
    "eks": ("_regions",),
    "endpoints": ("_key",),
    "kube": ("_worlds",),
    "faults": ("_rules", "_made", "_acts"),
    "limits": ("_buckets", "_changed"),
    "quotas": ("_set",),
    "iam": (),
    "cloudformation": ("_stacks",),
}
"""What to keep of each part of the frame; the rest of a part is how it is wired, and made anew."""


class Unreadable(RuntimeError):
    """The file was written by another version, or is none of ours."""


class Unwritable(ValueError):
    """Something exists that pickle has no form for."""


def save(frame: Frame, directory: Path) -> Path:
    """Whole or not at all: a process that dies here leaves the file of before."""
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / NAME
    handle, temporary = tempfile.mkstemp(dir=directory, prefix=f"{NAME}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_version())
            _write(file, frame)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target


def restore(frame: Frame, directory: Path) -> bool:
    """False where there is nothing to restore."""
    path = directory / NAME
    if not path.exists():
        return False
    world = _read(path, frame)
    frame.clock.set(world["now"])
    frame.timing.agenda.resume(*world["agenda"])
    mock_random.setstate(world["dice"])
    _put_back(world["backends"])
    for name, state in world["parts"].items():
        for attribute, value in state.items():
            setattr(getattr(frame, name), attribute, value)
    return True


def _write(file: BinaryIO, frame: Frame) -> None:
    try:
        _Pickler(file, frame).dump(_world(frame))
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise Unwritable(f"something in this world cannot be kept: {error}") from error


def _read(path: Path, frame: Frame) -> dict[str, Any]:
    content, version = path.read_bytes(), _version()
    if not content.startswith(version):
        raise Unreadable(f"{path} was not written by {version.decode().strip()}; {_REMEDY}")
    try:
        world: dict[str, Any] = _Unpickler(io.BytesIO(content[len(version) :]), frame).load()
    except (pickle.UnpicklingError, AttributeError, ImportError, LookupError, TypeError, EOFError) as error:
        raise Unreadable(f"{path} cannot be read by this version ({error}); {_REMEDY}") from error
    return world


def _world(frame: Frame) -> dict[str, Any]:
    return {
        "now": frame.clock.now(),
        "agenda": frame.timing.agenda.pending(),
        "dice": mock_random.getstate(),
        "backends": dict(_backends()),
        "parts": {
            name: {attribute: getattr(getattr(frame, name), attribute) for attribute in attributes}
            for name, attributes in _KEPT.items()
        },
    }


def _backends() -> Iterator[tuple[tuple[str, str, str], Any]]:
    registries: Any = vars(BackendDict)["_instances"]
    for every in registries:
        for account in list(dict.keys(every)):
            for region, backend in dict.items(dict.__getitem__(every, account)):
                yield (every.service_name, account, region), backend


def _put_back(found: dict[tuple[str, str, str], Any]) -> None:
    named: Any = backends.get_backend
    for (service, account, region), backend in found.items():
        registry = named(service)
        dict.__setitem__(registry[account], region, backend)


def _version() -> bytes:
    python = ".".join(map(str, sys.version_info[:2]))
    return f"clusterwright sandbox {_FORMAT}, python {python}, moto {moto.__version__}\n".encode()


class _Pickler(pickle.Pickler):
    def __init__(self, file: Any, frame: Frame) -> None:
        super().__init__(file, protocol=5)
        self._wired = {id(one): name for name, one in _wired(frame).items()}

    def persistent_id(self, thing: Any) -> str | None:
        """Parts of the frame are not written but named: whoever reads has a frame of its own."""
        return self._wired.get(id(thing))

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, types.FunctionType) and not _is_importable(thing):
            made_of = (thing.__module__, tuple(_path(thing)), _print(thing.__code__))
            return _bare, made_of, _state(thing), None, None, _fill
        if isinstance(thing, RSAPrivateKey | EllipticCurvePrivateKey):
            return _private_key, (thing.private_bytes(*_PLAIN),)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, frame: Frame) -> None:
        super().__init__(file)
        self._wired = _wired(frame)

    def persistent_load(self, name: str) -> Any:
        return self._wired[name]


def _wired(frame: Frame) -> dict[str, Any]:
    parts = {name: getattr(frame, name) for name in frame.__dataclass_fields__}
    inner = {
        "agenda": frame.timing.agenda,
        "draws": frame.timing.draws,
        "stacks": frame.cloudformation.engine,
    }
    return {**parts, **inner}


def _private_key(der: bytes) -> Any:
    return load_der_private_key(der, None)


def _is_importable(function: types.FunctionType) -> bool:
    return "<" not in function.__qualname__


def _state(function: types.FunctionType) -> dict[str, Any]:
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    return {"cells": cells, "defaults": function.__defaults__, "keywords": function.__kwdefaults__}


def _fill(function: types.FunctionType, state: dict[str, Any]) -> None:
    for cell, value in zip(function.__closure__ or (), state["cells"], strict=True):
        cell.cell_contents = value
    function.__defaults__, function.__kwdefaults__ = state["defaults"], state["keywords"]


def _bare(module: str, path: tuple[int, ...], fingerprint: str) -> types.FunctionType:
    """The function without its surroundings, which may refer back to it."""
    code = _code(module)
    for index in path:
        code = code.co_consts[index]
    if not isinstance(code, types.CodeType) or _print(code) != fingerprint:
        raise pickle.UnpicklingError(f"something in {module} that was going to happen is different now")
    closure = tuple(types.CellType() for _ in code.co_freevars)
    return types.FunctionType(code, vars(importlib.import_module(module)), code.co_name, None, closure)


def _print(code: types.CodeType) -> str:
    said = (code.co_qualname, code.co_names, code.co_varnames, code.co_freevars)
    return hashlib.sha256(code.co_code + repr(said).encode()).hexdigest()[:16]


def _path(function: types.FunctionType) -> list[int]:
    found = _search(_code(function.__module__), function.__code__)
    if found is None:
        raise pickle.PicklingError(f"no code of {function.__qualname__} in {function.__module__}")
    return found


def _search(within: types.CodeType, wanted: types.CodeType) -> list[int] | None:
    for index, constant in enumerate(within.co_consts):
        if not isinstance(constant, types.CodeType):
            continue
        if constant == wanted:
            return [index]
        below = _search(constant, wanted)
        if below is not None:
            return [index, *below]
    return None


@cache
def _code(module: str) -> types.CodeType:
    """The code of a whole module, in which that of all its functions is nested."""
    loader: Any = importlib.import_module(module).__spec__.loader  # type: ignore[union-attr]
    code = loader.get_code(module)
    assert isinstance(code, types.CodeType)
    return code
