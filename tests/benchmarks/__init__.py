"""How fast it is, beside the alternatives: `make bench`, or `python -m tests.benchmarks [--quick] [ROW …]`.

Each row is a module here with `measure(quick)`, which gives what it measured, ours and the alternative in the
same run. `quick` only shows that the benchmark still runs: tiny sizes, numbers that mean nothing.
"""
