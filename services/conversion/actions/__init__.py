"""What is done in tier 2: every public function is one transaction, or one step of one."""
