"""The audit is held by triggers, which each database words in its own way."""

from tests.postgres import database_url, postgres

__all__ = ["database_url", "postgres"]
