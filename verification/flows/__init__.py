"""The verbs of the gate. Pages, APIs, admin actions and tasks are doors to them.

opening: browsers and visits. asking: a code is sent. checking: a code is
looked at. issuing: a publisher's code, locks. ending: proofs that stop holding.
"""
