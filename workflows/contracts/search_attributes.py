"""Search attributes, registered at the start of every environment. None of them carries contact data."""

from temporalio.common import SearchAttributeKey

LEAD = SearchAttributeKey.for_keyword("Lead")
LEAD_TIER = SearchAttributeKey.for_keyword("LeadTier")
LEAD_STAGE = SearchAttributeKey.for_keyword("LeadStage")
OWNER = SearchAttributeKey.for_keyword("Owner")
CAMPAIGN = SearchAttributeKey.for_keyword("Campaign")
SEGMENT = SearchAttributeKey.for_keyword("Segment")
NEXT_ACTION_AT = SearchAttributeKey.for_datetime("NextActionAt")
OVERDUE = SearchAttributeKey.for_bool("Overdue")
ATTEMPTS = SearchAttributeKey.for_int("Attempts")

ALL = (LEAD, LEAD_TIER, LEAD_STAGE, OWNER, CAMPAIGN, SEGMENT, NEXT_ACTION_AT, OVERDUE, ATTEMPTS)
BY_NAME = {key.name: key for key in ALL}
