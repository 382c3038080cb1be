# SPDX-License-Identifier: GPL-2.0-only
"""The machines that grade a class: each is asked first whether it can, and one that
can't any more loses its work to the others.

A job is the command `class --job`, here or by ssh. It gets a submission on its input,
gives the result on its output, and ends as soon as its input does: whatever becomes of
the run that began it, nothing of a submission stays behind on a host.
"""
import json
import os
import queue
import shlex
import subprocess
import tempfile
import threading

SSH = ["ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15",
       "-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4"]
TRIES = 3           # of one submission, where a host and not the submission is at fault
STRIKES = 2         # jobs in a row that a host may lose before it is asked anew
PARTING = 30        # seconds for a job to end when it is asked to
MOST = 64 << 20     # bytes of a result


class Lost(Exception):
    """A job that ended without a result: the host's trouble, in a sentence."""


class Host:
    """One machine. text: as GNU parallel names one: [JOBS/]LOGIN, and : for this one.
    A login may have options of ssh before it, and the kit's folder behind it, LOGIN:/PATH."""

    def __init__(self, text, here):
        jobs, slash, login = text.partition("/")
        self.asked = int(jobs) if slash and jobs.isdigit() else None
        words = shlex.split(login if self.asked is not None else text)
        if words[:1] == ["ssh"]:
            del words[0]
        if not words:
            raise ValueError(f"“{text}” names no host")
        self.here = words == [":"]
        self.words, self.kit = words, here
        if ":/" in words[-1]:
            self.words[-1], _, path = words[-1].partition(":")
            self.kit = path
        self.name = os.uname().nodename if self.here else self.words[-1]
        self.jobs, self.strikes, self.dropped = 1, 0, ""
        self.lock = threading.Lock()

    def command(self, args):
        args = [os.path.join(self.kit, "labs", "grader", "class"), *args]
        return args if self.here else [*SSH, *self.words, shlex.join(args)]


def parsed(text, here):
    """The hosts of SSHLOGIN=."""
    return [Host(one.strip(), here) for one in (text or ":").split(",") if one.strip()]


class Running:
    """The jobs that run now, so that they can be ended."""

    def __init__(self):
        self.lock, self.children, self.over = threading.Lock(), set(), False

    def begin(self, command, said):
        with self.lock:
            if self.over:
                raise Lost("interrupted")
            child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=said, start_new_session=True)
            self.children.add(child)
            return child

    def end(self):
        """Ask all to end, wait for it, and then no longer."""
        with self.lock:
            self.over = True
            children = list(self.children)
        for child in children:
            close(child.stdin)
        for child in children:
            try:
                child.wait(PARTING)
            except subprocess.TimeoutExpired:
                child.kill()


def close(pipe):
    try:
        pipe.close()
    except OSError:     # nobody read what it held
        pass


def job(host, args, handed_in, running, seconds):
    """(result, page) of a submission, graded there. handed_in: whose it is, and its files.
    Raises Lost."""
    whose, packed = handed_in
    with tempfile.TemporaryFile() as said:
        try:
            child = running.begin(host.command(args), said)
        except OSError as e:
            raise Lost(f"{e.filename}: {e.strerror}") from None
        late = threading.Timer(seconds, child.kill)
        late.start()
        try:
            try:
                child.stdin.write(json.dumps({"whose": whose, "size": len(packed)}).encode() + b"\n" + packed)
                child.stdin.flush()
            except OSError:     # it has ended already, and says why
                pass
            out = child.stdout.read(MOST)
        finally:
            close(child.stdin)
            child.stdout.close()
            child.wait()
            late.cancel()
            with running.lock:
                running.children.discard(child)
        said.seek(0)
        return answer(out, said.read(1 << 20).decode(errors="replace"), child.returncode)


