"""The workshop: bets, runs, reveals, chapter by chapter."""
