# SPDX-License-Identifier: GPL-2.0-only
"""What an execution shows of a failure: who touched what, under which protection,
where that ended, and who freed or replaced it. Sentences of facts, each read off
the explorer's document; why somebody wrote it that way is not guessed."""
import re

from .story import OPENS, Story, chain, listed, lock_word, near, own

MOST = 4        # sentences


# One function a kind: what else there is to say. Each returns sentences.

def of_a_free(story):
    """A use after free, or a second free."""
    f, n = story.failure, story.fails
    free = story.freed(story.object(n), n)
    if free is None:
        return []
    who, freer = f["process"], story.steps[free]["process"]
    out = [f"{story.object(n)} was freed at {story.told(free)}" + (
        ", by the same actor." if who == freer else ".")]
    if who == freer:
        return out
    out.append(story.protection(who, n))
    found = story.replaced(who, n)
    if not found or story.steps[found[1]]["process"] == freer:
        out += other_side(story, who, n, freer, free)
    if found:
        read, write = found
        by = story.steps[write]["process"]
        has = [h for h in story.held(by, write) if h.what != "rcu-read-lock"]
        out.append(f"The pointer that leads there is from {story.told(read)}; "
                   f"{story.name(by)} changed it after that, at {story.told(write)}" + (
                       f", when it held {listed(h.word + h.how() for h in has)}."
                       if has else ", with no lock held."))
    else:
        store = story.still_leads(story.object(n), n)
        if store is not None:
            out.append(f"It can still be found by the pointer that "
                       f"{story.name(story.steps[store]['process'])} stored at "
                       f"{story.told(store)}.")
    out += waited(story, who, freer, free, found[1] if found else None)
    return out


def other_side(story, who, n, freer, free):
    """Whether the one who freed ever had the lock that the other one holds."""
    locks = [h for h in story.held(who, n) if h.what not in ("rcu-read-lock", "irq-off")]
    if not locks or any(h.address == locks[-1].address for h in story.held(freer, free)):
        return []
    lock, name = locks[-1], story.name(freer)
    theirs = [h for h in story.holds.get(freer, ()) if h.address == lock.address and
              h.ends is not None and h.ends < free]
    if not theirs:
        return [f"{name} did not take {lock.word}."]
    return [f"{name} had {lock.word} last from {story.where(theirs[-1].begins)} to "
            f"{story.where(theirs[-1].ends)}."]


def waited(story, who, freer, free, changed):
    """What the one who freed waited for, when the other is in a section or had one."""
    sections = [h for h in story.holds.get(who, ()) if h.what == "rcu-read-lock"]
    name = story.name(freer)
    queued = story.before(free, lambda s: s.get("kind") in ("callback", "work")
                          and s["process"] == freer)
    if queued is not None:
        # It begins where it was asked for.
        asked = story.before(queued, lambda s: s.get("kind") in ("call-rcu", "queue-work")
                             and s["at"] == story.steps[queued]["at"])
        return [] if asked is None else [
            f"{name} was queued by {story.name(story.steps[asked]['process'])} at "
            f"{story.told(asked)}."]
    if not sections:
        return []
    graces = story.graces(freer, free)
    if not graces:
        return [f"{name} waited for no grace period before it freed."]
    begins, ends = graces[-1]
    if changed is not None and begins < changed:
        return [f"The grace period that {name} waited for at {story.told(begins)} began before "
                "that: it did not wait for those who came by the pointer later."]
    open_ = [h for h in sections if h.begins < begins and (h.ends is None or h.ends > begins)]
    if open_ or not story.held(who, story.fails):
        return [f"{name} waited for a grace period before, at {story.told(ends)}."]
    return [f"The grace period that {name} waited for at {story.told(begins)} began before "
            "this section did: it did not wait for it."]


def of_a_race(story):
    f, n = story.failure, story.fails
    other = other_step(story)
    out = []
    if other is not None:
        what = story.object(n)
        if what:
            out.append(f"It is in {what}{offset(story.steps[n])}.")
        out.append(story.protection(story.steps[other]["process"], other))
        out.append(story.protection(f["process"], n))
        out += published(story, other, n)
    out += made_anew(story)
    return out


