"""PURE. From a cluster document, its profiles and facts about the account to the resources that are wanted.

One file per concern; `build` is the door. Decides what shall exist, never how or when it is made: that is
the plan's. No clock, network, disk or chance, and nothing of what was found in AWS.
"""
