"""What the model is held against: `python -m validation` writes docs/validation.md."""
