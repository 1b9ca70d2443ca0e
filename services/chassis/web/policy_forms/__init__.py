"""A tier's policy as forms that are made from its pydantic model: read in words, edited part by part, and compared with
the version in force. Shared by all tiers; each brings the words of its own fields.
"""
