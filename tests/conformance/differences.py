"""Where the sandbox and kube-apiserver are known to differ, with the reason: `make conformance` prints it.

A test named here is expected to fail on that server, and must: one that passes again fails the run, so that
the list stays true.
"""

SANDBOX = "sandbox"
REAL = "kube-apiserver"

_NO_SCHEMAS = (
    "the sandbox has no schemas of built-in kinds: it keeps fields that nobody knows, and describes none"
)

DIFFERENCES: dict[tuple[str, str], str] = {
    ("test_openapi_describes_the_fields_of_built_in_kinds", SANDBOX): _NO_SCHEMAS,
    ("test_a_strict_write_refuses_unknown_fields", SANDBOX): _NO_SCHEMAS,
    ("test_unknown_fields_are_dropped", SANDBOX): _NO_SCHEMAS,
    (
        "test_a_new_map_is_owned_as_such",
        SANDBOX,
    ): "the sandbox does not know maps from structs: managed fields of updates lack the map itself",
    (
        "test_nobody_grants_more_than_they_have",
        SANDBOX,
    ): "the sandbox decides who may write roles and bindings, not what may be in them",
    (
        "test_initial_events_end_with_a_bookmark",
        REAL,
    ): "kube-apiserver 1.33 has streaming lists off by default, and needs etcd 3.5 for them",
}

NOT_COMPARED = (
    "admission (webhooks, policies, quotas, limit ranges) and conversion webhooks: the sandbox has none",
    "CEL rules and formats in schemas of definitions: the sandbox does not evaluate them",
    "pods of workloads: the sandbox makes none, a control plane without nodes runs none",
    "exec, attach, port-forward, proxy and logs: the sandbox has nothing to run them in",
    "protobuf answers: the sandbox answers in JSON, which typed clients take too",
    "HTTP/2, priority and fairness, audit",
)
"""What no test compares, and why."""


def said() -> str:
    """For people, at the end of a run."""
    known = [f"  {test}: {reason} ({server})" for (test, server), reason in DIFFERENCES.items()]
    return "\n".join(["known differences:", *known, "not compared:", *(f"  {one}" for one in NOT_COMPARED)])
