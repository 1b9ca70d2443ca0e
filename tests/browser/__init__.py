"""The pages as people use them: a real browser on the embedded stack."""
