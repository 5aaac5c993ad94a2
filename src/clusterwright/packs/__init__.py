"""PURE. Packs: what a layer of a profile means on EKS, and how its values come together.

Knows profiles, not clusters or AWS objects: those are the blueprint's. No clock, network, disk or chance.
"""
