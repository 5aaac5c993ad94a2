"""One file per AWS kind: its data, how it is found, made, changed and deleted, and which IAM
actions that takes.
"""
