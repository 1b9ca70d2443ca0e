"""REST routes of tier 2, a module per resource. They read requests and give answers; the decisions are in actions/."""
