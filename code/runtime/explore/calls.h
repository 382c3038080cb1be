/* SPDX-License-Identifier: GPL-2.0-only */
/* What the explorer's files offer one another: the end of engine.h. */
#ifndef LAB_EXPLORE_CALLS_H
#define LAB_EXPLORE_CALLS_H

/* coro.c */
void x_coro_init(void);
void *x_coro_prepare(int proc, void (*entry)(void));
void x_coro_wipe(void);
void x_coro_switch(void **save, void *to);
uintptr_t x_stack_top(int proc);
void x_watchdog(bool on);
void x_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* mem.c */
extern uint8_t *x_promoted;
void x_mem_init(void);
void x_mem_reset(void);
long x_index(uintptr_t addr);
bool x_mem_check(uintptr_t addr, size_t size, bool write, bool typed,
		 uintptr_t pc);
bool x_readable(uintptr_t addr, size_t size);
uint64_t x_load(uintptr_t addr, size_t size);
int x_object_at(uintptr_t addr);
uint32_t x_lifetime_cell(uintptr_t addr);
void x_leaks(void);
void x_op_memory(struct x_op *op, enum x_kind kind, uintptr_t addr,
		 size_t size, bool write, uintptr_t pc);
uint64_t x_memory_state(void);
void x_integrity(void);

/* list.c */
bool x_poisoned(uintptr_t addr);

/* stack.c */
void x_stack_share(uintptr_t addr, size_t size);
bool x_stack_check(uintptr_t addr, size_t size, bool write, uintptr_t pc);

/* race.c */
void x_last_access(uintptr_t addr, int proc, int *event, uintptr_t *pc);
enum { X_ACC_WRITE = 1, X_ACC_PLAIN = 2, X_ACC_FREE = 4, X_ACC_KNOWN = 8 };
void x_race_init(void);
void x_race_reset(void);
void x_race_access(uintptr_t addr, size_t size, int acc, uintptr_t pc);
void x_promote_wait(uintptr_t addr, size_t size);
void x_promote_life(uintptr_t addr, enum lab_x_failure kind);
void x_race_forget(uintptr_t addr, size_t size);
x_clock *x_sync_at(uintptr_t addr, bool create);
void x_acquire(const x_clock *from);
void x_release(x_clock *to);
void x_order_read(uintptr_t addr, size_t size, bool acquire);
void x_order_write(uintptr_t addr, size_t size, bool release, bool rmw);
void x_order_fence(bool acquire, bool release);
void x_order_made(x_clock *clock, bool release);
void x_order_seen(uintptr_t addr, size_t size, const x_clock *clock, bool rmw);

/* context.c */
void x_preempt_more(struct x_proc *me, uintptr_t pc);
void x_preempt_less(struct x_proc *me, uintptr_t pc);

/* bit_lock.c */
const struct x_proc *x_bit_holder(const unsigned long *word,
				  unsigned long mask, uintptr_t *pc);

/* order.c */
void x_order_reset(void);
void x_order_end(void);
void x_order_put(FILE *out);
void x_order_get(char *list);
void x_order_lock(struct lab_x_lock *lock, unsigned int subclass, bool read,
		  bool trylock, uintptr_t pc);

/* rcu.c, wait.c */
void x_rcu_reset(void);
void x_region_enter(uintptr_t pc);
void x_region_leave(uintptr_t pc);
void x_grace_begins(struct x_proc *waiter);
bool x_grace_doubted(enum lab_x_failure kind);
bool x_sections_over(const struct x_proc *p);
x_set x_sections_left(const struct x_proc *p);
void x_after_grace(void);
void x_join_sections(const struct x_proc *p, x_clock *dep);
bool x_in_atomic(const struct x_proc *p, const char **why);
void x_might_sleep(uintptr_t pc);
void x_work_done(struct x_proc *p);
bool x_work_idle(const void *work);
bool x_work_runs(const void *work);

/* weak.c */
void x_weak_reset(void);
bool x_weak_delays(uintptr_t addr, size_t size);
enum x_store { X_STORE_PLAIN, X_STORE_MARKED, X_STORE_RELEASE };
bool x_weak_store(uintptr_t addr, size_t size, enum x_store how, uintptr_t pc);
void x_weak_settle(void);
void x_weak_show(int proc);
uint64_t x_weak_view(int proc, uintptr_t addr, size_t size);
void x_weak_commit(int buffer);
bool x_weak_empty(int proc);
bool x_weak_committable(int buffer);
uint64_t x_weak_state(int buffer);
void x_weak_join(int proc, x_clock *dep);
void x_weak_drain(uintptr_t addr, size_t size, uintptr_t pc);
void x_weak_fence(uintptr_t pc);

