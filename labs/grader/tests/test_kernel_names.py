# SPDX-License-Identifier: GPL-2.0-only
"""What the kit does not have of the kernel's is refused by its own name, with what to use
instead; what it has is taken."""
import pytest

from grading import FOLDERS, graded, lab, labs, shown
from graderlib import check, kernel_names, skeleton

# a declaration of file scope, a statement in lab_utsns_get(): what is said
REFUSED = [
    ("static seqlock_t lab_seq;", "", "seqlock_t can't be used here: use spinlock_t, or RCU"),
    ("", "seqcount_t s;", "seqcount_t can't be used here"),
    ("static struct srcu_struct lab_srcu;", "", "struct srcu_struct can't be used here: use "
     "rcu_read_lock()"),
    ("struct srcu_struct;", "", "struct srcu_struct can't be used here"),
    ("DEFINE_STATIC_SRCU(lab_srcu);", "", "DEFINE_STATIC_SRCU() can't be used here"),
    ("", "int i = srcu_read_lock(NULL);", "srcu_read_lock() can't be used here: use rcu_read_lock()"),
    ("static struct rw_semaphore lab_sem;", "", "struct rw_semaphore can't be used here: use "
     "struct mutex"),
    ("static DECLARE_RWSEM(lab_sem);", "", "DECLARE_RWSEM() can't be used here"),
    ("extern struct semaphore *lab_sem;", "", "struct semaphore can't be used here"),
    ("", "down(NULL);", "down() can't be used here"),
    ("static DEFINE_RAW_SPINLOCK(lab_raw);", "", "DEFINE_RAW_SPINLOCK() can't be used here: use "
     "spinlock_t"),
    ("", "raw_spin_lock(NULL);", "raw_spin_lock() can't be used here"),
    ("", "smp_wmb();", "smp_wmb() can't be used here: let the store behind it be "
     "smp_store_release()"),
    ("", "smp_rmb();", "smp_rmb() can't be used here"),
    ("", "void *p = kmalloc(8, 0);", "kmalloc() can't be used here: use lab_alloc()"),
    ("", "kfree(task);", "kfree() can't be used here: use lab_free()"),
    ("", "kfree_rcu(task, rcu);", "kfree_rcu() can't be used here: use call_rcu()"),
    ("", "void *p __free(kfree) = NULL;", "__free() can't be used here: free it on each way out"),
    ("", "cond_synchronize_rcu(0);", "cond_synchronize_rcu() can't be used here: use "
     "synchronize_rcu()"),
    ("", "atomic_long_t a;", "atomic_long_t can't be used here: use atomic64_t"),
    ("", "set_bit(0, NULL);", "set_bit() can't be used here: use atomic_t"),
    ("static DEFINE_PER_CPU(int, lab_count);", "", "DEFINE_PER_CPU() can't be used here"),
    ("", "struct timer_list t;", "struct timer_list can't be used here"),
    ("", "msleep(1);", "msleep() can't be used here: wait for what you need"),
    ("", "mutex_lock_interruptible(NULL);", "mutex_lock_interruptible() can't be used here: use "
     "mutex_lock()"),
    ("", "guard(rwsem_read)(NULL);", "guard(rwsem_read) can't be used here: there are guards of"),
    ("", "int n = in_interrupt();", "in_interrupt() can't be used here"),
    ("", "EXPORT_SYMBOL(lab_utsns_get);", "EXPORT_SYMBOL() can't be used here: leave it out"),
    ("", "task_lock(task);", "task_lock() can't be used here: it is called lab_task_lock() here"),
    ("static DEFINE_MUTEX(lab_m);", "", "DEFINE_MUTEX() is in <linux/mutex.h>: include that"),
    ("static struct mutex lab_m;", "", "is in <linux/mutex.h>: include that"),
    ("", "struct completion c;", "is in <linux/completion.h>: include that"),
    ("", "frobnicate(task);", "frobnicate() is nothing that the kit has"),
    ("static frob_t lab_f;", "", "frob_t is nothing that the kit has"),
]


def planted(a_lab, above, statement):
    text = labs.reference(a_lab)
    begin, end = labs.change.function_span(text, "lab_utsns_get")
    at = text.index("\n\n", text.index("{", begin)) + 1
    head = text.index("/**\n * lab_utsns_get")
    return text[:head] + (above + "\n\n" if above else "") + text[head:at] + (
        "\t" + statement + "\n" if statement else "") + text[at:]


@pytest.mark.parametrize("above, statement, words", REFUSED,
                         ids=[a or s for a, s, _ in REFUSED])
def test_what_the_kit_lacks_is_refused_by_its_own_name(above, statement, words, tmp_path):
    a_lab = lab(FOLDERS[0])
    result = graded(tmp_path, a_lab, planted(a_lab, above, statement), only=("check", "build",
                                                                           "explore"))
    said = " ".join(s["said"] for s in result["stages"]) + " ".join(
        t["reason"] for t in result["tasks"])
    assert words in said, said
    assert "Error" not in said and "implicit declaration" not in said


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.rsplit("/", 1)[-1])
def test_nothing_of_the_kits_own_is_refused(folder):
    a_lab = lab(folder)
    texts = {"reference": labs.reference(a_lab), "skeleton": skeleton.skeleton(a_lab)}
    texts |= {name: labs.read_text(path) for name, path in labs.rights(a_lab).items()}
    for name, text in texts.items():
        words = list(check.tokens(text))
        assert kernel_names.used(check.headers(a_lab), words, text) == [], name


