"""moto writes an answer member by member, and for each of them thinks anew about what it may be called: two
thirds of the time of a list. Here it remembers; and XML is written as text, not as a parser's events.

The answers are the same to the byte (tests/unit/sandbox_limits/test_serializing.py compares them).
"""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from moto.core.constants import MISSING
from moto.core.serialize import (
    AttributePicker,
    AttributePickerContext,
    BaseXMLSerializer,
    EC2Serializer,
    ResponseSerializer,
)
from moto.core.utils import get_value

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'

Key = tuple[type, int, str, type]
_NAMES: dict[Key, tuple[Any, tuple[str, ...]]] = {}
_Transforms = dict[str, list[tuple[str, Any]]]


def value_of(self: Any, thing: Any, key: str, shape: Any) -> Any:
    """Replacement for moto's `ResponseSerializer.get_value`."""
    picker = self._value_picker
    if not isinstance(picker, AttributePicker):
        return _MOTO_GET_VALUE(self, thing, key, shape)
    found: Any = None
    for name in _names(picker, thing, key, shape):
        one = get_value(thing, name, MISSING)
        if one is not MISSING:
            found = one
            break
    transforms = _transforms(picker).get(key) if picker.response_transformers else None
    if transforms:
        path = ".".join((*self.path, key))
        for ending, transform in transforms:
            if path.endswith(ending):
                return transform(found)
    return found


_MOTO_GET_VALUE = ResponseSerializer.get_value


def _names(picker: AttributePicker, thing: Any, key: str, shape: Any) -> tuple[str, ...]:
    """What a member may be called in an object of this class; shapes live as long as the process."""
    place = (type(picker), id(shape), key, type(thing))
    known = _NAMES.get(place)
    if known is None or known[0] is not shape:
        context = AttributePickerContext(obj=thing, key=key, shape=shape)
        known = _NAMES[place] = (shape, tuple(dict.fromkeys(picker.get_possible_keys(context))))
    return known[1]


def _transforms(picker: Any) -> _Transforms:
    """By the last part of their paths, in moto's order."""
    found: _Transforms | None = getattr(picker, "_by_ending", None)
    if found is None:
        found = picker._by_ending = {}
        for path, transform in picker.response_transformers.items():
            found.setdefault(path.rpartition(".")[2], []).append((path, transform))
    return found


def body(self: BaseXMLSerializer, content: dict[str, Any]) -> str:
    """Replacement for moto's `_serialize_body`."""
    out: list[str] = []
    for name, value in content.items():
        _write(out, name, value)
    return "".join(out)


def _write(out: list[str], name: str, value: Any) -> None:
    if isinstance(value, list | tuple | set):
        for one in value:
            _write(out, name, one)
    elif isinstance(value, dict):
        _write_structure(out, name, value)
    else:
        text = _text(value)
        out.append(f"<{name}>{escape(text)}</{name}>" if text else f"<{name}/>")


def _write_structure(out: list[str], name: str, value: dict[str, Any]) -> None:
    attributes = "".join(
        f" {key[1:]}={quoteattr(_text(one))}" for key, one in value.items() if key.startswith("@")
    )
    inner: list[str] = []
    for key, one in value.items():
        if not key.startswith("@"):
            _write(inner, key, one)
    out.append(f"<{name}{attributes}>{''.join(inner)}</{name}>" if inner else f"<{name}{attributes}/>")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def document(self: EC2Serializer, content: dict[str, Any]) -> str:
    """Replacement for moto's method of EC2, which begins its answers with a declaration."""
    return _DECLARATION + body(self, content)


def install() -> None:
    patched: tuple[tuple[type, str, Any], ...] = (
        (ResponseSerializer, "get_value", value_of),
        (BaseXMLSerializer, "_serialize_body", body),
        (EC2Serializer, "_serialize_body", document),
    )
    for owner, name, method in patched:
        setattr(owner, name, method)
