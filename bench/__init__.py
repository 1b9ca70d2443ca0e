"""Measurements, each printed beside a limit from the same run. Nothing here is asserted in tests."""
