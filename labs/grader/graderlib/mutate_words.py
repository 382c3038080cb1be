# SPDX-License-Identifier: GPL-2.0-only
"""What stands for what in a mutant: siblings of locks, markings and constants.

{0} and {1} are a call's arguments, {*} all of them.
"""

# Each lock, what releases it, and pairs of that shape that a student could mean.
PAIRS = {
    "spin_lock": ("spin_unlock", ["spin_lock_bh", "spin_lock_irq"]),
    "spin_lock_bh": ("spin_unlock_bh", ["spin_lock", "spin_lock_irq"]),
    "spin_lock_irq": ("spin_unlock_irq", ["spin_lock", "spin_lock_bh"]),
    "read_lock": ("read_unlock", ["write_lock", "read_lock_irq"]),
    "read_lock_irq": ("read_unlock_irq", ["read_lock", "write_lock_irq"]),
    "write_lock": ("write_unlock", ["read_lock", "write_lock_irq"]),
    "write_lock_irq": ("write_unlock_irq", ["write_lock", "write_lock_bh", "read_lock_irq",
                                            "read_lock"]),
    "write_lock_bh": ("write_unlock_bh", []),
    "mutex_lock": ("mutex_unlock", []),
    "rcu_read_lock": ("rcu_read_unlock", ["preempt_disable", "local_irq_disable",
                                          "local_bh_disable"]),
    "preempt_disable": ("preempt_enable", []),
    "local_irq_disable": ("local_irq_enable", []),
    "local_bh_disable": ("local_bh_enable", []),
    "lab_task_lock": ("lab_task_unlock", []),
    "lab_rtnl_lock": ("lab_rtnl_unlock", ["rcu_read_lock"]),
    "lab_ptrlock_lock": ("lab_ptrlock_unlock", []),
}
UNLOCKS = {unlock: lock for lock, (unlock, _) in PAIRS.items()}
UNLOCKS["lab_ptrlock_set_unlock"] = "lab_ptrlock_lock"

# One call of a pair exchanged, beside those above.
LOCK_CALLS = {
    "lab_task_lock": ["spin_lock(&{0}->nsproxy_lock)", "rcu_read_lock()"],
    "lab_task_unlock": ["spin_unlock(&{0}->nsproxy_lock)", "rcu_read_unlock()"],
    "lab_ptrlock_lock": ["lab_ptrlock_peek({0})"],
    "lab_ptrlock_unlock": ["lab_ptrlock_set_unlock({0}, NULL)"],
    "lab_ptrlock_set_unlock": ["lab_ptrlock_unlock({0})", "lab_ptrlock_init({*})"],
    "spin_lock": ["rcu_read_lock()", "spin_lock_init({0})", "(void)spin_trylock({0})"],
    "spin_unlock": ["rcu_read_unlock()"],
}
# All calls of a function exchanged together, so that they stay a pair.
PAIRED = {
    "lab_task_lock": [("spin_lock(&{0}->nsproxy_lock)", "spin_unlock(&{0}->nsproxy_lock)"),
                      ("rcu_read_lock()", "rcu_read_unlock()")],
    "spin_lock": [("rcu_read_lock()", "rcu_read_unlock()")],
    "lab_ptrlock_lock": [("lab_ptrlock_peek({0})", ";")],
}

