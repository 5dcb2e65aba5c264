"""The signer's doors. Thin: find the entry, do one verb, redirect or render.

link: the emailed address. gate: what is pressed at the gate. page: what is to
be seen now. document: pages, text, files. acting: fill, sign, decline. brand:
a company's colour and logo.
"""
