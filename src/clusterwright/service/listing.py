"""Pages, searches and label selectors, the same for every collection."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from clusterwright.errors import Finding, Invalid
from clusterwright.spec.metadata import Metadata

T = TypeVar("T")

LARGEST_PAGE = 500


@dataclass(frozen=True)
class Query:
    """What a caller asks of a collection; items come in the order of their names."""

    limit: int = 100
    after: str = ""
    search: str = ""
    labels: tuple[tuple[str, str], ...] = ()

    def matches(self, metadata: Metadata) -> bool:
        return self.search in metadata.name and all(
            metadata.labels.get(key) == value for key, value in self.labels
        )


def query(limit: int, after: str | None, search: str | None, selector: str | None) -> Query:
    """From the words of a request."""
    return Query(min(limit, LARGEST_PAGE), read_token(after), search or "", tuple(labels(selector or "")))


def labels(selector: str) -> Iterator[tuple[str, str]]:
    for part in filter(None, (part.strip() for part in selector.split(","))):
        key, equals, value = part.partition("=")
        if not equals or key.endswith("!") or not key.strip():
            finding = Finding(
                "labelSelector", "is not a list of key=value", "Write env=prod,team=a.", value=selector
            )
            raise Invalid((finding,), "The request is not valid.")
        yield key.strip(), value.removeprefix("=").strip()


def token(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def read_token(text: str | None) -> str:
    if not text:
        return ""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        finding = Finding("continue", "is not a token of ours", "Begin again without it.", value=text)
        raise Invalid((finding,), "The request is not valid.") from error


def page(
    items: Iterable[T], asked: Query, key: Callable[[T], str], metadata: Callable[[T], Metadata]
) -> tuple[tuple[T, ...], str | None]:
    """One page of items that come in the order of `key`, and the token of the next."""
    taken: list[T] = []
    for item in items:
        if key(item) <= asked.after or not asked.matches(metadata(item)):
            continue
        if len(taken) == asked.limit:
            return tuple(taken), token(key(taken[-1]))
        taken.append(item)
    return tuple(taken), None


def walk(fetch: Callable[[str, int], list[T]], name: Callable[[T], str], asked: Query) -> Iterator[T]:
    """All items from `asked.after` on, fetched by batches, for as long as the reader goes on."""
    after, size = asked.after, asked.limit + 1
    while batch := fetch(after, size):
        yield from batch
        if len(batch) < size:
            return
        after = name(batch[-1])


def by_name(users: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    """Pairs of key and name, gathered by key."""
    gathered: dict[str, tuple[str, ...]] = {}
    for key, name in users:
        gathered[key] = (*gathered.get(key, ()), name)
    return gathered
