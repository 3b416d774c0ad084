"""Your organisation: an org chart brought in."""
