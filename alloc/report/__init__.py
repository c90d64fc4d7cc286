"""From a solution to tables, files and words."""
