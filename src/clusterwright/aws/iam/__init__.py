"""Permissions as data: the policies that we publish, and what of them a cluster can do without. No calls."""
