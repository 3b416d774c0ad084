"""How Hypothesis invents examples: the same ones for the same code, however long they take.

`pytest --hypothesis-profile=explore` invents new ones, and more of them.
"""

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("repeatable")
