"""Plans that anybody made: read back, completed, checked against the question, and compared with each other.

`spreadsheet` reads tables as people leave them; `handmade` reads the money of a plan from them; `completion` works out
what follows from that money; `verify` says what such a plan breaks and loses; `results` reads what a run wrote;
`diff` puts two results side by side; `split` says where their difference in jobs comes from.
"""
