"""The workshop app: one page for a facilitator, a laptop and a projector.

`page` is the shell and `server` serves it; each mode has its module, each picture its Vue file, and
`language` speaks.
"""
