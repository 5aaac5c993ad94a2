"""The door to AWS: the gateway (the only boto3), what a kind may see of it, and one file per AWS kind.

Decides nothing about order or need; that is the planner's. Raw AWS rows never leave this room.
"""
