# SPDX-License-Identifier: GPL-2.0-only
"""From what the parts of an experiment showed to one verdict and a sentence.

A part has "true" (True, False, None for undecided, or "shown" where nothing
was asked), "text" and "figure".
"""
import re

WORDS = ("holds", "refuted", "not reproduced here")


def verdict_of(parts):
    """All must be so to hold; one that is not so refutes; else undecided."""
    asked = [p["true"] for p in parts if p["true"] != "shown"]
    if any(true is False for true in asked):
        return "refuted"
    return "holds" if asked and all(asked) else "not reproduced here"


def summary_of(parts, limits="", most=3):
    """A sentence with figures: what decided the verdict comes first."""
    order = {False: 0, None: 1, True: 2, "shown": 3}
    first = sorted(parts, key=lambda p: order[p["true"]])
    text = "; ".join(p["text"] for p in first[:most])
    if len(parts) > most:
        text += "; the rest in the figures"
    # A name of the code keeps its small letter.
    if not re.match(r"rcu\b|\w*_", text):
        text = text[:1].upper() + text[1:]
    return f"{text}. {limits}".strip()
