"""The verbs of the gate. Pages, APIs, admin actions and tasks are doors to them.

opening: browsers and visits. asking: a code is sent. trying: what every guess has
in common; checking: one-time codes; access_codes: passwords. locking: tries run
out. issuing: a publisher's code. ending: proofs that stop holding.
"""
