"""One question asked many times: two objectives against each other, and plans nearly as good as the best."""
