# SPDX-License-Identifier: GPL-2.0-only
"""A tiny language, and random programs in it.

A program is written twice: as a scenario for the explorer, in C, and as a list
of instructions for the oracle, which shares nothing with the explorer.

Shared: the numbers x, y, z; the pointer p, which may lead to an object with a
number in it; two locks, a rwlock, a completion, a wait queue. Of each actor: four
numbers, which are its results, and two pointers. A statement is a Python tuple; STATEMENTS says how each is written.
"""
import random

GLOBALS = ("x", "y", "z", "p")
PLAIN, MARKED, ACQUIRE, RELEASE, FULL = range(5)
LOADS = {PLAIN: "{p}", MARKED: "READ_ONCE({p})",
         ACQUIRE: "smp_load_acquire(&{p})"}
STORES = {PLAIN: "{p} = {v};", MARKED: "WRITE_ONCE({p}, {v});",
          RELEASE: "smp_store_release(&{p}, {v});"}
ORDERS = {MARKED: "__ATOMIC_RELAXED", ACQUIRE: "__ATOMIC_ACQUIRE",
          RELEASE: "__ATOMIC_RELEASE", FULL: "__ATOMIC_SEQ_CST"}
FENCES = {ACQUIRE: "__atomic_thread_fence(__ATOMIC_ACQUIRE);",
          RELEASE: "__atomic_thread_fence(__ATOMIC_RELEASE);",
          FULL: "smp_mb();"}
COMPARE = {"==": 0, "!=": 1, "<": 2}
LOOP = 6        # register that counts rounds
NESTED = 7      # and in a loop within
RWLOCK = 2
SCRATCH = 3     # a result that statements use for what they look at


class Writer:
    """Both texts of one actor, as they grow."""

    def __init__(self, prefix):
        self.prefix, self.c, self.code, self.depth = prefix, [], [], 0

    def say(self, line):
        self.c.append("\t" * self.depth + line)

    def emit(self, *insn):
        self.code.append(list(insn))
        return len(self.code) - 1

    def target(self, at):
        """The jump at `at` goes to here."""
        self.code[at][-1] = len(self.code)

    def place(self, name):
        """(in C, for the oracle): a global, or "t0.a"."""
        if name in GLOBALS:
            return self.prefix + name, GLOBALS.index(name)
        reg = 4 + int(name[1])
        return f"t{name[1]}->a", 50 + reg

    def lock(self, n):
        return f"&{self.prefix}l{n}"

    def block(self, body):
        self.depth += 1
        for s in body:
            STATEMENTS[s[0]](self, *s[1:])
        self.depth -= 1


def reg_of(name):
    """"r1" or "t0": the oracle's number for it."""
    return int(name[1]) + (4 if name[0] == "t" else 0)


def operand(v):
    return 100 + reg_of(v) if isinstance(v, str) else v


def w_read(w, reg, name, order):
    c, at = w.place(name)
    # A plain access is made where it stands, though nobody may look at it.
    w.say(f"{reg} = {LOADS[order].format(p=c)};" +
          (f" MADE({reg});" if order == PLAIN else ""))
    w.emit("read", reg_of(reg), at, order)


def w_write(w, name, v, order):
    c, at = w.place(name)
    store = STORES[order].format(p=c, v=v)
    w.say(f"MADE(0); {store} MADE(0);" if order == PLAIN else store)
    w.emit("write", at, operand(v), order)


def w_xchg(w, reg, name, v, order):
    c, at = w.place(name)
    w.say(f"{reg} = __atomic_exchange_n(&{c}, "
          f"{'NULL' if name == 'p' and v == 0 else v}, {ORDERS[order]});")
    w.emit("xchg", reg_of(reg), at, operand(v), order)


def w_add(w, reg, name, v, order):
    c, at = w.place(name)
    w.say(f"{reg} = __atomic_fetch_add(&{c}, {v}, {ORDERS[order]});")
    w.emit("add", reg_of(reg), at, v, order)


