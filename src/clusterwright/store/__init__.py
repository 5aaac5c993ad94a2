"""What we remember: documents, what was made for them, operations, events, secrets. SQLite or PostgreSQL.

One module per table family; every function takes a connection, so that callers decide what is one
transaction. No AWS call is ever made while a transaction is open.
"""
