"""What a user would pick instead of the ensemble engine: the same model in other tools."""
