# SPDX-License-Identifier: GPL-2.0-only
"""Small random scenarios: for the reduction, not for people.

Each actor makes a few steps on few places, so that nearly all of them depend
on one another in some way. Nothing here is right or wrong: what counts is
that the reduced search and the whole one see the same executions.
"""
import random

HEAD = """#include "plant.h"

int x, y, z;
static DEFINE_SPINLOCK(a);
static DEFINE_SPINLOCK(b);
static DEFINE_MUTEX(m);
static DEFINE_RWLOCK(rw);
unsigned long word;
static struct completion done;

static void callback(struct rcu_head *head)
{
	WRITE_ONCE(z, READ_ONCE(z) + 1);
	lab_free(container_of(head, struct thing, rcu));
}

static void work_fn(struct work_struct *w)
{
	WRITE_ONCE(y, READ_ONCE(x));
}

static DECLARE_WORK(work, work_fn);

static inline void later(void)
{
	struct thing *t = lab_alloc(sizeof(*t));

	call_rcu(&t->rcu, callback);
}

"""
PLACES = ("x", "y", "z")


def steps(r, depth=0, sleeps=True, budget=3):
    """Some statements, of a kind that may stand where they stand."""
    out = []
    for _ in range(r.randint(1, budget)):
        p, q = r.choice(PLACES), r.choice(PLACES)
        simple = [
            f"WRITE_ONCE({p}, {r.randint(0, 2)});",
            f"(void)READ_ONCE({p});",
            f"WRITE_ONCE({p}, READ_ONCE({q}));",
            f"(void)xchg(&{p}, {r.randint(0, 2)});",
            f"(void)cmpxchg(&{p}, {r.randint(0, 1)}, {r.randint(1, 2)});",
            f"if (READ_ONCE({p})) WRITE_ONCE({q}, 2);",
            f"{p} = {q};",
            f"smp_store_release(&{p}, 1);",
        ]
        if sleeps and not depth:
            simple += ["synchronize_rcu();", "later();", "rcu_barrier();",
                       "complete(&done);", "schedule_work(&work);",
                       "wait_for_completion(&done);", "flush_work(&work);"]
        if not depth:
            simple += [f"while (!READ_ONCE({p})) cpu_relax();"]
        inner = " ".join(steps(r, depth + 1, False, 2)) if depth < 2 else ""
        nested = [
            f"rcu_read_lock(); {inner} rcu_read_unlock();",
            f"if (spin_trylock(&b)) {{ {inner} spin_unlock(&b); }}",
        ]
        if not depth:
            nested += [
                f"spin_lock(&a); {inner} spin_unlock(&a);",
                f"spin_lock_irq(&b); {inner} spin_unlock_irq(&b);",
                f"read_lock(&rw); {inner} read_unlock(&rw);",
                f"write_lock_irq(&rw); {inner} write_unlock_irq(&rw);",
                f"bit_spin_lock(0, &word); {inner} bit_spin_unlock(0, &word);",
                f"local_irq_disable(); {inner} local_irq_enable();",
            ]
            if sleeps:
                nested += [f"mutex_lock(&m); {inner} mutex_unlock(&m);"]
        out.append(r.choice(nested if inner and r.random() < .5 else simple))
    return out


def scenario(seed):
    """The source of one."""
    r = random.Random(seed)
    actors = r.choice((2, 2, 3))
    interrupt = r.random() < .35
    text = HEAD
    table = []
    for n in range(actors):
        handler = interrupt and n == actors - 1
        body = steps(r, sleeps=not handler, budget=2 if actors == 3 else 3)
        text += (f"static void actor{n}(void)\n{{\n\t" + "\n\t".join(body)
                 + "\n}\n\n")
        table.append(f'{{ "actor {n}", actor{n}'
                     + (', "actor 0"' if handler else "") + " }")
    return text + "SCENARIO(NULL, NULL, " + ", ".join(table) + ");\n"
