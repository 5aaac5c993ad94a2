"""The sandbox's own account of what was asked of it and of what exists in it."""