def w_cas(w, reg, name, old, new, order):
    c, at = w.place(name)
    fails = "__ATOMIC_ACQUIRE" if order == ACQUIRE else \
        "__ATOMIC_SEQ_CST" if order == FULL else "__ATOMIC_RELAXED"
    w.say(f"{{ int seen = {old}; __atomic_compare_exchange_n(&{c}, &seen, "
          f"{new}, false, {ORDERS[order]}, {fails}); {reg} = seen; }}")
    w.emit("cas", reg_of(reg), at, operand(old), new << 3 | order)


def w_fence(w, order):
    w.say(FENCES[order])
    w.emit("fence", order)


def w_lock(w, n, body):
    what = "write" if n == RWLOCK else "spin"
    w.say(f"{what}_lock({w.lock(n)});")
    w.emit("region")
    w.emit("lock", n)
    w.block(body)
    w.say(f"{what}_unlock({w.lock(n)});")
    w.emit("unlock", n)


def w_readlock(w, body):
    w.say(f"read_lock({w.lock(RWLOCK)});")
    w.emit("region")
    w.emit("read_lock", RWLOCK)
    w.block(body)
    w.say(f"read_unlock({w.lock(RWLOCK)});")
    w.emit("read_unlock", RWLOCK)


def w_complete(w):
    w.say(f"complete(&{w.prefix}done);")
    w.emit("complete")


def w_waitevent(w, name, v):
    """Asleep until the number is v; whoever sees to that wakes it."""
    c, at = w.place(name)
    w.say(f"wait_event({w.prefix}queue, (r3 = READ_ONCE({c})) == {v});")
    again = w.emit("prepare", NESTED)
    w.emit("read", SCRATCH, at, MARKED)
    out = w.emit("branch", SCRATCH, COMPARE["=="], v, 0)
    w.emit("sleep", NESTED)
    w.emit("jump", 0, 0, 0, again)
    w.target(out)


def w_wake(w):
    w.say(f"wake_up(&{w.prefix}queue);")
    w.emit("wake")


def w_choose(w, reg, n):
    w.say(f"{reg} = lab_choose({n});")
    w.emit("choose", reg_of(reg), n)


def w_waitfor(w):
    w.say(f"wait_for_completion(&{w.prefix}done);")
    w.emit("wait_for")


def branch(w, reg, how, v, then, otherwise):
    """if (reg how v) then; else otherwise;"""
    w.say(f"if ({reg} {how} {v}) {{")
    at = w.emit("branch", reg_of(reg), COMPARE[how], operand(v), 0)
    no = w.emit("jump", 0, 0, 0, 0)
    w.target(at)
    w.block(then)
    end = w.emit("jump", 0, 0, 0, 0)
    w.target(no)
    w.say("} else {")
    w.block(otherwise)
    w.say("}")
    w.target(end)


def w_trylock(w, n, then, otherwise):
    w.say(f"r3 = spin_trylock({w.lock(n)});")
    w.emit("trylock", SCRATCH, n)
    branch(w, "r3", "==", 1, [*then, ("unlock", n)], otherwise)


def w_unlock(w, n):
    w.say(f"spin_unlock({w.lock(n)});")
    w.emit("unlock", n)


def rounds(w, n, look, done, relax, counter):
    """Up to n looks (n is 0: without end); leaves when `done` holds of r3."""
    name = "ij"[counter - LOOP]
    w.emit("set", counter, 0)
    w.say(f"for ({name} = 0; {f'{name} < {n}' if n else ''}; {name}++) {{"
          if n else "for (;;) {")
    w.depth += 1
    again = len(w.code)
    out = [w.emit("branch", counter, COMPARE["=="], n, 0)] if n else []
    look()
    w.say(f"if (r3 {done[0]} {done[1]})")
    w.say("\tbreak;")
    out.append(w.emit("branch", SCRATCH, COMPARE[done[0]],
                      operand(done[1]), 0))
    if relax:
        w.say("cpu_relax();")
    if n:
        w.emit("inc", counter)
    w.emit("jump", 0, 0, 0, again)
    w.depth -= 1
    w.say("}")
    for at in out:
        w.target(at)


def w_await(w, n, name, order, done, relax, then, otherwise):
    """Looks at a place until what it finds there is right, or n times."""
    rounds(w, n, lambda: w_read(w, "r3", name, order), done, relax, LOOP)
    branch(w, "r3", *done, then, otherwise)


