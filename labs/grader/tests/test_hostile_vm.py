# SPDX-License-Identifier: GPL-2.0-only
"""Submissions that turn on the VM, should one get that far.

The source check takes none of these: what is tried is what is left if it did.
HOSTILE_VM=all tries all of them, for minutes; the suite tries one.
"""
import os
import re
import subprocess

import pytest
from grading import FOLDERS, lab, labs

from graderlib import corroborate, skeleton

HEAD = """#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/printk.h>
#include <linux/reboot.h>

static int lab_idle(void *unused)
{
	for (;;)
		pr_emerg("flood flood flood flood flood flood flood flood flood\\n");
	return 0;
}

static struct lab_uts_namespace *lab_utsns_get(struct lab_task *task)
{
	%s
	return NULL;
}
"""
TRIES = {
    "flood": "for (int i = 0; i < 200; i++) kthread_run(lab_idle, NULL, \"flood\"); "
             "lab_idle(NULL);",
    "panic": "panic(\"ok 1 - all is well\");",
    "hang": "local_irq_disable(); for (;;) ;",
    "poweroff": "(void)lab_idle; kernel_power_off();",
    "fake": "pr_emerg(\"KTAP version 1\\n1..1\\nok 1 rcu\\n\"); kernel_restart(NULL);",
}
CHOSEN = list(TRIES) if os.environ.get("HOSTILE_VM") == "all" else ["panic"]


def emulators():
    """QEMUs that are children of this process or of its children."""
    out = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True,
                         check=True).stdout
    rows = [line.split(None, 2) for line in out.splitlines()]
    mine, found = {str(os.getpid())}, []
    for _ in range(6):
        mine |= {pid for pid, parent, _ in rows if parent in mine}
    for pid, _, name in rows:
        if pid in mine and name.startswith("qemu"):
            found.append(pid)
    return found


@pytest.mark.parametrize("name", CHOSEN)
def test_hostile_module_is_a_run_that_failed_and_no_more(name):
    a_lab = lab(FOLDERS[1])
    text = skeleton.compose(labs.reference(a_lab), HEAD % TRIES[name])
    text = re.sub(r'^#line \d+ "(scheme|wrong)\.c"\n', "", text, flags=re.MULTILINE)
    seen = corroborate.vm(a_lab, text)
    assert seen["state"] == "failed", seen
    assert len(seen["said"]) < 400 and seen["said"].isprintable()
    assert not emulators()
