"""Tier 2's workflow Conversion, from the hand-over to the first sale.

`workflow` is the story, `assignment` finds a manager, `signals` takes people's answers, `activities` asks the tier.
"""
