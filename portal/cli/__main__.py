"""`python -m portal.cli`: how the supervisor starts its parts."""

from portal.cli.main import main

main()
