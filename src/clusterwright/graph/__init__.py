"""PURE. Resources, the references between them, what was found of them, and the plan that closes the gap.

Knows nothing of AWS or Kubernetes: kinds live in `aws/kinds`. No clock, no network, no disk.
"""
