"""The processes of the product: one package per tier, the chassis below them, ops beside them."""
