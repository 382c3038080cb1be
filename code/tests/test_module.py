# SPDX-License-Identifier: GPL-2.0-only
"""The module in the VM, on the distribution's own kernel."""
import json
import re

import pytest
from conftest import RIGHT_SCHEMES, run

ALL = "owner_rests,owner_reads,owner_switches,owner_forks,owner_exits,owner_does_all"


@pytest.fixture(scope="module")
def vm(module, tmp_path_factory):
    """Boot, run a job, return the runner's record."""
    def boot(job, *options):
        folder = tmp_path_factory.mktemp("vm")
        (folder / "job").write_text(job)
        done = run("labs/vm/vm", "run", "--quiet", "--job", folder / "job",
                   "--add", module, "--add", "code/module/lab",
                   "--json", folder / "record.json", *options, timeout=600)
        assert (folder / "record.json").exists(), done.stdout + done.stderr
        return json.loads((folder / "record.json").read_text())
    return boot


def text(record):
    return "\n".join(record["ktap"])


@pytest.fixture(scope="module")
def right(vm):
    """One boot for all right schemes, and all that they can be asked for."""
    return vm(f"/lab/lab {','.join(RIGHT_SCHEMES)} {ALL},bench_get,bench_peek,"
              "bench_own,bench_switch,bench_busy,count ms=50 samples=10\n")


def test_vm_says_pass_for_the_right_schemes(right):
    assert right["verdict"] == "pass", right["reason"] + text(right)
    assert right["smp"] >= 2 and right["accel"] in ("tcg", "kvm")


@pytest.mark.parametrize("scheme", RIGHT_SCHEMES)
def test_right_scheme_keeps_its_invariants_in_the_kernel(right, scheme):
    for scenario in ALL.split(","):
        assert re.search(rf"^ +ok \d+ {scheme}\.{scenario}$", text(right), re.M)
    assert "violated" not in text(right)


def test_kernel_itself_has_nothing_to_report(right):
    assert not right["splats"]


def test_measurements_come_as_raw_data(right):
    for metric in ("read", "switch", "busy_read", "count"):
        for scheme in RIGHT_SCHEMES:
            assert f"# raw metric={metric} scheme={scheme} " in text(right)


def test_dead_do_not_fill_the_guest_however_long_it_runs(vm):
    """Some 17 MB/s die: 128 MB were full before this ended."""
    record = vm("/lab/lab dedicated_lock owner_exits ms=8000\n", "--mem", "128")
    assert record["verdict"] == "pass", record["reason"] + text(record)


def test_rcu_switch_waits_for_a_grace_period_and_only_then(right):
    """Claim R4, coarsely: at least a jiffy against far less than one."""
    p50 = {kind: int(re.search(rf"metric=switch scheme=rcu .*kind={kind} "
                               r"company=alone .*p50_ns=(\d+)", text(right))[1])
           for kind in ("last", "shared")}
    jiffy = 1e9 / int(re.search(r"hz=(\d+)", text(right))[1])
    assert p50["last"] > jiffy > 10 * p50["shared"]


def test_rfc_breaks_the_owners_own_reads(vm):
    """Claim P4: a segfault, or worse."""
    record = vm("/lab/lab pointer_tag owner_reads ms=3000\n")
    assert record["verdict"] == "panic", record["reason"] + text(record)
    assert record["splat"]["function"] == "lab_current_uts_inum"
    assert record["splat"]["kind"] in ("general-protection", "page-fault")


def test_rfc_loses_references_when_the_owner_switches(vm):
    record = vm("/lab/lab pointer_tag owner_rests,owner_switches ms=1000\n")
    assert record["verdict"] in ("fail", "panic"), text(record)
    assert re.search(r"^ +ok 1 pointer_tag\.owner_rests", text(record), re.M)
    if record["verdict"] == "fail":
        assert re.search("violated (leak|dead-namespace|freed-twice)", text(record))


def test_module_is_removed_in_the_middle_of_a_run(vm):
    record = vm("""
echo "KTAP version 1"
echo "1..5"
n=0
for scheme in task_lock rcu dedicated_lock pointer_lock rcu_work; do
	n=$((n + 1))
	insmod /lab/nsproxy_lab.ko scheme=$scheme run=owner_does_all,bench_get ms=600000
	(cat /proc/nsproxy_lab > /tmp/report) &
	read -r first < /proc/nsproxy_lab
	rmmod nsproxy_lab && [ ! -e /proc/nsproxy_lab ] && echo "ok $n $scheme" || echo "not ok $n $scheme"
	wait
	sed 's/^/# /' /tmp/report
done
""")
    assert record["verdict"] == "pass", record["reason"] + text(record)
    assert text(record).count("stopped before the end") == 5
    assert not record["splats"]


def test_wrong_parameters_are_refused_with_a_reason(vm):
    record = vm("""
for bad in scheme=seqlock "scheme=rcu readers=0" "scheme=rcu readers=99" "scheme=rcu ms=0"; do
	insmod /lab/nsproxy_lab.ko $bad && echo "loaded with $bad"
done
insmod /lab/nsproxy_lab.ko scheme=rcu run=owner_sleeps && cat /proc/nsproxy_lab
rmmod nsproxy_lab
dmesg | grep nsproxy_lab:
""", "--plain")
    said = text(record)
    assert "loaded with" not in said
    assert 'nsproxy_lab: there is no scheme "seqlock"; scheme= takes task_lock, rcu' in said
    assert "readers= takes 1 to 14; ms= and samples= at least 1" in said
    assert "no step is called owner_sleeps" in said
