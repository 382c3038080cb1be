# SPDX-License-Identifier: GPL-2.0-only
"""Read KTAP (Documentation/dev-tools/ktap.rst), as it arrives."""
import re

RESULT = re.compile(r"(?P<not>not )?ok\b *(?P<number>\d{1,9}(?!\d))?(?: - | +|$)?"
                    r"(?P<rest>.*)$")
PLAN = re.compile(r"1\.\.(?P<count>\d{1,9})\s*(#.*)?$")
SKIP = re.compile(r"#\s*skip\b", re.I)
MAX_LINE = 4096     # characters of a line that are looked at
# a line that a kernel's log passed on has its time stamp in front
STAMP = re.compile(r"^\[ *\d+\.\d+\](\[ *[TC]\d+\])? ")


class Block:
    """The tests of one indentation: the whole, or one suite within it."""

    def __init__(self, indent):
        self.indent = indent
        self.plan = None
        self.results = 0


class Parser:
    """Feed it lines; ask it for counts and for what is wrong."""

    def __init__(self):
        self.ok = self.not_ok = self.skip = 0
        self.failed = []        # descriptions of the `not ok` lines
        self.problems = []      # plans not met, numbers out of order
        self._blocks = []

    def _block_at(self, indent):
        """The block of that indentation; deeper ones end here.

        True with it if it has just ended a deeper one, so that a result
        line here sums up a suite and is no test of its own.
        """
        sums_up = False
        while self._blocks and self._blocks[-1].indent > indent:
            ended = self._blocks.pop()
            self._close(ended)
            sums_up = sums_up or ended.results > 0
        if not self._blocks or self._blocks[-1].indent < indent:
            self._blocks.append(Block(indent))
        return self._blocks[-1], sums_up

    def _close(self, block):
        where = "" if block is self._top() else " of a subtest"
        if block.plan is not None and block.results != block.plan:
            self.problems.append(f"the plan{where} promised {block.plan} "
                                 f"results, {block.results} came")

    def _top(self):
        return self._blocks[0] if self._blocks else None

    def line(self, text):
        """Take one line; True if it is a result, that is worth showing."""
        text = STAMP.sub("", text[:MAX_LINE].rstrip())
        body = text.lstrip(" ")
        indent = len(text) - len(body)
        if plan := PLAN.match(body):
            block, _ = self._block_at(indent)
            if block.plan is not None:
                self.problems.append("there are two plan lines (1..N) "
                                     "where one belongs")
            block.plan = int(plan["count"])
            return False
        result = RESULT.match(body)
        if not result:
            return False
        block, sums_up = self._block_at(indent)
        block.results += 1
        number = result["number"]
        if number and int(number) != block.results:
            self.problems.append(f"result number {number} came where "
                                 f"{block.results} was due")
        if result["not"]:
            self.not_ok += 1
            self.failed.append(result["rest"].strip() or f"test {number}")
        elif SKIP.search(result["rest"]):
            self.skip += 0 if sums_up else 1
        else:
            self.ok += 0 if sums_up else 1
        return True

    def finish(self):
        """No more lines: (passed, why not)."""
        top_plan = None
        if self._blocks:
            top_plan = self._blocks[0].plan
            top = self._blocks[0]
            for block in self._blocks[:0:-1]:
                self._close(block)
            self._blocks = [top]
            self._close(top)
        if self.not_ok:
            first = self.failed[0]
            more = f" and {self.not_ok - 1} more" if self.not_ok > 1 else ""
            return False, f"not ok: {first}{more}"
        if self.problems:
            return False, self.problems[0]
        if not self.ok and self.skip:
            return False, "every test was skipped"
        if not self.ok:
            return False, "there is no `ok` line among the results"
        if top_plan is None:
            return False, ("there is no plan line (1..N), so nobody can tell "
                           "whether results are missing")
        return True, ""

    def counts(self):
        plan = self._blocks[0].plan if self._blocks else None
        return {"ok": self.ok, "not_ok": self.not_ok, "skip": self.skip,
                "planned": plan}
