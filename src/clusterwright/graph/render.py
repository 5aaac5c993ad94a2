"""A plan for people: what, why, in which order, what waits for what."""

from __future__ import annotations

from clusterwright.graph.plan import Plan, Step, Verb

SIGNS = {Verb.CREATE: "+", Verb.UPDATE: "~", Verb.WAIT: ".", Verb.DELETE: "-"}


def render(plan: Plan) -> str:
    """Text, one step a block, in an order that could be followed by hand."""
    if plan.empty:
        return "Nothing to do.\n"
    blocks = [block for number, step in enumerate(plan.steps, 1) for block in lines(number, step)]
    return "\n".join([*blocks, "", summary(plan)]) + "\n"


def lines(number: int, step: Step) -> list[str]:
    verb = "replace (delete)" if step.replaces and step.verb is Verb.DELETE else step.verb.value
    head = [f"{number:>3} {SIGNS[step.verb]} {verb} {step.ref}  ({step.reason})"]
    if step.approval:
        head.append("        needs your approval: workloads on it stop")
    head += [f"        {change}" for change in step.changes]
    if step.after:
        head.append(f"        after {', '.join(step.after)}")
    if step.follows:
        head.append(f"        once begun: {', '.join(step.follows)}")
    return head


def summary(plan: Plan) -> str:
    """One line: how many of each, and how many need approval."""
    counts = [(verb, sum(step.verb is verb for step in plan.steps)) for verb in Verb]
    words = [f"{count} to {verb}" for verb, count in counts if count]
    approvals = len(plan.unapproved())
    if approvals:
        words.append(f"{approvals} needing approval")
    return f"Plan: {', '.join(words)}." if words else "Nothing to do."
