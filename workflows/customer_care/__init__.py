"""Tier 3's workflow CustomerCare, from the first order until the customer leaves.

`workflow` is the story, `state` is carried for years, `signals` takes people's answers, `activities` asks the tier.
"""
