"""What comes in and goes out. Names in are taken in any case; names out, types and
closed lists are exactly those that the client libraries read."""
