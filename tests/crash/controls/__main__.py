"""`python -m tests.crash.controls BUILD MODULE WORDS…`: the module's program, with something broken in it."""

import runpy
import sys

from tests.crash.controls.builds import BUILDS

_, build, module, *words = sys.argv
BUILDS[build]()
sys.argv = [module, *words]
runpy.run_module(module, run_name="__main__", alter_sys=True)
