"""moto writes an answer member by member, and for each of them thinks anew about what it may be called: two
thirds of the time of a list. Here it remembers; and XML is written as text, not as a parser's events.

The answers are the same to the byte (tests/unit/sandbox_limits/test_serializing.py compares them).
"""

from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from moto.core.constants import MISSING
from moto.core.serialize import (
    AttributePicker,
    AttributePickerContext,
    BaseXMLSerializer,
    EC2Serializer,
    QuerySerializer,
    ResponseSerializer,
)
from moto.core.utils import get_value

_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'

Key = tuple[type, int, str, type]
Known = tuple[Any, tuple[str, ...], bool]
_NAMES: dict[Key, Known] = {}
_Transforms = dict[str, list[tuple[str, Any]]]


def value_of(self: Any, thing: Any, key: str, shape: Any) -> Any:
    """Replacement for moto's `ResponseSerializer.get_value`."""
    picker = self._value_picker
    known = _NAMES.get((picker.__class__, id(shape), key, thing.__class__))
    if known is None or known[0] is not shape:
        if not isinstance(picker, AttributePicker):
            return _MOTO_GET_VALUE(self, thing, key, shape)
        known = _learnt(picker, thing, key, shape)
    found: Any = None
    for name in known[1]:
        one = getattr(thing, name, MISSING) if known[2] else get_value(thing, name, MISSING)
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


def _learnt(picker: AttributePicker, thing: Any, key: str, shape: Any) -> Known:
    """What a member may be called in an object of this class, and whether these are plain attributes; shapes
    live as long as the process."""
    context = AttributePickerContext(obj=thing, key=key, shape=shape)
    names = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    plain = not hasattr(thing, "__getitem__") and not any("." in name for name in names)
    known = _NAMES[type(picker), id(shape), key, type(thing)] = (shape, names, plain)
    return known


def serialize(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Replacement for moto's `ResponseSerializer._serialize`, which spells the method's name each time."""
    self.path.append(key or shape.name)
    _method(self.__class__, shape.type_name)(self, serialized, value, shape, key)
    self.path.pop()


def structure(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """Replacement for that of the query protocols: most members are mere text, and are put down at once."""
    if value is None:
        return
    wrapper = self.MAP_TYPE() if key else serialized
    for member, its_shape in shape.members.items():
        its_shape.parent = shape
        found = value_of(self, value, member, its_shape)
        if found is None:
            continue
        if its_shape.type_name == "string" and "xmlNamespace" not in its_shape.serialization:
            wrapper[self.get_serialized_name(its_shape, member)] = str(found)
        else:
            self._serialize(wrapper, found, its_shape, member)
    if key:
        self._default_serialize(serialized, wrapper, shape, key)


@cache
def _method(serializer: Any, type_name: str) -> Any:
    return getattr(serializer, f"_serialize_type_{type_name}", serializer._default_serialize)


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
        if not text.isalnum():
            text = escape(text)
        out.append(f"<{name}>{text}</{name}>" if text else f"<{name}/>")


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
        (ResponseSerializer, "_serialize", serialize),
        (QuerySerializer, "_serialize_type_structure", structure),
        (BaseXMLSerializer, "_serialize_body", body),
        (EC2Serializer, "_serialize_body", document),
    )
    for owner, name, method in patched:
        setattr(owner, name, method)
