"""`python -m leadrelay`: the command line."""

from leadrelay.cli import main

main()
