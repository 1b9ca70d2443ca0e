"""The operators' service: the codec endpoint, through which the Temporal UI shows what workflows carry."""
