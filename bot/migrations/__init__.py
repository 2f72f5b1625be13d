"""Schema changes, by Alembic; `bot.database` runs them at every start."""
