"""Many points of one question, planned in a file: what changes, how it is put together, what is kept."""
