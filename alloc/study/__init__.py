"""Many solves of one question: what happens to the plan when the figures are others."""
