"""What ops tells, gathered from the databases: it works while the APIs are away, and wherever `check` does."""
