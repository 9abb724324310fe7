"""The register of continual improvement: what is to get better, by how much, and whether it did.

It lives in the room of problems, whose reviews it follows up; any other kind of record can be what
an improvement came from. What it is judged by are the measures every room declares.
"""
