"""What is done in tier 3: every public function is one transaction, or one step of one."""
