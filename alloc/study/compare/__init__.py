"""Plans that anybody made: read back, completed, checked against the question, and compared with each other.

`completion` works out what follows from a plan's money; `verify` says what such a plan breaks and loses; `results`
reads what a run wrote; `diff` puts two results side by side; `split` says where their difference in jobs comes from.
"""
