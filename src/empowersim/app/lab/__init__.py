"""The lab: one run, watched and changed."""
