"""Long runs, only with `make soak`."""
