# SPDX-License-Identifier: GPL-2.0-only
"""What a class's results look like to other programs: CSV and JUnit."""
import csv
import os
import re
import xml.etree.ElementTree as ElementTree

FINE = ("passed", "for a person")
# What XML can't hold, even escaped.
UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def points_of(result, task):
    return next((t["points"] for t in result["tasks"] if t["id"] == task.id), 0)


def state_of(result, task):
    return next((t["state"] for t in result["tasks"] if t["id"] == task.id), "not reached")


def safe_cell(text):
    """A spreadsheet takes a cell that begins so for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def write_rows(path, rows):
    with open(path + ".new", "w", newline="", encoding="utf-8") as f:
        csv.writer(f).writerows(rows)
    os.replace(path + ".new", path)


def write_csv(path, lab, rows):
    counted = [t for t in lab.tasks if t.points]
    table = [["nr", "submission", "points", "of", *(t.id for t in counted),
              "stuck at", "reason", "host", "file", "report"]]
    for item, result in rows:
        stuck = next((t for t in result["tasks"] if t["state"] not in FINE), {})
        reason = result.get("not_graded") or stuck.get("reason") or ""
        table.append([item.number, safe_cell(item.name), f"{result['points']:g}",
                      f"{result['of']:g}",
                      *(f"{points_of(result, t):g}" for t in counted),
                      stuck.get("id", ""), safe_cell(reason),
                      safe_cell(result.get("host", "")), safe_cell(item.note),
                      f"reports/{item.stem}.html" if result["tasks"] else ""])
    write_rows(path, table)


def write_resources(path, rows):
    table = [["nr", "submission", "seconds", "largest process, MB", "host"]]
    for item, result in rows:
        table.append([item.number, safe_cell(item.name), result.get("seconds", ""),
                      result.get("memory_mb", ""), result.get("host", "")])
    write_rows(path, table)


def write_junit(path, lab, rows):
    def fit(text):
        return UNFIT.sub("\N{REPLACEMENT CHARACTER}", str(text))
    root = ElementTree.Element("testsuites", name=f"lab {lab.number}")
    for item, result in rows:
        suite = ElementTree.SubElement(
            root, "testsuite", name=fit(item.name), time=str(result.get("seconds", 0)),
            hostname=fit(result.get("host", "")))
        counts = {"tests": 0, "failures": 0, "skipped": 0, "errors": 0}
        if "not_graded" in result:
            case = ElementTree.SubElement(suite, "testcase", name="graded",
                                          classname=fit(item.name))
            ElementTree.SubElement(case, "error", message=fit(result["not_graded"]))
            counts["tests"] += 1
            counts["errors"] += 1
        for task in result["tasks"]:
            case = ElementTree.SubElement(suite, "testcase", classname=fit(item.name),
                                          name=fit(f"{task['id']} {task['title']}"))
            counts["tests"] += 1
            if task["state"] == "failed":
                counts["failures"] += 1
                failure = ElementTree.SubElement(case, "failure",
                                                 message=fit(task.get("reason") or ""))
                failure.text = fit(task.get("lanes") or "")
            elif task["state"] != "passed":
                counts["skipped"] += 1
                ElementTree.SubElement(case, "skipped", message=fit(task["state"]))
        for name, number in counts.items():
            suite.set(name, str(number))
    tree = ElementTree.ElementTree(root)
    ElementTree.indent(tree)
    tree.write(path + ".new", encoding="utf-8", xml_declaration=True)
    os.replace(path + ".new", path)
