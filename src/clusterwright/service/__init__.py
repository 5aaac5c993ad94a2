"""Use cases, one function per verb, grouped by noun. The only door to the core for API, web and CLI.

Functions take the `Core` and speak in documents and views. No HTTP, no terminal, no AWS calls of their own
beyond the account's facts.
"""
