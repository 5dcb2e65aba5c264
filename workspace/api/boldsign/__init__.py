"""The door that BoldSign's client libraries knock on, under /v1/.

It translates: names and shapes come in, the verbs of signing and verification
do what is asked, and what stands in the database goes out in the vendor's
words. Rules are the verbs'; what is refused here is input that says nothing.
"""
