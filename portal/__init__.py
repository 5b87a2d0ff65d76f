"""Where people come in: pages and the command line `rectify`."""
