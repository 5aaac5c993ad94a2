"""EKS, ours entirely: its API, its states on the sandbox's clock, and what it does in the account."""
