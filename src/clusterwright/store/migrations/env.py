"""Alembic's way in; the connection is given by `database.migrate`."""

from alembic import context

from clusterwright.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
