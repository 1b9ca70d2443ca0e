"""The planner: the same people and leads in two departments, the classic one and the one of three tiers.

A run draws its luck first (`luck`) and then lets both departments live through the same weeks with it (`department`,
`models`), so that a difference between them is never one of luck. Many runs give intervals (`runs`, `summary`). What is
assumed, and which of it was measured, stands in `assumptions`.
"""