def test_a_name_is_refused_only_while_no_header_has_it(tmp_path):
    header = tmp_path / "seqlock.h"
    header.write_text("typedef struct {\n\tint sequence;\n} seqlock_t;\n"
                      "#define read_seqbegin(s) ((s)->sequence)\n"
                      "static inline void write_seqlock(seqlock_t *s)\n{\n}\n")
    for name in ("seqlock_t", "read_seqbegin", "write_seqlock"):
        assert kernel_names.instead_of({}, name)
        assert not kernel_names.instead_of({"linux/seqlock.h": str(header)}, name)


def test_a_submissions_own_names_are_its_own(tmp_path):
    a_lab = lab(FOLDERS[0])
    for above, statement in (
            ("struct timer_list { int own; };", "struct timer_list t = { 0 };\n\t(void)t;"),
            ("static void set_bit(int n)\n{\n}", "set_bit(0);"),
            ("", "int jiffy = 0, up = 1, down = 2;\n\t(void)(jiffy + up + down);")):
        result = graded(tmp_path, a_lab, planted(a_lab, above, statement), only_task="0.1")
        assert result["tasks"][0]["state"] == "passed", shown(result)


# Of guards of locks there are right submissions: right/guards.c.
USED = {
    "preempt": "scoped_guard(preempt)\n\t\tpr_info(\"task %p\\n\", task);",
    "messages": "pr_warn_ratelimited(\"%d %s\\n\", 1, \"two\");\n\tprintk(KERN_INFO \"three\\n\");",
    "atomics": "atomic_t a = ATOMIC_INIT(1);\n\n\tWARN_ON(!atomic_inc_not_zero(&a));\n"
               "\tWARN_ON(atomic_add_unless(&a, 1, 2));\n\tWARN_ON(atomic_fetch_add(2, &a) != 2);\n"
               "\tWARN_ON(!atomic_sub_and_test(4, &a));\n\tWARN_ON(atomic_inc_not_zero(&a));\n"
               "\tWARN_ON(atomic_dec_if_positive(&a) != -1 || atomic_read(&a));\n"
               "\tsmp_mb__before_atomic();",
    "lists": "LIST_HEAD(head);\n\tstruct { int n; struct list_head list; } one = { 1 }, two = { 2 }, *at;\n"
             "\tint sum = 0;\n\n\tlist_add_tail(&one.list, &head);\n"
             "\tWARN(!list_is_singular(&head), \"%d\\n\", one.n);\n"
             "\tlist_add_tail(&two.list, &head);\n"
             "\tlist_for_each_entry_rcu(at, &head, list, true)\n\t\tsum += at->n;\n"
             "\tWARN_ON(sum != 3);\n\tat = &one;\n"
             "\tWARN_ON(list_next_entry(at, list)->n != 2);\n\tat = list_first_entry_or_null(&head, "
             "__typeof__(*at), list);\n\tWARN_ON(!at || at->n != 1 || !list_is_last(&two.list, &head));\n"
             "\tat = list_first_or_null_rcu(&head, __typeof__(*at), list);\n"
             "\tWARN_ON(at->n != 1);\n\tswap(one.n, two.n);\n\tWARN_ON(one.n != max_t(int, 1, 2));",
    "words": "u16 a = 1; s8 b = -1; s32 c __maybe_unused = 0;\n\n"
             "\tWARN_ON(IS_ERR_OR_NULL(task) || PTR_ERR_OR_ZERO(task));\n"
             "\tswitch (a + b) {\n\tcase 0:\n\t\ta = 2;\n\t\tfallthrough;\n\tdefault:\n"
             "\t\tb = 0;\n\t}\n\tWARN_ON(a != 2 || b);",
    "counts": "refcount_t r = REFCOUNT_INIT(1);\n\n\trefcount_add(2, &r);\n"
              "\tWARN_ON(!refcount_inc_not_zero(&r));\n\tWARN_ON(!refcount_dec_not_one(&r));\n"
              "\trefcount_dec(&r);\n\tWARN_ON(!refcount_sub_and_test(2, &r));\n"
              "\tWARN_ON(refcount_inc_not_zero(&r));",
}


@pytest.mark.parametrize("name", USED)
def test_what_the_kit_has_is_taken_and_does_its_job(name, tmp_path):
    a_lab = lab(FOLDERS[0])
    text = planted(a_lab, "", "{\n\t" + USED[name].replace("\n", "\n\t") + "\n\t}")
    result = graded(tmp_path, a_lab, text.replace(
        "#include <linux/kernel.h>\n", "#include <linux/kernel.h>\n#include <linux/refcount.h>\n#include <linux/err.h>\n"
        "#include <linux/rculist.h>\n", 1),
        only=("check", "build", "explore", "stress"), only_task="0.1")
    assert result["tasks"][0]["state"] == "passed", shown(result)
    assert [s["state"] for s in result["stages"] if s["name"] == "stress"] in (
        ["passed"], ["not reached"]), shown(result)
    assert not result["warnings"], result["warnings"]


def test_a_guard_that_holds_too_long_is_seen(tmp_path):
    """A twin of the right one: the last put under the lock."""
    a_lab = lab(FOLDERS[0])
    text = labs.reference(a_lab)
    begin, end = labs.change.function_span(text, "lab_switch_task_namespaces")
    body = text[begin:end].replace("	spin_lock(&self->nsproxy_lock);\n",
                                   "	guard(spinlock)(&self->nsproxy_lock);\n").replace(
        "	spin_unlock(&self->nsproxy_lock);\n", "")
    result = graded(tmp_path, a_lab, text[:begin] + body + text[end:], only_task="0.2")
    failed = result["tasks"][1]
    assert (failed["state"], failed["kind"]) == ("failed", "sleep-in-atomic"), shown(result)
    assert "holds nsproxy_lock" in failed["because"], failed
