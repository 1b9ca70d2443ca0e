"""Measured figures beside a limit from the same run. Printed, never asserted in tests."""
