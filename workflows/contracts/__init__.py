"""What the tiers know of each other: messages, ids, queue names, workflow and activity interfaces.

The one package that all sides import. It imports stdlib, temporalio and pydantic only.
"""
