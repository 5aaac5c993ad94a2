"""The layer: who is it (or no entry), may they (or no answer), then whatever the call is for.

https://docs.aws.amazon.com/IAM/latest/UserGuide/intro-structure.html
"""

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from moto.ec2.models import ec2_backends
from moto.sts.models import sts_backends

from clusterwright.sandbox import accounts, trust
from clusterwright.sandbox.call import Answer, AwsError, Call, Handler, Layer
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.iam import (
    ALLOWED_BY,
    CALLER,
    boundaries,
    entering,
    federation,
    messages,
    pages,
    principals,
    quotas,
    signature,
    simulation,
    sizes,
    trust_policies,
)
from clusterwright.sandbox.iam.authentication import flaw
from clusterwright.sandbox.iam.checks import Check
from clusterwright.sandbox.iam.decision import Decision, Kind, Outcome, Policies, Request, decide
from clusterwright.sandbox.iam.patterns import Context
from clusterwright.sandbox.iam.principals import Principal
from clusterwright.sandbox.iam.refusing import Fault, unauthenticated, unauthorized
from clusterwright.sandbox.iam.requests import checks_of, environment
from clusterwright.sandbox.iam.world import Existing
from clusterwright.sandbox.propagation import Propagation
from clusterwright.sandbox.recognise import read_body
from clusterwright.sandbox.refusals import refusal
from clusterwright.sandbox.timing import Timing

_INNER = (
    trust_policies.layer,
    sizes.layer,
    quotas.layer,
    boundaries.layer,
    simulation.layer,
    messages.layer,
    pages.layer,
)


@dataclass(frozen=True, slots=True)
class Iam:
    """`real` is the real time, by which clients sign and sessions of moto's expire."""

    timing: Timing
    propagation: Propagation
    world: Existing
    enforced: bool
    real: Callable[[], float] = time.time

    @property
    def layers(self) -> list[Layer]:
        first = self.layer if self.enforced else self.trusting_layer
        return [first, _named, *_INNER]

    def layer(self, call: Call, inner: Handler) -> Answer:
        who = self.authenticate(call)
        call.environ[CALLER] = who.arn
        if call.name == "sts:AssumeRole":
            return self._enter(call, who, self._visible_role(call), inner)
        self._authorize(call, who)
        return inner(call)

    def trusting_layer(self, call: Call, inner: Handler) -> Answer:
        """Where IAM is not enforced: everybody may do everything, but roles still say who may enter them."""
        if call.name != "sts:AssumeRole":
            return inner(call)
        return self._enter(
            call,
            principals.unchecked(call.access_key, call.account, call.partition),
            trust.find_role(_role_arn(call)),
            inner,
        )

    def authenticate(self, call: Call) -> Principal:
        signed = signature.read(call.environ, call.body)
        if signed is None:
            raise unauthenticated(call.service, Fault.INCOMPLETE)
        who = principals.find(call.access_key, call.account, call.partition)
        wrong = flaw(signed, who, self.real(), ec2_backends[call.account].regions)
        if wrong is not None:
            raise unauthenticated(call.service, *wrong)
        assert who is not None
        return who

    def unsigned(self, environ: dict[str, Any]) -> Answer | None:
        """A refusal for what carries no signature but should, or a token that lets nobody in."""
        if not self.enforced or environ.get("PATH_INFO", "").startswith("/moto-api"):
            return None
        body = read_body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        form = dict(parse_qsl(body.decode("utf-8", "replace") or environ.get("QUERY_STRING", "")))
        call = Call("sts", form.get("Action", ""), "", "us-east-1", "", {}, body, environ)
        if call.action == federation.ACTION:
            try:
                federation.check(form, self.real())
            except AwsError as error:
                return refusal(call, error)
            return None
        fault = Fault.INCOMPLETE if signature.is_attempted(environ) else Fault.MISSING
        return refusal(call, unauthenticated("sts", fault))

    def _authorize(self, call: Call, who: Principal) -> None:
        policies = who.policies()
        known = {**environment(call, self.timing.now), **who.context()}
        for check in checks_of(call, self.world):
            context = self._context(call, check, known, policies)
            request = Request(check.action, check.resource, context)
            decision = decide(request, policies)
            if not decision.allowed:
                raise _refused(call, who, check, request, decision)
            call.environ.setdefault(ALLOWED_BY, str(decision.match))

    def _context(self, call: Call, check: Check, known: Context, policies: Policies) -> Context:
        if not policies.read_resources:
            return {**known, **check.context}
        return {**known, **self.world.about(call, check.resource), **check.context}

    def _enter(self, call: Call, who: Principal, role: Any, inner: Handler) -> Answer:
        self._check_entry(call, who, role)
        entering.check_parameters(call, who, int(role.max_session_duration or 3600))
        answer = inner(call)
        if answer.status < 300:
            session = sts_backends[role.account_id][call.partition].assumed_roles[-1]
            setattr(session, principals.SESSION_POLICIES, entering.policy_arns(call))
            kept = principals.passed_on(who)
            setattr(session, principals.SESSION_TAGS, {**kept, **entering.session_tags(call)})
            setattr(session, principals.TRANSITIVE, (*kept, *entering.transitive_keys(call)))
            setattr(session, principals.ISSUED, self.timing.now)
        return answer

    def _visible_role(self, call: Call) -> Any:
        """None if there is no such role, or not yet for others to see."""
        role = trust.find_role(_role_arn(call))
        known = role is not None and self.propagation.is_visible(role.account_id, role.name)
        return role if known else None

    def _check_entry(self, call: Call, who: Principal, role: Any) -> None:
        arn, policies = _role_arn(call), who.policies()
        known = {**environment(call, self.timing.now), **who.context(), **entering.context_of(call)}
        for action in entering.actions_of(call):
            decision = Decision(Outcome.IMPLICIT, Kind.RESOURCE)
            request = Request(action, arn, self._context(call, Check(action, arn), known, policies))
            if role is not None:
                trusted = principals.readable(role.assume_role_policy_document)
                decision = entering.decide_entry(request, who, policies, trusted, role.account_id)
            if not decision.allowed:
                raise unauthorized(call.service, who.arn, request, decision)
            call.environ.setdefault(ALLOWED_BY, str(decision.match))


def _role_arn(call: Call) -> str:
    return str(call.params.get("RoleArn", ""))


def _refused(call: Call, who: Principal, check: Check, request: Request, decision: Decision) -> AwsError:
    if check.refusal is not None:
        return AwsError(*check.refusal)
    return unauthorized(call.service, who.arn, request, decision)


def _named(call: Call, inner: Handler) -> Answer:
    """moto reads who asks from the header only, and only from keys as long as AWS's are."""
    key = call.access_key
    if key == accounts.TEST_KEY:
        key = accounts.administrator(call.account, call.partition)["accessKeyId"]
    if key != call.access_key or "HTTP_AUTHORIZATION" not in call.environ:
        scope = f"{key}/20000101/{call.region}/{call.service}/aws4_request"
        call.environ["HTTP_AUTHORIZATION"] = f"{signature.ALGORITHM} Credential={scope}, Signature=seen"
    return inner(call)


def build(timing: Timing, propagation: Propagation, eks: Eks, enforced: bool) -> Iam:
    return Iam(timing, propagation, Existing(eks), enforced)