/* tsan.c */
void x_plain(uintptr_t addr, size_t size, bool write, bool typed,
	     uintptr_t pc);
void x_range(uintptr_t addr, size_t size, bool write, uintptr_t pc);

/* guard.c */
void x_guard_open(char *list);
bool x_guard_allows(uintptr_t addr, size_t size, bool write, uintptr_t pc);
void x_guard_clock(const struct x_proc *p);
bool x_may_write_stack(uintptr_t addr, size_t size);
void x_check_call(uintptr_t function, uintptr_t pc);

/* proc.c, sched.c */
void x_enter(void);
void x_dispatch(void);
void x_start(int id, char kind, const char *name, void (*run)(void *),
	     void *arg);
int x_count_actors(void);
void x_check_actors(void);
void x_start_actors(void);
void x_step(struct x_op *op);
void x_hold(void);
int x_spawn(char kind, void (*run)(void *), void *arg, enum x_kind start,
	    uintptr_t pc);
int x_child_id(int parent, int nth);
void x_execute(void);
void x_end_execution(void) __attribute__((noreturn));
int x_cpu_of(const struct x_proc *p);
bool x_interrupted(const struct x_proc *p);
bool x_enabled(int p);
void x_op_simple(struct x_op *op, enum x_kind kind, uintptr_t addr,
		 bool write, uintptr_t pc);
void x_foot(struct x_op *op, uint32_t cell, bool write);
void x_foot_life(struct x_op *op, uintptr_t addr);
void x_settle_value(struct x_proc *p);

/* depend.c, search.c */
void x_depend_init(void);
bool x_touched_since(uint32_t foot, int since, int id);
bool x_dependent(const struct x_op *a, const struct x_op *b);
void x_search_init(void);
void x_search_reset(void);
int x_search_choose(x_set enabled);
void x_search_event(int p, struct x_op *op);
void x_search_waits(x_set enabled);
int x_search_stuck(void);
void x_promote_cells(char *list);
bool x_search(void);
bool x_on_execution(void);
bool x_on_restart(void);
double x_covered(void);
void x_forget_signatures(void);
uint64_t x_now_ns(void);
uint64_t x_cpu_ns(void);

/* loop.c */
void x_loop_reset(void);
void x_loop_plain(uintptr_t addr, size_t size, uintptr_t pc);
bool x_loop_step(struct x_op *op);
void x_loop_made(const struct x_op *op);
bool x_loop_changed(int id);
bool x_loop_waits(int id);
bool x_loop_lets_in(int id, int q);
bool x_loop_alone(void);
bool x_loop_untold(void);
void x_loop_used_up(uintptr_t pc);
bool x_loop_probes(int id);
void x_loop_probed(void);
uint64_t x_loop_state(int id);

/* livelock.c */
void x_livelock_reset(void);
void x_livelock_round(struct x_op *op);

/* choice.c */
unsigned int x_choose(unsigned int n, uintptr_t pc);
bool x_allocation_fails(uintptr_t pc);

/* guide.c */
bool x_guide_parse(char *text);
void x_guide_collect(void);
void x_guide_reset(void);
void x_guide_passed(const char *label);
int x_guide_choose(x_set enabled);
bool x_guide_ended(void);
void x_guide_result(FILE *out, const char *const *kinds);

/* blocked.c */
void x_put_blocked(FILE *out, int proc, const char *const *kinds);

/* outcome.c */
void x_outcome_reset(void);
void x_outcome_keep(void);
void x_outcome_result(FILE *out);

/* report.c */
void x_fail(enum lab_x_failure kind, uintptr_t pc, uintptr_t addr,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void x_fail_other(int proc, int event, uintptr_t pc);
void x_note(char what, uintptr_t pc, uintptr_t addr, size_t size, bool write,
	    const char *text);
int x_failure_by_name(const char *name);
void x_result_open(const char *path);
void x_put_string(FILE *to, const char *s);
void x_result(const char *verdict);
void x_result_fault(const char *kind, const char *text, uintptr_t pc);
void lab_explorer_failed_here(void);

#endif
