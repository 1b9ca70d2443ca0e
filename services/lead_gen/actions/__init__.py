"""What is done in tier 1: every public function is one transaction, or one step of one."""
