"""Files that a machine damages: see test_files.py."""
