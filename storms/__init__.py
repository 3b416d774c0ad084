"""Storms: faults by the hundred, to be run by hand; `make faults` writes docs/reliability.md."""