def offset(step):
    return f", {step['offset']} bytes in" if step.get("offset") else ""


def other_step(story):
    """The step of the other party to a race."""
    f = story.failure
    if "other" not in f:
        return None
    place = f["other"]
    return story.before(story.fails, lambda s: s["process"] == f.get("other_process")
                        and s["at"] == place and s["what"] in ("step", "access"))


def published(story, other, n):
    """The pointer by which one of the two came to what the other one had written."""
    one, two = story.steps[other]["process"], story.failure["process"]
    name = story.object(n)
    if not name:
        return []
    store = next((i for i in range(other, n) if story.steps[i]["process"] in (one,)
                  and story.steps[i].get("kind") == "write"
                  and story.steps[i].get("shown", "").split("+")[0] == "→" + name), None)
    if store is None:
        return []
    read = story.before(n, lambda s: s["process"] == two and s.get("kind") == "read"
                        and s.get("address") == story.steps[store].get("address"))
    if read is None:
        return []
    return [f"{story.name(two)} found {name} by the pointer that {story.name(one)} stored at "
            f"{story.told(store)} and that it read at {story.told(read)}: that store and that "
            "read do not order what was written before."]


def made_anew(story):
    """Locks that were initialised while others could see them."""
    out = []
    for n, s in enumerate(story.steps[:story.fails + 1]):
        if s.get("kind") == "lock-init" and s["process"]:
            out.append(f"{story.name(s['process'])} initialised "
                       f"{lock_word(s.get('text', ''))} anew at "
                       f"{story.told(n)}.")
    return out[:1]


def counted(story, name):
    """The steps that changed an object's count."""
    steps = [n for n, s in enumerate(story.steps) if s.get("object") == name
             and s.get("kind") == "read-modify-write"]
    cells = [story.steps[n]["offset"] for n in steps]
    return [n for n in steps if story.steps[n]["offset"] == max(cells, key=cells.count)]


def left_over(story):
    """(name, steps that changed its count) of what was not freed: of several, what the
    submission has counted, and best of all what came to 0."""
    freed = {s["object"] for s in story.steps if s["what"] == "free"}
    if story.failure["kind"] != "leak":
        return "", []
    left = [(o["name"], counted(story, o["name"])) for o in story.doc.get("objects", [])[:100]
            if o["name"] not in freed]
    return max(left, default=("", []), key=lambda of: (
        bool(of[1]) and story.steps[of[1][-1]]["shown"] == "0",
        any(story.own_places(n) for n in of[1])))


def of_a_leak(story):
    """How the count of what is left over went."""
    name, counts = left_over(story)
    if not counts:
        return []
    said = [f"{story.steps[n]['shown']} at {story.told(n)} "
            f"({story.name(story.steps[n]['process'])})" for n in counts[-4:]]
    out = [f"The count of {name} went to " + ", then to ".join(said) + "."]
    if story.steps[counts[-1]]["shown"] == "0":
        out.append("Nothing freed it after that.")
    return out


def of_null(story):
    n, who = story.fails, story.failure["process"]
    read = story.before(n, lambda s: s["process"] == who and s.get("shown") == "NULL")
    if read is None:
        return []
    at = story.steps[read].get("address")
    out = f"NULL is what it read at {story.told(read)}"
    write = story.before(read, lambda s: s.get("address") == at and s["process"] != who
                         and s.get("kind") in ("write", "commit") and s.get("shown") == "NULL")
    if write is not None:
        out += f"; {story.name(story.steps[write]['process'])} stored it at {story.told(write)}"
    return [out + "."]


def led_astray(story):
    """(read, write): where a pointer that leads nowhere was read, and where that was
    written; None for what is not there."""
    n, who, at = story.fails, story.failure["process"], story.failure.get("address", 0)
    read = story.before(n, lambda s: s["process"] == who and s.get("kind") == "read"
                        and s.get("value", 0) > 4096 and abs(at - s["value"]) < 4096)
    if read is None:
        return None, None
    link = story.steps[read]
    return read, story.before(read, lambda s: s.get("address") == link.get("address") and
                              s.get("kind") in ("write", "commit") and
                              s.get("value") == link["value"])


