# SPDX-License-Identifier: GPL-2.0-only
"""The command labs/grader/grade."""
import argparse
import atexit
import os
import signal
import sys
import traceback

from . import begin, labs

FULL, PARTLY, USAGE, CANNOT, INTERRUPTED = 0, 1, 2, 3, 130


def options(argv, doc):
    p = argparse.ArgumentParser(prog="labs/grader/grade", description=doc,
                                formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--lab", default="", help="its number, or its folder")
    p.add_argument("--submission", default="", metavar="PATH",
                   help="a folder with the scheme's file and answers.toml, or that\n"
                   "file; by itself, your own below work/")
    p.add_argument("--quick", action="store_true", help="check, build and explore only")
    p.add_argument("--stages", default="", metavar="A,B",
                   help="only these of check,build,explore,answers,stress,vm,measure\n"
                   "(and check and build before any that runs it)")
    p.add_argument("--hint", type=int, default=0, metavar="N", help="show N hints a task")
    p.add_argument("--jobs", type=int, metavar="N", help="scenarios at a time (a CPU each)")
    p.add_argument("--json", metavar="FILE", help="the result, for other programs")
    p.add_argument("--report", metavar="FOLDER",
                   help="where the page and the pictures go (SUBMISSION/report)")
    p.add_argument("--no-report", action="store_true", help="no page, no pictures")
    p.add_argument("--quiet", action="store_true", help="only the last line")
    p.add_argument("--whose", default="", help=argparse.SUPPRESS)   # for the page's head
    o = p.parse_args(argv)
    if o.hint < 0 or o.jobs is not None and o.jobs < 1:
        p.error("--jobs is 1 or more, --hint is 0 or more")
    return o


class Teller:
    """Shows each stage as it ends; on a terminal also what is going on."""

    def __init__(self, quiet):
        self.quiet = quiet
        self.live = sys.stdout.isatty() and not quiet

    def __call__(self, what, about):
        from . import report
        import colour               # its place is known since report was read
        if self.live and what == "begins":
            print(f"  … {about}", end="\r", flush=True)
        if what == "stage" and not self.quiet:
            print(colour.shade(report.stage_line(about)), flush=True)


def wanted_stages(text, known):
    """Stages as people name them, in their order; all of them if none is named."""
    if not text:
        return known
    asked = [s for s in text.replace(" ", ",").split(",") if s]
    for stage in asked:
        if stage not in known:
            raise labs.LabError(f"there is no stage “{stage}”; there are: "
                                + ", ".join(known))
    return tuple(s for s in known if s in asked)


def refuse(text, status):
    print(f"grade: {text}", file=sys.stderr)
    return status


def grade(o):
    if not o.lab:
        raise labs.LabError("say which lab: make grade LAB=1 (make lab lists them)")
    lab = labs.load(o.lab)
    from . import report, stages
    path = o.submission or begin.work(lab)
    if not o.submission and not os.path.isdir(path):
        raise labs.LabError(f"there is no {begin.shown(path)} yet: make lab "
                            f"LAB={lab.number} begins it")
    tell = Teller(o.quiet)
    asked = stages.QUICK if o.quick else wanted_stages(o.stages, stages.STAGES)
    try:
        run = stages.Grading(lab, path, asked, o.jobs, tell)
    except stages.HandedInError as e:
        return refuse(str(e), PARTLY)
    folder = o.report or os.path.join(os.path.dirname(os.path.abspath(run.source)), "report")
    # A stranger could have us write elsewhere.
    if not o.no_report and os.path.islink(folder):
        return refuse(f"{folder} is a link: say where the page goes, --report FOLDER", PARTLY)
    if not o.no_report:
        run.plots = folder
    if not o.quiet:
        from .skeleton import plain
        print(f"Lab {lab.number}: {plain(lab.title)}\n{begin.shown(run.source)}\n", flush=True)
    result = run.run()
    return tell_all(o, lab, run, result, report, folder)


def tell_all(o, lab, run, result, report, folder):
    import colour
    page = ""
    if not o.no_report and not result["interrupted"]:
        try:
            page = report.save(lab, result, run.docs, folder, o.hint,
                               o.whose or begin.shown(run.source))
        except OSError as e:
            result["notes"].append(f"No page was written: {e.filename or folder}: "
                                   f"{e.strerror}.")
    if o.json and not result["interrupted"]:
        report.write(o.json, report.as_json(result))
    if o.quiet:
        print(report.last_line(lab, result))
    else:
        print("\n" + colour.shade(report.terminal(lab, result, run.docs, o.hint)))
        if page:
            print(f"The page with all of it: {begin.shown(page)}")
    sys.stdout.flush()
    if result["interrupted"]:
        return INTERRUPTED
    return FULL if result["points"] == result["of"] or report.finished(result) else PARTLY


def leave(status):
    """The end. After an interrupt nobody waits for what still runs in a jail:
    it dies with this process."""
    sys.stdout.flush()
    sys.stderr.flush()
    if status != INTERRUPTED:
        sys.exit(status)
    atexit._run_exitfuncs()     # temporary folders
    os._exit(status)


def heed_ends():
    """All that can be asked to end does so in one way, in the background too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:      # nohup's word stands
        signal.signal(signal.SIGHUP, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):     # a path may be no text at all
        stream.reconfigure(errors="backslashreplace")


def main(argv, doc):
    """Does not return."""
    heed_ends()
    o = options(argv, doc)
    try:
        status = grade(o)
    except labs.LabError as e:
        status = refuse(str(e), USAGE)
    except OSError as e:
        status = refuse(f"{e.filename or 'this'}: {e.strerror}", CANNOT)
    except KeyboardInterrupt:
        status = refuse("interrupted", INTERRUPTED)
    except Exception as e:
        if type(e).__name__ not in ("NoJail", "BuildError", "Trouble"):
            traceback.print_exc()
            e = "this is a mistake of the grader's, not yours: see above"
        status = refuse(str(e), CANNOT)
    leave(status)
