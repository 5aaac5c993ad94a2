"""The command line. Reaches the core over the API only, but for `server`, `sandbox` and `demo`.

`clusterwright --help` must be instant, so nothing heavy is imported at the top of a module: commands import
what they need when they run.
"""
