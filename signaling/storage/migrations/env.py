"""What Alembic runs around each migration: on the connection it is given, in its transaction."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transaction_per_migration=False,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
context.run_migrations()
