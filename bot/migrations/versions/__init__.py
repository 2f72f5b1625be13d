"""One module a revision, applied in the order of `down_revision`. A released one is never edited."""
