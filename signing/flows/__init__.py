"""The verbs of signing. Pages, APIs, admin actions and tasks are doors to them.

drafts: what a publisher prepares. sending: what leaves, what is taken back.
acting: what a signer does. sealing: what is made when the last one is done.
"""
