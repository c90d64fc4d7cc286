"""Many solves of one question: what happens to the plan when the figures are others.

Each study has `result.py` (what it found), `search.py` (how) and `save.py` (its files). What several need stands
beside them: `request.py` (question, progress), `points` (the question under other figures, many at a time),
`spreadsheet.py` and `handmade.py` (tables as people leave them, and the plans in them) and `files.py`. No study imports
another, but for `whatif`, which is a sweep with a page.
"""