def w_round(w, n, body, name, done, then, otherwise):
    """A loop that does something before it looks."""
    def look():
        w.depth -= 1
        w.block(body)
        w.depth += 1
        w_read(w, "r3", name, MARKED)
    rounds(w, n, look, done, False, LOOP)
    branch(w, "r3", *done, then, otherwise)


def w_awaitlock(w, n, lock, relax, then, otherwise):
    def look():
        w.say(f"r3 = spin_trylock({w.lock(lock)});")
        w.emit("trylock", SCRATCH, lock)
    rounds(w, n, look, ("==", 1), relax, LOOP)
    branch(w, "r3", "==", 1, [*then, ("unlock", lock)], otherwise)


def taken(w, lock):
    what = "spin" if lock < RWLOCK else "read"
    w.say(f"{what}_lock({w.lock(lock)});")
    w.emit("region")
    w.emit("lock" if lock < RWLOCK else "read_lock", lock)


def released(w, lock):
    what = "spin" if lock < RWLOCK else "read"
    w.say(f"{what}_unlock({w.lock(lock)});")
    w.emit("unlock" if lock < RWLOCK else "read_unlock", lock)


def w_poll(w, lock, name, order, done, then):
    """Looks with a lock held, and gives it up for others while it waits."""
    taken(w, lock)
    w.say("for (;;) {")
    w.depth += 1
    again = len(w.code)
    w_read(w, "r3", name, order)
    w.say(f"if (r3 {done[0]} {done[1]})")
    w.say("\tbreak;")
    out = w.emit("branch", SCRATCH, COMPARE[done[0]], operand(done[1]), 0)
    released(w, lock)
    taken(w, lock)
    w.emit("jump", 0, 0, 0, again)
    w.depth -= 1
    w.say("}")
    w.target(out)
    w.block(then)
    released(w, lock)


def w_pollround(w, lock, name, order, done, then):
    """Takes the lock anew for each look."""
    def look():
        taken(w, lock)
        w_read(w, "r3", name, order)
        released(w, lock)
    rounds(w, 0, look, done, False, LOOP)
    w.block(then)


def w_awaitxchg(w, n, name, order, relax, then, otherwise):
    """A lock made of a number: 0 is free. Given back by a release."""
    rounds(w, n, lambda: w_xchg(w, "r3", name, 1, order), ("==", 0), relax,
           LOOP)
    branch(w, "r3", "==", 0, [*then, ("write", name, 0, RELEASE)], otherwise)


def w_retry(w, reg, name, new, order, relax):
    """do { reg = READ_ONCE(name) } while (cmpxchg(name, reg, new) != reg)"""
    def look():
        w_read(w, reg, name, MARKED)
        w_cas(w, "r3", name, reg, new, order)
    rounds(w, 0, look, ("==", reg), relax, LOOP)


def w_count(w, n, body):
    w.emit("set", NESTED, 0)
    w.say(f"for (j = 0; j < {n}; j++) {{")
    again = len(w.code)
    w.block(body)
    w.say("}")
    w.emit("inc", NESTED)
    w.emit("branch", NESTED, COMPARE["<"], n, again)


def w_rcu(w, body):
    w.say("rcu_read_lock();")
    w.emit("rcu_lock")
    w.block(body)
    w.say("rcu_read_unlock();")
    w.emit("rcu_unlock")


def w_sync(w):
    w.say("synchronize_rcu();")
    w.emit("gp_begin")
    w.emit("gp_end")


def w_call_rcu(w, reg):
    w.say(f"call_rcu(&{reg}->rcu, {w.prefix}callback);")
    w.emit("call_rcu", reg_of(reg))


def w_alloc(w, reg):
    w.say(f"{reg} = lab_alloc_atomic(sizeof(*{reg}));")
    w.emit("alloc", reg_of(reg))


def w_free(w, reg):
    w.say(f"lab_free({reg});")
    w.emit("free", reg_of(reg))


def w_expect(w, reg, how, v):
    w.say(f'lab_expect({reg} {how} {v}, "what was expected");')
    w.emit("expect", reg_of(reg), COMPARE[how], operand(v))


