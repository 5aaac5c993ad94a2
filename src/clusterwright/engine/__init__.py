"""Observe, plan, run what is ready, record, say when to come back.

`reconcile` is one pass over one cluster. What it decides is in pure modules (polling, retry, progress,
estimate, records); what it does is in `observe` and `execute`. The port has two adapters: `embedded` for one
process on SQLite, `distributed` for many on PostgreSQL.
"""