# kind of mutant: what may stand there instead
WEAKER = {
    "rcu_dereference": ["{0}", "READ_ONCE({0})", "rcu_dereference_protected({0}, true)"],
    "rcu_dereference_protected": ["{0}"],
    "READ_ONCE": ["{0}"],
    "WRITE_ONCE": ["{0} = {1}"],
    "RCU_INIT_POINTER": ["{0} = {1}"],
    "rcu_assign_pointer": ["{0} = {1}", "WRITE_ONCE({0}, {1})", "RCU_INIT_POINTER({0}, {1})"],
    "smp_store_release": ["*{0} = {1}", "WRITE_ONCE(*{0}, {1})"],
    "smp_load_acquire": ["*{0}", "READ_ONCE(*{0})"],
    "xchg": ["xchg_relaxed({*})", "xchg_acquire({*})", "xchg_release({*})"],
    "cmpxchg": ["cmpxchg_relaxed({*})", "cmpxchg_acquire({*})", "cmpxchg_release({*})"],
    "atomic_dec_and_test": ["(atomic_dec({0}), !atomic_read({0}))", "(atomic_read({0}) == 1)"],
    "atomic_inc": ["atomic_set({0}, atomic_read({0}) + 1)"],
    "refcount_inc": ["refcount_set({0}, refcount_read({0}) + 1)"],
    "refcount_inc_not_zero": ["(refcount_inc({0}), true)", "(refcount_read({0}) != 0)"],
    "hlist_add_head_rcu": ["hlist_add_head({*})"],
    "hlist_del_init_rcu": ["hlist_del_rcu({0})", "hlist_del_init({0})", "hlist_del({0})"],
    "hlist_first_rcu": ["({0})->first"],
    "list_del_rcu": ["list_del({0})", "list_del_init({0})"],
    "synchronize_rcu": ["rcu_barrier()", "cond_resched()"],
    "lab_maybe_get_net": ["lab_get_net({0})", "{0}"],
    "lab_igrab": ["{0}"],
    "lab_try_active": ["refcount_read(&{0}->s_active)"],
    "lab_get_task_pid": ["lab_task_pid({0})"],
    "lab_get_pid": ["{0}"],
    "lab_ptrlock_peek": ["(void *){0}->word"],
}
STRONGER = {
    "rcu_dereference": ["smp_load_acquire(&{0})"],
    "rcu_dereference_protected": ["READ_ONCE({0})", "rcu_dereference({0})"],
    "READ_ONCE": ["smp_load_acquire(&{0})"],
    "WRITE_ONCE": ["smp_store_release(&{0}, {1})"],
    "RCU_INIT_POINTER": ["rcu_assign_pointer({0}, {1})"],
    "rcu_assign_pointer": ["(void)xchg(&{0}, {1})"],
    "synchronize_rcu": ["synchronize_rcu_expedited()"],
    "refcount_read": ["refcount_inc_not_zero({0})"],
    "lab_peernet2id_held": ["lab_peernet2id_alloc({*}, GFP_ATOMIC)"],
}
# Neither weaker nor stronger: another operation.
OTHER = {
    "atomic_dec_and_test": ["(atomic_inc({0}), !atomic_read({0}))"],
    "list_add_tail": ["list_add({*})"],
    "list_add_tail_rcu": ["list_add_rcu({*})"],
    "hlist_add_head_rcu": ["hlist_add_behind_rcu({0}, {1}->first)"],
    "INIT_HLIST_HEAD": ["spin_lock_init((spinlock_t *){0})"],
    "lab_get_uts_ns": ["lab_put_uts_ns({0})"],
    "lab_put_uts_ns": ["lab_free_uts_ns({0})"],
    "lab_get_mnt_ns": ["lab_put_mnt_ns({0})"],
    "lab_put_mnt_ns": ["lab_get_mnt_ns({0})", "lab_free_mnt_ns({0})"],
    "lab_get_nsproxy": ["lab_put_nsproxy({0})"],
    "lab_put_nsproxy": ["lab_get_nsproxy({0})", "lab_free_nsproxy({0})"],
    "lab_free_nsproxy": ["lab_put_nsproxy({0})"],
    "lab_put_net": ["lab_free_net({0})"],
    "lab_free_net": ["lab_put_net({0})"],
    "lab_put_pid": ["lab_get_pid({0})"],
    "lab_put_task_rcu_user": ["lab_put_task({0})"],
    "lab_iput": ["(void)lab_igrab({0})"],
    "lab_d_invalidate": ["lab_dput({0})"],
    "lab_deactivate_super": ["(void)lab_try_active({0})"],
    "lab_ptrlock_init": ["lab_ptrlock_set_unlock({*})"],
    "list_last_entry": ["list_first_entry({*})"],
}
LOOPS = {
    "list_for_each_entry_safe": ["list_for_each_entry({0}, {2}, {3})"],
    "lab_for_each_net": ["lab_for_each_net_rcu({0})"],
    "list_for_each_entry": ["list_for_each_entry_reverse({*})"],
}
CONSTANTS = {
    "true": ["false"], "false": ["true"],
    "EINVAL": ["ENOENT", "EEXIST"], "ENOENT": ["EINVAL", "EEXIST"],
    "GFP_KERNEL": ["GFP_ATOMIC"], "GFP_ATOMIC": ["GFP_KERNEL"],
    "LAB_NEWNSID": ["LAB_DELNSID"], "LAB_DELNSID": ["LAB_NEWNSID"],
    "LAB_NSID_NOT_ASSIGNED": ["0", "1", "(LAB_NSID_NOT_ASSIGNED - 1)"],
}
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]

# kind of mutant: what is said of it in the tables
KINDS = {
    "dropped": "a statement is dropped",
    "swapped": "two neighbours are swapped",
    "repeated": "a call is made twice",
    "initialiser": "a variable is not initialised",
    "lock dropped": "a lock and its unlocks are dropped together",
    "lock moved": "a lock's or a section's edge goes into or out of a block",
    "lock exchanged": "a lock's call, or the pair, becomes a sibling",
    "weaker": "a marking, an order or an operation is weaker or plain",
    "stronger": "a marking, an order or an operation is stronger",
    "operation": "an operation becomes another",
    "condition": "a condition, or an operand of it, is changed",
    "constant": "a constant is changed",
    "variable": "an expression becomes another of its type",
    "argument": "two arguments are swapped",
    "member": "a member becomes another of its type",
    "call": "a call becomes its argument, or nothing",
    "loop": "a loop runs once, or otherwise",
    "return": "an early return is added, or gives another value",
    "jump": "break and continue are exchanged",
    "pair": "two of these changes at once",
}