STATEMENTS = {
    "read": w_read, "write": w_write, "xchg": w_xchg, "add": w_add,
    "cas": w_cas, "fence": w_fence, "lock": w_lock, "unlock": w_unlock,
    "readlock": w_readlock, "complete": w_complete, "waitfor": w_waitfor,
    "waitevent": w_waitevent, "wake": w_wake,
    "choose": w_choose, "if": branch,
    "trylock": w_trylock, "await": w_await, "round": w_round,
    "awaitlock": w_awaitlock, "poll": w_poll, "pollround": w_pollround,
    "awaitxchg": w_awaitxchg, "retry": w_retry,
    "count": w_count, "rcu": w_rcu, "sync": w_sync, "call_rcu": w_call_rcu,
    "alloc": w_alloc, "free": w_free, "expect": w_expect,
}

HEAD = """#include "plant.h"

/* Nothing is merged, moved or left out by the compiler. */
#define MADE(value) __asm__ __volatile__("" : : "r" (value) : "memory")

"""
TEST_C = """int {s}x = {x}, {s}y, {s}z;
static struct thing *{s}p;
static DEFINE_SPINLOCK({s}l0);
static DEFINE_SPINLOCK({s}l1);
static DEFINE_RWLOCK({s}l2);
static struct completion {s}done;
static DECLARE_WAIT_QUEUE_HEAD({s}queue);
static int {s}out[3][4];

static void {s}callback(struct rcu_head *head)
{{
	struct thing *t0 = container_of(head, struct thing, rcu);
{callback}
}}

"""
START = """static void {s}start(void)
{{
	{s}p = lab_alloc(sizeof(*{s}p));
	{s}p->a = 1;
}}

"""
END = """static void {s}end(void)
{{
	int t, i;

	for (t = 0; t < {actors}; t++)
		for (i = 0; i < 4; i++)
			lab_outcome("", {s}out[t][i]);
	lab_outcome("", {s}x);
	lab_outcome("", {s}y);
	lab_outcome("", {s}z);
	lab_free({s}p);
}}

const struct lab_scenario {s}scenario = {{
	.name = "{name}", .what = "a random program",
	.setup = {start}, .finish = {s}end,
	.actors = {{ {table} }},
}};

"""


class Program:
    """actors: a list of statements each; callback: what call_rcu() runs."""

    def __init__(self, name, actors, callback=(("free", "t0"),), start=(0, 0)):
        self.name, self.actors = name, actors
        self.callback, self.start = callback, start

    def both(self):
        """(C, for the oracle)"""
        s = self.name + "_"
        callback = Writer(s)
        callback.emit("set", 7, 0)
        callback.block(self.callback)
        callback.emit("exit")
        c = [TEST_C.format(s=s, x=self.start[0],
                           callback="\n".join(callback.c))]
        x, p = self.start
        text = [f"program {self.name} {x} 0 0 {p}"]
        for n, body in enumerate(self.actors):
            w = Writer(s)
            w.block(body)
            w.emit("exit")
            c.append(f"static void {s}actor{n}(void)\n{{\n"
                     "\tint r0 = 0, r1 = 0, r2 = 0, r3 = 0, i, j;\n"
                     "\tstruct thing *t0 = NULL, *t1 = NULL;\n\n"
                     "\t(void)i, (void)j, (void)t0, (void)t1;\n"
                     + "\n".join(w.c) + "\n" + "".join(
                         f"\t{s}out[{n}][{i}] = r{i};\n" for i in range(4))
                     + "}\n\n")
            text += ["thread", *(" ".join(map(str, i)) for i in w.code)]
        if p:
            c.append(START.format(s=s))
        c.append(END.format(
            s=s, name=self.name, actors=len(self.actors),
            start=f"{s}start" if p else "NULL",
            table=", ".join(f'{{ "actor {n}", {s}actor{n} }}'
                            for n in range(len(self.actors)))))
        text += ["callback", *(" ".join(map(str, i)) for i in callback.code),
                 "end\n"]
        return "".join(c), "\n".join(text)


