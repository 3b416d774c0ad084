"""What is claimed of the speed, each claim a script of its own."""