def answer(out, said, status):
    head, _, page = out.partition(b"\n")
    try:
        reply = json.loads(head)
        if reply.get("trouble"):
            raise Lost(reply["trouble"])
        return reply["result"], page[:reply["page"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        raise Lost(lines[-1][-300:] if lines else
                   f"it ended with status {status}, and gave no result") from None


def unfit(result):
    """Why a host that has graded the reference so can't grade; "" if it can."""
    if "not_graded" in result:
        return result["not_graded"]
    for stage in result["stages"]:
        if stage["state"] != "passed":
            return f"{stage['name']} of the reference: {stage['state']}: {stage['said']}"
    return ""


class Pool:
    """args: of each job. packed(stem): whose it is, and its files. reference: what each
    host gets first, in the same way."""

    def __init__(self, hosts, args, packed, reference, seconds, most, tell):
        self.hosts, self.args, self.packed, self.reference = hosts, args, packed, reference
        self.seconds, self.most, self.tell = seconds, most, tell
        self.running, self.change = Running(), threading.Condition()
        self.waiting, self.at_work, self.tried = [], 0, {}
        self.done = queue.Queue()

    def probe(self, host):
        """Have it grade the reference; drop it unless that is right the first time or
        the second: what runs for a moment only may be disturbed."""
        for _ in range(2):
            try:
                result, _ = job(host, self.args, self.reference, self.running, self.seconds)
                why = unfit(result)
                host.jobs = host.asked or self.most or result["cpus"]
            except Lost as e:
                why = str(e)
            if not why:
                self.tell(f"{host.name} grades the reference right; {host.jobs} at a time")
                return
        host.dropped = why
        self.tell(f"{host.name} is left out: {why}")

    def fit(self):
        """Those that can grade."""
        asked = [threading.Thread(target=self.probe, args=(h,), daemon=True)
                 for h in self.hosts]
        for thread in asked:
            thread.start()
        for thread in asked:
            thread.join()
        return [h for h in self.hosts if not h.dropped]

    def grade(self, stems):
        """Yields (stem, host's name, result, page), or (stem, names, reason, None)."""
        self.waiting = list(stems)
        left = set(stems)
        for host in self.hosts:
            for _ in range(0 if host.dropped else host.jobs):
                threading.Thread(target=self.work, args=(host,), daemon=True).start()
        while left:
            found = self.done.get()
            left.discard(found[0])
            yield found

    def take(self, host):
        """The next submission for this host, or None when there is none any more. What
        another host has lost goes to one that has not tried it, while there is one."""
        with self.change:
            while not host.dropped:
                alive = {h.name for h in self.hosts if not h.dropped}
                for stem in self.waiting:
                    before = self.tried.get(stem, [])
                    if host.name not in before or alive <= set(before):
                        self.waiting.remove(stem)
                        self.at_work += 1
                        return stem
                if not self.waiting and not self.at_work:
                    break
                self.change.wait()
            return None

    def work(self, host):
        while (stem := self.take(host)) is not None:
            lost = None
            try:
                result, page = job(host, self.args, self.packed(stem), self.running,
                                   self.seconds)
                self.done.put((stem, host.name, result, page))
                host.strikes = 0
            except Lost as e:
                lost = str(e)
            except OSError as e:
                lost = f"{e.filename or 'here'}: {e.strerror}"
            if lost and not self.running.over:
                self.strike(host)
            with self.change:
                self.at_work -= 1
                if lost:
                    self.again(stem, host, lost)
                if all(h.dropped for h in self.hosts):
                    self.give_up()
                self.change.notify_all()

    def again(self, stem, host, why):
        """It goes to another host, up to so many times."""
        tried = self.tried.setdefault(stem, [])
        tried.append(host.name)
        if len(tried) < TRIES and not all(h.dropped for h in self.hosts):
            self.waiting.append(stem)
            return
        self.done.put((stem, ", ".join(dict.fromkeys(tried)), why, None))

    def strike(self, host):
        """It has lost a job: after some in a row it has to show what it can do."""
        with host.lock:
            host.strikes += 1
            if host.strikes >= STRIKES and not host.dropped:
                host.strikes = 0
                self.probe(host)

    def give_up(self):
        why = "; ".join(f"{h.name}: {h.dropped}" for h in self.hosts)
        for stem in self.waiting:
            self.done.put((stem, "", f"no machine is left that can grade ({why})", None))
        self.waiting = []
