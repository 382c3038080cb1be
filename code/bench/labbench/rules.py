# SPDX-License-Identifier: GPL-2.0-only
"""What an experiment expects of figures, as data: no rule is ever executed.

    figure = "task_lock read.peek.most.calm"     a scheme and a quantity
    over   = "rcu read.peek.most.calm"           optional: their ratio, paired
    minus  = "task_lock count.nothing.held"      optional: their difference
    unit   = "jiffies"                           optional: of a figure in ns
    is     = "<", than = 1                       <, >, or = for what is counted
    say    = "..."                               what the figure is, in words

Without `is` and `than` a figure is only shown.

"most" stands for the largest number of remote readers that was measured, and
"{most}" in `say` becomes that number. A
rule is true or false when the whole interval is on one side, else undecided.
"""
from . import Trouble
from .stats import Estimate, bootstrap, paired_ratio

FIELDS = {"figure", "over", "minus", "unit", "is", "than", "say"}
RELATIONS = {"<": "less than", ">": "more than", "=": "exactly"}
# Three rounds are the least that have an interval worth the name.
LEAST_ROUNDS = 3


def check(rule):
    """Trouble when a rule makes no sense, whatever the figures are."""
    where = f"rule {rule.get('figure', rule)!r}"
    wanted = {"figure", "say"} | ({"is", "than"} if {"is", "than"} & set(rule) else set())
    missing = wanted - set(rule)
    if missing or set(rule) - FIELDS:
        odd = ", ".join(sorted(missing | (set(rule) - FIELDS)))
        raise Trouble(f"{where} is wrong about: {odd}")
    if rule.get("is", "=") not in RELATIONS:
        raise Trouble(f"{where}: is = “{rule['is']}”; it takes <, > or =")
    than = rule.get("than", 0)
    if isinstance(than, bool) or not isinstance(than, (int, float)):
        raise Trouble(f"{where}: than = {than!r} is no number")
    if "over" in rule and ("minus" in rule or "unit" in rule):
        raise Trouble(f"{where}: a ratio has no unit, and nothing to take off")
    if rule.get("unit", "jiffies") != "jiffies":
        raise Trouble(f"{where}: unit takes jiffies only")
    for name in ("figure", "over", "minus"):
        if name in rule and len(rule[name].split()) != 2:
            raise Trouble(f"{where}: {name} takes a scheme and a quantity")


def most_readers(table):
    return max((int(n.split(".")[2]) for n in table.names()
                if n.startswith("read.")), default=0)


def split(name, table):
    """(scheme, quantity), with "most" filled in."""
    scheme, quantity = name.split()
    if ".most." in quantity:
        quantity = quantity.replace(".most.", f".{most_readers(table)}.")
    return scheme, quantity


def estimate(rule, table):
    """(Estimate or None, unit) of what a rule is about."""
    scheme, quantity = split(rule["figure"], table)
    values = table.values(scheme, quantity)
    unit = table.units.get(quantity, "")
    if not values:
        return None, unit
    name = f"{rule['figure']} {rule.get('over', '')} {rule.get('minus', '')}"
    if "over" in rule:
        other = table.values(*split(rule["over"], table))
        return paired_ratio(values, other, name), ""
    if "minus" in rule:
        other = table.values(*split(rule["minus"], table))
        values = {r: values[r] - other[r] for r in values if r in other}
        if not values:
            return None, unit
    found = bootstrap(values.values(), name)
    if rule.get("unit") == "jiffies":
        if not table.hz:
            raise Trouble(f"{rule['figure']}: there are no jiffies where this was "
                          "measured")
        return found.scaled(table.hz / 1e9), f"jiffies at HZ={table.hz}"
    return found, unit


def truth(rule, found):
    """True, False, or None for undecided."""
    if found is None:
        return None
    than = rule["than"]
    if rule["is"] == "=":
        if found.lo == found.hi == than:
            return True
        return None if found.lo <= than <= found.hi else False
    counted = rule["figure"].split()[1].startswith("count.") and found.lo == found.hi
    if found.n < LEAST_ROUNDS and not counted:
        return None
    if rule["is"] == ">":               # the mirror image
        found, than = Estimate(-found.value, -found.hi, -found.lo, found.n), -than
    if found.hi < than:
        return True
    return False if found.lo >= than else None


def number(value):
    """Three digits that count, and no powers of ten."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    text = f"{value:.3g}"
    return text if "e" not in text else f"{value:.7f}".rstrip("0").rstrip(".")


def scale(found, unit):
    """(Estimate, unit) in a unit that people read: 16 ms, 57 million/s."""
    steps = {"ns": ((1e6, "ms"), (1e3, "us")), "1/s": ((1e6, "million/s"),)}
    for factor, name in steps.get(unit, ()):
        if abs(found.value) >= factor:
            return found.scaled(1 / factor), name
    return found, unit


def figure_of(say, found, unit):
    """As verdicts.json has it; no interval for what is exact."""
    exact = found.lo == found.hi

    def short(x):
        return float(f"{x:.4g}")
    return {"name": say, "value": short(found.value),
            "lo": None if exact else short(found.lo),
            "hi": None if exact else short(found.hi), "unit": unit}


def evaluate(rule, table):
    """{"true": True|False|None, "text": part of a sentence, "figure": ...|None};
    "true" is "shown" where nothing was asked."""
    found, unit = estimate(rule, table)
    asked = "is" in rule
    say = rule["say"].replace("{most}", str(most_readers(table)))
    if found is None:
        return {"true": None if asked else "shown", "figure": None,
                "text": f"{say}: not measured"}
    result = truth(rule, found) if asked else "shown"
    found, unit = scale(found, unit)
    text = f"{say}: {number(found.value)}"
    if found.lo != found.hi:
        text += f" ({number(found.lo)} to {number(found.hi)})"
    text += f" {unit}" if unit else ""
    if asked:
        wanted = f"{RELATIONS[rule['is']]} {number(rule['than'])}"
        if result is None:
            text += f", too noisy to tell whether it is {wanted}"
        elif not result:
            text += f", which is not {wanted}"
        elif rule["is"] != "=":
            text += f", {wanted}"
    return {"true": result, "text": text, "figure": figure_of(say, found, unit)}