class Maker:
    """Draws programs. Most are nonsense; what counts is that both sides agree."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def number(self):
        return self.r.choice("xyz")

    def reg(self):
        return self.r.choice(("r0", "r1", "r2"))

    def simple(self):
        r, name, reg = self.r, self.number(), self.reg()
        v = r.choice((1, 1, 2))
        return r.choice((
            ("read", reg, name, r.choice((PLAIN, MARKED, MARKED, ACQUIRE))),
            ("read", reg, name, r.choice((MARKED, ACQUIRE))),
            ("write", name, v, r.choice((PLAIN, MARKED, MARKED, RELEASE))),
            ("write", name, v, r.choice((MARKED, RELEASE))),
            ("xchg", reg, name, v, r.choice((MARKED, ACQUIRE, RELEASE, FULL))),
            ("add", reg, name, 1, r.choice((MARKED, ACQUIRE, RELEASE, FULL))),
            ("cas", reg, name, r.choice((0, 1)), 2,
             r.choice((MARKED, ACQUIRE, RELEASE, FULL))),
            ("fence", r.choice((ACQUIRE, RELEASE, FULL))),
            r.choice((("expect", reg, "!=", r.choice((1, 2))),
                      ("choose", reg, r.choice((2, 3))))),
        ))

    def section(self, looped):
        self.reading = True
        body = self.some(2, True, looped)
        self.reading = False
        return ("rcu", body)

    def some(self, n, atomic, looped=False):
        return [self.statement(atomic, looped)
                for _ in range(self.r.randint(1, n))]

    def wait(self, atomic):
        """A loop that looks, and mostly gives up."""
        r = self.r
        n = r.choice((0, 1, 2, 2, 3, 3, 4, 5, 8, 12))
        relax = r.random() < .5
        then = self.some(1, atomic, True)
        otherwise = self.some(1, atomic, True) if n else []
        kind = r.choice(("await", "await", "awaitlock", "awaitxchg", "round"))
        if kind == "awaitlock" and not self.locked:
            return (kind, n, r.choice((0, 1)), relax, self.some(1, True, True),
                    otherwise)
        if kind == "round":
            n = r.choice((0, 2, 3, 4))
            return (kind, n, self.body(n), self.number(),
                    ("!=", r.choice((0, 1))), then, otherwise)
        if kind == "awaitxchg":
            return (kind, n, self.number(), r.choice((ACQUIRE, FULL)), relax,
                    then, otherwise)
        return ("await", n, self.number(), r.choice((MARKED, ACQUIRE)),
                r.choice((("==", 1), ("!=", 0), ("==", 2))), relax, then,
                otherwise)

    def body(self, n):
        """What a loop does before it looks; without end, what may be undone."""
        r, name = self.r, self.number()
        kind = r.choice(("read", "write", "lock", "try", "flip", "any"))
        inner = ("read", "r2", name, MARKED)
        if kind == "write":
            return [("write", name, r.choice((1, 2)),
                     r.choice((MARKED, RELEASE)))]
        if kind in ("lock", "try") and not self.locked:
            lock = r.choice((0, 1))
            return [("lock", lock, [inner]) if kind == "lock" else
                    ("trylock", lock, [inner], [])]
        if kind == "flip":
            return [("write", name, 1, MARKED), ("write", name, 0, MARKED)]
        if kind == "any" and n:
            return [self.simple()]
        return [inner]

    def pointer(self, atomic):
        """What is done with the object behind p: right, nearly, or not."""
        r = self.r
        how = r.choice(("publish", "look", "look", "replace", "replace"))
        if how == "publish":
            return [("alloc", "t1"), ("write", "t1.a", 1, r.choice((PLAIN, MARKED))),
                    ("write", "p", "t1", r.choice((MARKED, RELEASE, RELEASE)))]
        if how == "look":
            look = [("read", "t0", "p", r.choice((MARKED, MARKED, ACQUIRE))),
                    ("if", "t0", "!=", 0,
                     [("read", self.reg(), "t0.a", r.choice((PLAIN, MARKED)))],
                     [])]
            return look if r.random() < .3 else [("rcu", look)]
        free = r.choice(([("free", "t0")], [("sync",), ("free", "t0")],
                         [("call_rcu", "t0")], [("call_rcu", "t0")]))
        if atomic and free[0][0] == "sync":
            free = [("call_rcu", "t0")]
        return [("xchg", "t0", "p", 0, r.choice((MARKED, FULL, FULL))),
                ("if", "t0", "!=", 0, free, [])]

    def barrier(self):
        """Between two accesses: what orders them, or does not."""
        r, name = self.r, self.number()
        return r.choice((
            [], [("fence", RELEASE)], [("fence", ACQUIRE)], [("fence", FULL)],
            [("sync",)], [("xchg", "r2", name, 1, r.choice((MARKED, FULL)))],
            [("cas", "r2", name, r.choice((0, 1)), 1, FULL)],
            [("lock", 0, [])], [("rcu", [])], [("complete",)]))

    def message(self):
        """Half of passing a message: x is told of by y, more or less well."""
        r = self.r
        if r.random() < .5:
            return [("write", "x", 1, r.choice((PLAIN, PLAIN, MARKED))),
                    *self.barrier(),
                    r.choice((("write", "y", 1, MARKED),
                              ("write", "y", 1, RELEASE),
                              ("add", "r2", "y", 1, r.choice((MARKED, RELEASE))),
                              ("xchg", "r2", "y", 1, MARKED)))]
        look = r.choice((("read", "r0", "y", MARKED),
                         ("read", "r0", "y", ACQUIRE),
                         ("add", "r0", "y", 0, r.choice((MARKED, ACQUIRE))),
                         ("xchg", "r0", "y", 0, r.choice((MARKED, ACQUIRE))),
                         ("cas", "r0", "y", 1, 2, r.choice((MARKED, FULL)))))
        access = r.choice((("read", "r1", "x", PLAIN), ("write", "x", 2, PLAIN)))
        return [look, *self.barrier(), ("if", "r0", "!=", 0, [access], [])]

    locked = reading = False
    pointers = waits = messages = completions = 0

    def statement(self, atomic, looped=False):
        r, q = self.r, self.r.random()
        if not looped and r.random() < self.waits:
            return self.wait(atomic)
        if q < .52 or (atomic and q < .7):
            return self.simple()
        if q < .66 and not self.locked:
            self.locked = True
            n = r.choice((0, 1))
            body = self.some(2, True, True)
            if r.random() < .3:
                body.append(("lock", 1 - n, [self.simple()]))
            out = r.choice((("lock", n, body), ("lock", n, body),
                            ("lock", RWLOCK, body), ("readlock", body),
                            ("trylock", n, body, self.some(1, True, True))))
            self.locked = False
            return out
        if q < .72 and not self.reading:
            return self.section(looped)
        if q < .78 and not atomic:
            return r.choice((("sync",), ("sync",), ("complete",),
                             ("complete",), ("waitfor",)))
        if q < .84:
            return ("if", self.reg(), r.choice(("==", "!=")),
                    r.choice((0, 1, 2)), self.some(1, atomic, looped),
                    self.some(1, atomic, looped))
        if q < .87 and not looped:
            return ("count", r.choice((2, 3)), [self.simple()])
        if q < .9 and not looped:
            return ("retry", self.reg(), self.number(), 2,
                    r.choice((MARKED, FULL)), r.random() < .5)
        return self.simple()

    def actor(self, n):
        out = []
        while len(out) < n:
            if self.r.random() < self.messages:
                out += self.message()
            elif self.r.random() < self.pointers:
                out += self.pointer(False)
            elif self.r.random() < self.completions:
                out.append(self.r.choice((("complete",), ("waitfor",))))
            else:
                out.append(self.statement(False))
        return out

    def program(self, name):
        r = self.r
        self.pointers = r.choice((0, 0, .5))
        self.waits = r.choice((.05, .1, .5))
        self.messages = r.choice((0, 0, .8))
        self.completions = r.choice((0, 0, 0, .5))
        actors = r.choice((2, 2, 2, 3))
        most = 4 if actors == 2 else 2
        return Program(
            name, [self.actor(r.randint(1, most)) for _ in range(actors)],
            callback=r.choice(([("free", "t0")],
                               [("write", "z", 1, r.choice((PLAIN, MARKED))),
                                ("free", "t0")])),
            start=(r.choice((0, 0, 1)), 1 if self.pointers else 0))


class Polls(Maker):
    """Programs that wait by looking again and again with a lock taken."""

    def wait(self, atomic):
        r = self.r
        return (r.choice(("poll", "poll", "pollround")),
                r.choice((0, 0, 0, 1, RWLOCK)), self.number(),
                r.choice((PLAIN, PLAIN, MARKED)),
                r.choice((("!=", 0), ("==", 1), ("==", 2))),
                [self.simple()] if r.random() < .3 else [])

    def sets(self):
        r = self.r
        body = [("write", self.number(), r.choice((1, 1, 2)),
                 r.choice((PLAIN, PLAIN, MARKED)))]
        lock = r.choice((0, 0, 0, 1, RWLOCK))
        return r.choice((
            ("lock", lock, body), ("lock", lock, body), ("lock", lock, body),
            ("trylock", lock % RWLOCK, body, [self.simple()]), body[0]))

    def actor(self, n):
        r = self.r
        return [r.choice((self.sets, self.sets, self.simple,
                          lambda: self.wait(False)))() for _ in range(n)]

    def program(self, name):
        r = self.r
        many = r.choice((0, 0, 1))
        actors = [[self.wait(False)], self.actor(r.randint(1, 2 if many else 3))]
        if many:
            actors.append(self.actor(r.randint(1, 2)))
        return Program(name, actors, start=(r.choice((0, 0, 1)), 0))


# Written by hand, for what chance does not come to.
HAND = {
    # Passed on by a store that orders nothing: what was released is cut off.
    "cut_off": [
        [("write", "x", 1, PLAIN), ("write", "y", 1, RELEASE)],
        [("read", "r0", "y", MARKED),
         ("if", "r0", "==", 1, [("write", "y", 2, MARKED)], [])],
        [("read", "r0", "y", MARKED),
         ("if", "r0", "==", 2, [("read", "r1", "x", PLAIN)], [])]],
    # The same by a read-modify-write, which carries it on.
    "carried_on": [
        [("write", "x", 1, PLAIN), ("write", "y", 1, RELEASE)],
        [("cas", "r0", "y", 1, 2, MARKED)],
        [("read", "r0", "y", MARKED),
         ("if", "r0", "==", 2, [("read", "r1", "x", PLAIN)], [])]],
    # A later store, relaxed, does not take away what the first one orders.
    "two_stores": [
        [("write", "x", 1, PLAIN), ("write", "y", 1, RELEASE),
         ("write", "y", 2, MARKED)],
        [("read", "r0", "y", ACQUIRE),
         ("if", "r0", "==", 1, [("read", "r1", "x", PLAIN)], [])]],
    # An acquire that finds the old value is ordered after nothing.
    "too_early": [
        [("read", "r0", "x", PLAIN), ("write", "y", 1, RELEASE)],
        [("read", "r0", "y", ACQUIRE), ("write", "x", 1, PLAIN)]],
    # The readers of a rwlock are ordered before the writer after them.
    "readers": [
        [("readlock", [("read", "r0", "x", PLAIN)])],
        [("readlock", [("read", "r0", "x", PLAIN)])],
        [("lock", RWLOCK, [("write", "x", 1, PLAIN)])]],
    # A section's stores are there when the next one has the lock.
    "section": [
        [("lock", 0, [("write", "x", 1, MARKED), ("write", "y", 1, MARKED)])],
        [("lock", 0, [("read", "r0", "x", MARKED),
                      ("read", "r1", "y", MARKED)])]],
    "section_plain": [
        [("lock", 0, [("write", "x", 1, PLAIN)])],
        [("trylock", 0, [("read", "r0", "x", PLAIN)], [])]],
    "full_barriers": [
        [("write", "x", 1, MARKED), ("fence", FULL),
         ("read", "r0", "y", MARKED)],
        [("write", "y", 1, MARKED), ("fence", FULL),
         ("read", "r0", "x", MARKED)]],
    "chosen": [
        [("choose", "r0", 3), ("write", "x", "r0", MARKED)],
        [("read", "r0", "x", MARKED), ("choose", "r1", 2)]],
    # It looks at two places: what moves the second one wakes it.
    "two_places": [
        [("await", 0, "x", MARKED, ("!=", 0), False, [], [])],
        [("round", 0, [("read", "r2", "y", MARKED)], "x", ("!=", 0), [], [])],
        [("write", "y", 1, MARKED), ("write", "x", 1, MARKED)]],
    # Each round locks and unlocks: no round is like no step at all.
    "locks_and_looks": [
        [("round", 0, [("lock", 0, [("read", "r2", "y", MARKED)])], "x",
          ("!=", 0), [], [])],
        [("lock", 0, [("write", "y", 1, MARKED)]), ("write", "x", 1, MARKED)]],
    "gives_up": [
        [("await", 2, "x", MARKED, ("==", 1), True, [],
          [("write", "y", 1, MARKED)])],
        [("write", "x", 1, MARKED), ("read", "r0", "y", MARKED)]],
    "gives_up_on_a_lock": [
        [("awaitlock", 8, 0, True, [("read", "r0", "x", PLAIN)],
          [("read", "r1", "x", PLAIN)])],
        [("lock", 0, [("write", "x", 1, PLAIN)])]],
    # What was freed once before is there for both.
    "freed_twice": [
        [("read", "t0", "p", MARKED), ("free", "t0"),
         ("write", "p", 0, MARKED)],
        [("read", "t0", "p", MARKED), ("if", "t0", "!=", 0, [("free", "t0")],
                                       [])]],
    # Whether the object still lives is asked when a store is made.
    "stored_late": [
        [("read", "t0", "p", MARKED),
         ("if", "t0", "!=", 0, [("write", "t0.a", 1, MARKED)], [])],
        [("lock", 0, []), ("read", "t0", "p", MARKED), ("write", "p", 0, MARKED),
         ("free", "t0")]],
    "grace": [
        [("rcu", [("read", "t0", "p", MARKED),
                  ("if", "t0", "!=", 0, [("read", "r0", "t0.a", PLAIN)], [])])],
        [("xchg", "t0", "p", 0, FULL), ("sync",), ("free", "t0")]],
    "callback": [
        [("rcu", [("read", "t0", "p", MARKED),
                  ("if", "t0", "!=", 0, [("read", "r0", "t0.a", PLAIN)], [])])],
        [("xchg", "t0", "p", 0, FULL), ("call_rcu", "t0")]],
    # A section that began after the grace period is no business of it.
    # Who has preemption off holds off a grace period, as since 4.20.
    "region": [
        [("lock", 0, [("write", "x", 1, MARKED), ("write", "y", 1, MARKED)])],
        [("read", "r0", "x", MARKED), ("sync",), ("read", "r1", "y", MARKED)]],
    # A section that begins after a grace period knows what came before that.
    "known_by_section": [
        [("xchg", "r0", "y", 0, MARKED), ("lock", 0, []),
         ("if", "r0", "!=", 0, [("write", "x", 2, PLAIN)], [])],
        [("write", "x", 1, PLAIN), ("sync",), ("xchg", "r2", "y", 1, MARKED)]],
    "begun_later": [
        [("rcu", [("read", "r0", "x", MARKED), ("read", "r1", "y", MARKED)])],
        [("write", "x", 1, MARKED), ("sync",), ("write", "y", 1, MARKED)]],
    "completed_twice": [
        [("waitfor",), ("read", "r0", "x", MARKED), ("waitfor",)],
        [("complete",), ("write", "x", 1, MARKED), ("complete",)]],
    "woken": [
        [("waitevent", "x", 1), ("read", "r0", "y", PLAIN)],
        [("write", "y", 1, PLAIN), ("write", "x", 1, RELEASE), ("wake",)]],
    "woken_twice": [
        [("waitevent", "x", 2), ("read", "r0", "y", MARKED)],
        [("write", "x", 1, MARKED), ("wake",), ("write", "y", 1, MARKED),
         ("write", "x", 2, MARKED), ("wake",)]],
    "woken_too_early": [
        [("waitevent", "x", 1)], [("wake",), ("write", "x", 1, MARKED)]],
    "completed_once": [
        [("waitfor",), ("waitfor",)], [("complete",)]],
}


def program(name):
    """The one that was written by hand, or the random one of that number: 17, "17",
    "poll17"."""
    if name in HAND:
        pointer = "p" in str(HAND[name]).replace("'", " ").split()
        return Program(name, HAND[name], start=(0, int(pointer)))
    if str(name).startswith("poll"):
        return Polls(int(name[4:])).program(name)
    return Maker(int(name)).program(f"s{name}")
