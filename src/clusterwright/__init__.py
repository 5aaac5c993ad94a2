"""Clusterwright: a control plane that builds, changes and retires AWS EKS clusters."""
