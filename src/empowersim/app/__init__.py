"""The workshop app: one page for a facilitator, a laptop and a projector.

`forecast` computes, `texts` speaks, `page` shows (with a Vue file a picture), `server` serves.
"""
