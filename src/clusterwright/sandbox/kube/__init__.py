"""The Kubernetes endpoint of every EKS cluster: enough of an API server for kubectl, Helm and watches.

It is not an API server: no schema is validated, no admission webhook is called and no pod is started. What a
client can tell apart it does have: discovery, managed fields, resource versions, finalizers, access, status.
"""
