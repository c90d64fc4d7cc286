"""What became of a plan: read back what was paid, delivered and counted, and go on from there."""
