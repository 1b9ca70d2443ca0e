"""What tier 3's REST takes and gives, a module per noun. An answer that is exactly a record inherits its fields."""
