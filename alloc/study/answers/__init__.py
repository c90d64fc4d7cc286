"""What a planner is asked when the plan lies on the table, answered by proven re-solves."""
