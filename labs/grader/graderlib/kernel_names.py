# SPDX-License-Identifier: GPL-2.0-only
"""Names of the kernel's that the kit does not have, and what to use instead.

A name is only refused while no header of the kit's defines it: who models one more has
nothing to do here.
"""
import fnmatch
import functools
import os
import re

LOCK = "use spinlock_t, or struct mutex where it may sleep"
RCU = "use rcu_read_lock(), synchronize_rcu() and call_rcu()"
WAIT = "wait for what you need: a lock, a completion, a grace period"
WORK = "use a work: schedule_work() and flush_work()"
OWN = "what is an object's own belongs into its struct"
MEMORY = "use lab_alloc(), or lab_alloc_atomic() where nobody may sleep"

# Patterns, and what to do instead. One that ends with ( is a call, as the word is a usual one.
NAMES = [
    ("seqlock_t seqcount_t seqcount_*_t seqcount_* seqlock_* read_seq* write_seq* raw_read_seq* "
     "raw_write_seq* DEFINE_SEQLOCK SEQCNT_*", "use spinlock_t, or RCU"),
    ("srcu_struct srcu_* *_srcu *_srcu_* DEFINE_SRCU DEFINE_STATIC_SRCU", RCU),
    ("rw_semaphore down_read* up_read* down_write* up_write* downgrade_write init_rwsem "
     "DECLARE_RWSEM rwsem_* percpu_rw_semaphore percpu_down_* percpu_up_* "
     "DEFINE_STATIC_PERCPU_RWSEM", "use struct mutex, or rwlock_t where nobody may sleep"),
    ("semaphore( struct-semaphore sema_init down( up( down_interruptible down_killable "
     "down_trylock down_timeout DEFINE_SEMAPHORE", "use struct mutex, or struct completion"),
    ("raw_spinlock_t raw_spin_* DEFINE_RAW_SPINLOCK arch_spinlock_t arch_spin_*",
     "use spinlock_t"),
    ("local_lock_t local_lock local_lock_* local_unlock local_unlock_* rt_mutex rt_mutex_* "
     "ww_mutex ww_mutex_* ww_acquire_ctx", LOCK),
    ("mutex_lock_interruptible mutex_lock_killable mutex_lock_io", "use mutex_lock()"),
    ("mutex_is_locked mutex_destroy rwlock_is_contended spin_is_contended spin_needbreak",
     "leave it out, or say lockdep_assert_held()"),
    ("spin_trylock_* read_trylock* write_trylock* spin_lock_irqsave_* spin_lock_nest_lock "
     "spin_lock_bh_nested atomic_dec_and_lock* refcount_dec_and_lock* "
     "refcount_dec_and_mutex_lock", "take the lock by spin_lock(), spin_lock_irqsave() or "
     "mutex_lock()"),
    ("smp_wmb", "let the store behind it be smp_store_release(), or use smp_mb()"),
    ("smp_rmb", "let the load before it be smp_load_acquire(), or use smp_mb()"),
    ("mb( rmb( wmb( dma_mb dma_rmb dma_wmb smp_mb__* smp_cond_load_* smp_read_barrier_depends "
     "smp_acquire__* virt_mb virt_rmb virt_wmb io_stop_wc", "use smp_mb()"),
    ("kmalloc* kzalloc* kcalloc* kvmalloc* kvzalloc* krealloc* kmem_cache* vmalloc* vzalloc* "
     "kstrdup* kmemdup* devm_k* malloc( calloc(", MEMORY),
    ("kfree_rcu* kvfree_rcu*", "use call_rcu(), and lab_free() in its callback"),
    ("kfree kfree_sensitive kvfree vfree kfree_const free(", "use lab_free()"),
    ("__free no_free_ptr return_ptr take_fd DEFINE_FREE __cleanup",
     "free it on each way out"),
    ("DEFINE_GUARD* DEFINE_LOCK_GUARD_* DEFINE_CLASS EXTEND_CLASS CLASS scoped_cond_guard",
     "use guard() or scoped_guard() of a lock that there is"),
    ("rcu_read_lock_bh* rcu_read_unlock_bh rcu_read_lock_sched* rcu_read_unlock_sched* "
     "rcu_dereference_bh* rcu_dereference_sched* rcu_read_lock_trace rcu_read_unlock_trace "
     "rcu_read_lock_any_held synchronize_rcu_tasks* synchronize_sched* synchronize_net "
     "call_rcu_sched call_rcu_bh call_rcu_tasks* rcu_barrier_*", RCU),
    ("call_rcu_hurry call_rcu_lazy start_poll_* poll_state_* get_state_synchronize_* "
     "cond_synchronize_* get_completed_* synchronize_rcu_mult rcu_expedite_gp rcu_sync*",
     "use synchronize_rcu() or call_rcu()"),
    ("atomic_*_relaxed atomic_*_acquire atomic_*_release atomic64_*_relaxed",
     "use it without that ending"),
    ("atomic_long_* atomic_long_t local_t local_inc* local_dec* local_read local_set",
     "use atomic64_t"),
    ("set_bit clear_bit change_bit test_bit test_and_* __set_bit __clear_bit set_mask_bits "
     "clear_bit_unlock bitmap_* DECLARE_BITMAP", "use atomic_t, or bit_spin_lock() for a lock in "
     "a word"),
    ("atomic_* atomic64_* refcount_* kref_*", "use one of those in linux/atomic.h, "
     "linux/refcount.h or linux/kref.h"),
    ("per_cpu* this_cpu_* raw_cpu_* __this_cpu_* DEFINE_PER_CPU* DECLARE_PER_CPU* get_cpu* "
     "put_cpu* alloc_percpu* free_percpu percpu_ref* percpu_counter* smp_processor_id "
     "for_each_possible_cpu for_each_online_cpu", OWN),
    ("timer_list timer_setup mod_timer* add_timer* del_timer* timer_delete* timer_shutdown* "
     "hrtimer* DEFINE_TIMER delayed_work INIT_DELAYED_WORK *_delayed_work* cancel_work* "
     "tasklet_* tasklet_struct irq_work* DECLARE_TASKLET", WORK),
    ("alloc_workqueue* create_*workqueue destroy_workqueue flush_workqueue drain_workqueue "
     "workqueue_struct system_*_wq flush_scheduled_work schedule_work_on queue_work_on",
     "use schedule_work(), or queue_work(system_wq, ...)"),
    ("kthread_* wake_up_process schedule( schedule_timeout* msleep* mdelay udelay ndelay "
     "usleep_* ssleep fsleep set_current_state yield( io_schedule*", WAIT),
    ("wait_event_* wait_on_bit* prepare_to_wait* finish_wait swait_* swake_* wait_var_event* "
     "wake_up_bit wake_up_var wait_for_completion_* completion_done try_wait_for_completion "
     "rcuwait* wait_queue_entry* add_wait_queue remove_wait_queue wake_up_interruptible* "
     "reinit_completion", "use wait_event() and wake_up(), or wait_for_completion() and "
     "complete()"),
    ("idr_* struct-idr DEFINE_IDR ida_* xa_* xarray DEFINE_XARRAY* radix_tree_* rhashtable* "
     "rhash_* DEFINE_HASHTABLE DECLARE_HASHTABLE hash_add* hash_del* hash_for_each* rb_node "
     "rb_root rb_insert* rb_erase* rb_first* rb_next* rb_entry mtree_* maple_tree kfifo*",
     "use the structures of the family's own headers"),
    ("hlist_bl_* hlist_nulls_* list_lru* plist_* klist_* list_* hlist_* llist_*",
     "use one of those in linux/list.h, linux/rculist.h or linux/llist.h"),
    ("READ_ONCE_* ACCESS_ONCE __READ_ONCE __WRITE_ONCE ASSERT_EXCLUSIVE_* data_race",
     "use READ_ONCE() and WRITE_ONCE()"),
    ("lockdep_* lock_acquire lock_release might_lock* mutex_acquire spin_acquire "
     "lock_class_key *_nest_lock", "use lockdep_assert_held()"),
    ("in_interrupt in_task in_atomic in_softirq in_hardirq in_irq preemptible preempt_count* "
     "in_nmi in_serving_softirq rcu_is_watching preempt_disable_notrace migrate_disable "
     "migrate_enable", "what a function may do must not depend on where it is called"),
    ("copy_from_user copy_to_user get_user put_user ktime_get* jiffies* get_random* "
     "get_jiffies_64 local_clock sched_clock num_online_cpus",
     "a result must depend on the scheme alone"),
    ("dump_stack trace_printk dev_err dev_warn dev_info print_hex_dump* seq_printf",
     "use pr_info(), or WARN_ON() for what must not be"),
    ("EXPORT_SYMBOL* module_init module_exit MODULE_* late_initcall core_initcall",
     "leave it out: the kit's module loads the scheme"),
]
UNMODELLED = {"linux/slab.h", "linux/kthread.h", "linux/sched.h", "linux/sort.h"}
# What a header defines.
DEFINED = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)|^(?:struct|union|enum) (\w+) \{|"
                     r"^(?:typedef [^;(]*?|\} ?)(\w+);|^\w[^\n;=#(]*?\b(\w+)\(|"
                     r"^\w[^\n;=#(]*\n\s*\*?(\w+)\(", re.MULTILINE)