def of_an_address(story):
    """Where a pointer that leads nowhere came from."""
    read, write = led_astray(story)
    if read is None:
        return []
    out = [f"The pointer is what it read at {story.told(read)}: {story.steps[read]['shown']}."]
    if write is not None:
        by = story.steps[write]["process"]
        out.append(f"{story.name(by)} had written that at {story.told(write)}.")
        if by != story.failure["process"]:
            out += [story.protection(story.failure["process"], read),
                    story.protection(by, write)]
    return out


def of_atomic(story):
    """What is held, and what was called."""
    n, who = story.fails, story.failure["process"]
    has = story.held(who, n)
    out = []
    at, inner = story.place(n), story.steps[n]["at"]
    if inner != at:
        called = [c["function"] + "()" for c in chain(story.steps[n])]
        called = called[:called.index(at["function"] + "()")]
        if called:
            out.append(f"What is called at {near(at)} leads to " + ", from there to ".join(
                reversed(called)) + ".")
    if has:
        story.causes.update(h.begins for h in has)
        out.append(f"At {near(at)} {story.name(who)} {listed(h.has(story) for h in has)}.")
    return out


def of_rcu(story):
    return [story.protection(story.failure["process"], story.fails)]


def of_a_lock(story):
    """The last that was done with a lock that is misused, or what is kept at the end."""
    at, who = story.failure.get("address"), story.failure["process"]
    kept = story.held(who, story.fails)
    if not at and kept:
        story.causes.update(h.begins for h in kept)
        return [f"At its end {story.name(who)} {listed(h.has(story) for h in kept)}."]
    last = story.before(story.fails, lambda s: at and s.get("address") == at and s.get("kind")
                        in (*OPENS, *OPENS.values(), "lock-init"))
    if last is None:
        return made_anew(story)
    verb = {"lock": "took it", "read-lock": "took it for reading", "trylock": "tried it",
            "unlock": "released it", "read-unlock": "released it", "bit-lock": "took it",
            "bit-unlock": "released it", "lock-init": "initialised it anew"}.get(
                story.steps[last]["kind"], "had it")
    return [f"Before that, {story.name(story.steps[last]['process'])} {verb} at "
            f"{story.told(last)}."]


def of_waiting(story):
    """Who waits where for whom."""
    out = []
    for s in story.doc.get("stuck", []):
        lock = lock_word(s["lock"])
        what = {"lock": lock, "read-lock": lock, "bit-lock": "the lock in the word",
                "grace-period-ends": "a grace period", "spin": "what it reads to change",
                "interrupted": "the interrupt on top of it to end"}.get(
                    s["waits"], s["waits"].replace("-", " "))
        stops = [n for n, x in enumerate(story.steps) if x["process"] == s["process"]]
        where = near(own_or(story, s["at"], stops))
        said = f"{story.name(s['process'])} waits for {what} at {where}"
        holders = [h for h in s["holders"] if h["at"]["function"] != "?"]
        if holders:
            said += ", which " + listed(
                (f"it took itself at {near(h['at'])}" if h["process"] == s["process"] else
                 f"{story.name(h['process'])} keeps from {near(h['at'])} on")
                for h in holders)
        out.append(said + ".")
    return out


def own_or(story, at, stops):
    """A place of the student's: this one, or where its process was last."""
    if own(at, story.scheme) or not stops:
        return at
    mine = story.own_places(stops[-1])
    return mine[0] if mine else at


def of_an_expectation(story):
    n = story.fails
    if not story.failure["process"] and not any(
            s["process"] and s["what"] == "step" for s in story.steps[:n]):
        return ["Nobody else was about: the scenario looks at one call after the other, at "
                f"{story.where(n)}."]
    return []


