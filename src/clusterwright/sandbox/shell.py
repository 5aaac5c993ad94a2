"""The building: one WSGI application around moto and our EKS, with an ordered list of layers in between.

Every request runs alone. moto checks and then sets without a lock, so concurrent requests could otherwise
make two of what AWS makes one of; and what is due by now happens before the request is looked at. Python runs
one thread at a time anyway, so nothing is lost.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from clusterwright.sandbox import upstream
from clusterwright.sandbox.call import Answer, AwsError, Call, Handler, Layer, stack
from clusterwright.sandbox.faults.delivery import deliver
from clusterwright.sandbox.recognise import recognise
from clusterwright.sandbox.refusals import refusal

_log = logging.getLogger(__name__)

Control = Callable[[dict[str, Any]], Answer]
Unsigned = Callable[[dict[str, Any]], Answer | None]


class Shell:
    """`outer` layers see answers as they leave (books), `inner` ones may refuse or answer themselves."""

    def __init__(
        self,
        settle: Callable[[], None],
        control: Control,
        layers: tuple[list[Layer], list[Layer]],
        services: dict[str, Handler],
        unsigned: Unsigned = lambda _: None,
    ) -> None:
        outer, inner = layers
        self._settle = settle
        self._control = control
        self._services = services
        self._unsigned = unsigned
        self._moto = upstream.new_app()
        self._handle = stack([*outer, _refuse, *inner], self._dispatch)
        self._one_at_a_time = threading.RLock()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """For whoever else looks at the world: between two requests, with all done that is due."""
        with self._one_at_a_time:
            self._settle()
            yield

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._one_at_a_time:
            self._settle()
            answer = self._answer(environ)
        deliver(answer)
        phrase = HTTPStatus(answer.status).phrase
        start_response(f"{answer.status} {phrase}", list(answer.headers))
        return [answer.body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        if environ.get("PATH_INFO", "").startswith("/_sandbox/"):
            return self._control(environ)
        call = recognise(environ)
        if call is None:
            return self._unsigned(environ) or upstream.run(self._moto, environ)
        return self._handle(call)

    def ask(self, environ: dict[str, Any]) -> Answer:
        """A signed request from the inside, made while another request or what is due is being dealt with."""
        call = recognise(environ)
        assert call is not None
        return self._handle(call)

    def _dispatch(self, call: Call) -> Answer:
        own = self._services.get(call.service)
        return own(call) if own else upstream.handle(self._moto, call)


def _refuse(call: Call, inner: Handler) -> Answer:
    """Refusals, and whatever else goes wrong inside, in words that the client understands."""
    try:
        return inner(call)
    except AwsError as error:
        return refusal(call, error)
    except Exception as error:  # noqa: BLE001 (the outermost edge: moto has its own surprises)
        _log.exception("no answer to %s", call.name)
        reason = f"the sandbox failed in {call.name}: {type(error).__name__}: {error}"
        return refusal(call, AwsError("InternalFailure", reason, 500))
