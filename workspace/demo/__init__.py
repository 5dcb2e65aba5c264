"""The demo: example companies, and pages that show what was sent to whom.

Routed only when settings.DEMO is on. It belongs to the topmost layer because
its landing page hands out signers' links.
"""
