"""The processes of the house: one package per tier, the chassis below them, ops beside them."""
