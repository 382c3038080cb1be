# SPDX-License-Identifier: GPL-2.0-only
"""The pieces of labs/debug/debug."""
import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
for _part in ("labs/vm", "code/kernel", "code/runtime"):
    sys.path.insert(0, os.path.join(TOP, _part))