FUNCTION = re.compile(r"^\w[^\n;=#({]*?\b(\w+)\([^;{}]*\)\s*\{", re.MULTILINE)
GUARD = re.compile(r"\bLAB_GUARD(?:_0)?\((\w+), ")


@functools.lru_cache(None)
def defined_in(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    found = {next(filter(None, m.groups())) for m in DEFINED.finditer(text)}
    below = path.replace("/explore/include/", "/native/include/")
    if "#include_next" in text and below != path and os.path.exists(below):
        found |= defined_in(below)
    return frozenset(found)


def where_defined(headers, name):
    """The header that has it, as it is included; or "". The kit's own first."""
    for header, path in sorted(headers.items()):
        if header not in UNMODELLED and name in defined_in(path):
            return header
    return ""


@functools.lru_cache(None)
def advice(name, call=False):
    for patterns, instead in NAMES:
        for pattern in patterns.split():
            if pattern.endswith("("):
                if call and name == pattern[:-1]:
                    return instead
            elif fnmatch.fnmatchcase(name, pattern.removeprefix("struct-")) and (
                    not pattern.startswith("struct-")):
                return instead
    return ""


def its_own(text):
    """The names that a submission defines itself: they are nobody else's."""
    found = {next(filter(None, m.groups()[:3]), "") for m in DEFINED.finditer(text)}
    return (found | set(FUNCTION.findall(text))) - {""}


def instead_of(headers, name, call=False):
    """“use …” for a name of the kernel's that the kit lacks; or ""."""
    if where_defined(headers, name):
        return ""
    ours = "lab_" + name
    if call and where_defined(headers, ours):
        return f"it is called {ours}() here"
    return advice(name, call)


INCLUDE = re.compile(r'^[ \t]*#[ \t]*include(?:_next)?[ \t]*[<"]([\w/.-]+)[>"]', re.MULTILINE)


def included(headers, text):
    """All headers of the kit that a source includes, by way of others too."""
    found, todo = {"lab_older.h"}, INCLUDE.findall(text)    # that is for modules alone
    while todo:
        name = todo.pop()
        if name in headers and name not in found:
            found.add(name)
            path = headers[name]
            for p in (path, path.replace("/explore/include/", "/native/include/")):
                if os.path.exists(p):
                    with open(p, encoding="utf-8") as f:
                        todo += INCLUDE.findall(f.read())
    return found


def guards(headers):
    """The guards that there are."""
    path = headers.get("lab_guard.h")
    if not path:
        return []
    with open(path, encoding="utf-8") as f:
        return [name for name in GUARD.findall(f.read()) if name != "name"]


def explained(headers, said, line):
    """What the compiler or the linker said of a name that it does not know, as a sentence
    with that name; or "". line: of the source, which they said it of."""
    if not re.search(r"implicit declaration|unknown type name|isn.t known|undeclared|"
                     r"incomplete type|undefined type|it is none of|no type or storage class|"
                     r"^expected |declaration specifiers|type defaults to|without types|"
                     r"is nowhere", said):
        return ""
    quoted = re.findall(r"[‘“'](?:struct |union |enum )?(\w+)[’”']", said) + \
        re.findall(r"^(\w+)(?:\(\))? (?:can't|is nowhere)", said)
    for name in dict.fromkeys([*quoted, *re.findall(r"[A-Za-z_]\w*", line)]):
        call = re.search(rf"\b{name}\s*\(", line) is not None
        instead = instead_of(headers, name, call)
        if instead:
            return f"{name}{'()' if call else ''} can't be used here: {instead}"
        header = where_defined(headers, name)
        if header and header.startswith("linux/") and (
                name in quoted or re.search(rf"\b(?:struct|union) {name}\b", line)):
            return f"{name}{'()' if call else ''} is in <{header}>: include that"
    if quoted and re.search(r"implicit declaration|unknown type name|isn.t known|it is none of",
                            said):
        name = quoted[0]
        call = "()" if "implicit" in said or "none of" in said else ""
        return (f"{name}{call} is nothing that the kit has: use what is in its linux/ headers "
                "and in the family's own")
    return ""


def used(headers, tokens, text):
    """[(line, sentence)] for each name in a source that the kit lacks, with what to use
    instead."""
    own, out, seen, guarded = its_own(text), [], {}, guards(headers)
    there = included(headers, text)
    for n, t in enumerate(tokens):
        if t.kind != "name" or t.text in own or t.directive == "include":
            continue
        call = n + 1 < len(tokens) and tokens[n + 1].text == "("
        member = n and (tokens[n - 1].text == "." or
                        tokens[n - 1].text == ">" and n > 1 and tokens[n - 2].text == "-")
        typed = n and tokens[n - 1].text in ("struct", "union", "enum")
        if member or t.text.startswith("lab_"):
            continue
        if t.text in ("guard", "scoped_guard") and call and n + 2 < len(tokens) and \
                tokens[n + 2].text not in guarded:
            out.append((t.line, f"{t.text}({tokens[n + 2].text}) can't be used here: there are "
                        f"guards of {', '.join(guarded)}"))
        header = where_defined(headers, t.text) if call and t.text.isupper() else ""
        if header.startswith("linux/") and header not in there:
            out.append((t.line, f"{t.text}() is in <{header}>: include that"))
        key = (t.text, call)
        if key not in seen:
            seen[key] = instead_of(headers, t.text, call)
        if typed and f"struct-{t.text}" in STRUCTS and not where_defined(headers, t.text):
            out.append((t.line, f"struct {t.text} can't be used here: "
                        f"{STRUCTS['struct-' + t.text]}"))
        elif seen[key] and (call or typed or certain(t.text)):
            what = f"struct {t.text}" if typed else t.text + ("()" if call else "")
            out.append((t.line, f"{what} can't be used here: {seen[key]}"))
    return out


STRUCTS = {p: instead for patterns, instead in NAMES for p in patterns.split()
           if p.startswith("struct-")}


def certain(name):
    """Whether a word that is neither called nor behind struct can only be the kernel's: a
    type, a macro. A variable may be called timer_list."""
    return name.endswith("_t") or name.isupper() or name.startswith("__") or \
        re.fullmatch(r"[A-Z][A-Z_0-9]+", name) is not None or name in ("__free", "jiffies")
