"""Measured numbers: `make bench`. It reports and never fails, so that a slow machine breaks no build."""