def of_a_warning(story):
    """Who had brought a count to where it is."""
    n, who = story.fails, story.failure["process"]
    use = story.before(n, lambda s: s["process"] == who and s.get("kind") == "read-modify-write")
    out = []
    if use is not None:
        at = story.steps[use].get("address")
        last = story.before(use, lambda s: s.get("address") == at and
                            s.get("kind") == "read-modify-write")
        if last is not None:
            by = story.name(story.steps[last]["process"])
            out.append(f"The count is {story.object(use)}'s; {by} had brought it to "
                       f"{story.steps[last]['shown']} at {story.told(last)}.")
        out.append(story.protection(who, use))
    return out


def of_a_rule(story):
    name = story.object(story.fails)
    if not name:
        return []
    dead = story.before(story.fails, lambda s: s.get("object") == name and
                        s.get("shown") == "dead")
    if dead is None:
        return [f"It is {name}."]
    return [f"It is {name}, which {story.name(story.steps[dead]['process'])} had put an end to at "
            f"{story.told(dead)}.", story.protection(story.failure["process"], story.fails)]


TELLS = {"use-after-free": of_a_free, "double-free": of_a_free, "data-race": of_a_race,
         "leak": of_a_leak, "null-dereference": of_null, "wild-access": of_an_address,
         "misaligned-access": of_an_address, "out-of-bounds": of_an_address,
         "sleep-in-atomic": of_atomic, "rcu-misuse": of_rcu, "lock-misuse": of_a_lock,
         "deadlock": of_waiting, "livelock": of_waiting, "invariant": of_an_expectation,
         "warning": of_a_warning, "violated-rule": of_a_rule}


def earlier(story):
    """What went wrong before that, and did not end it: a count that was 0, say."""
    out = []
    for n, step in enumerate(story.steps[:story.fails]):
        if step["what"] == "failure" and story.own_places(n) and \
                any(f["kind"] == "warning" and f["text"] == step["text"]
                    for f in story.doc["failures"]):
            out.append(f"Before that, {story.name(step['process'])} set off a warning at "
                       f"{story.told(n)}: {step['text'].rstrip('.')}.")
    return out[:1]


def read(doc, failure):
    """(sentences, story): what there is to see of a failure; marks in the document
    which steps show it."""
    story = Story(doc, failure)
    if not doc["steps"]:
        return [], story
    said = [*earlier(story), *TELLS.get(failure["kind"], lambda _: [])(story)][:MOST]
    story.causes.add(story.fails)
    doc["causes"] = sorted(n for n in story.causes if n is not None)
    return [s[:1].upper() + s[1:] if re.match(r"[a-z]+ ", s) else s for s in said], story


def functions(story, n):
    """The student's functions that a step is in, the one that others call first."""
    return [at["function"] for at in reversed(story.own_places(n))] if n is not None else []


def at_fault(story):
    """Whose step it is that should not have been: lists of functions as above, each
    of one party; two where it takes both."""
    f, n = story.failure, story.fails
    if not story.steps:
        return []
    mine = functions(story, n)
    if f["kind"] == "use-after-free":
        free = story.freed(story.object(n), n)
        theirs = functions(story, free)
        kept = free is not None and story.steps[free]["process"] != f["process"] and \
            story.held(f["process"], n)
        parties = [theirs] if kept else [mine or theirs]
    elif f["kind"] == "data-race":
        other = other_step(story)
        bare = {}
        for step, who in ((n, f["process"]), (other, f.get("other_process"))):
            bare[step] = step is not None and not story.held(who, step)
        parties = [functions(story, s) for s in (n, other) if s is not None]
        if bare[n] != bare[other] and all(parties):
            parties = [functions(story, n if bare[n] else other)]
    elif f["kind"] == "wild-access" and led_astray(story)[1] is not None:
        parties = [functions(story, led_astray(story)[1]) or mine]
    elif f["kind"] == "leak":
        parties = [functions(story, n) for n in left_over(story)[1]]
    elif f["kind"] in ("deadlock", "livelock", "lock-order"):
        places = [f["at"], f.get("other", f["at"])] + [
            at for s in story.doc.get("stuck", [])
            for at in (s["at"], *(h["at"] for h in s["holders"]))]
        parties = [[at["function"]] for at in places if own(at, story.scheme)]
    else:
        parties = [mine]
    return [p for p in parties if p]
