# SPDX-License-Identifier: GPL-2.0-only
"""A grade in the form of Gradescope's autograder: results.json."""

STATUS = {"passed": "passed", "failed": "failed"}


def output(task):
    parts = [task.get("reason") or "", task.get("lanes") or ""]
    if task.get("read"):
        parts.append(f"The book: {task['read']}")
    if task["state"] not in ("passed", "failed"):
        parts.insert(0, f"({task['state']})")
    return "\n\n".join(p.rstrip() for p in parts if p)


def results(result):
    """The points are whole numbers of the grader's, nothing is weighed anew."""
    if "not_graded" in result:
        return {"score": 0, "output": f"Not graded: {result['not_graded']}.",
                "visibility": "visible"}
    tests = []
    for task in result["tasks"]:
        test = {"name": f"{task['id']} {task['title']}", "number": task["id"],
                "score": task["points"], "max_score": task["of"],
                "output": output(task), "visibility": "visible"}
        if task["state"] in STATUS:
            test["status"] = STATUS[task["state"]]
        tests.append(test)
    said = "\n".join(f"{s['name']}: {s['state']}" + (f", {s['said']}" if s.get("said") else "")
                     for s in result["stages"])
    return {"score": result["points"], "execution_time": round(result.get("seconds", 0)),
            "output": said, "output_format": "text", "test_output_format": "text",
            "visibility": "visible", "stdout_visibility": "hidden", "tests": tests}
