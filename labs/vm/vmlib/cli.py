# SPDX-License-Identifier: GPL-2.0-only
"""The command line of labs/vm/vm."""
import argparse
import os
import shutil
import sys

from . import accel, fetch, kernel, module, paths, qemu, run, shell
from .trouble import CANNOT, FAILED, Trouble, os_trouble


def at_least(low, kind=int):
    def check(text):
        value = kind(text)
        if not value >= low:
            raise argparse.ArgumentTypeError(f"{text}: {low} or more")
        return value
    check.__name__ = "number"
    return check


def machine_options(parser):
    parser.add_argument("--add", action="append", default=[],
                        metavar="PATH[:NAME]",
                        help="put this file or folder into the guest's /lab")
    parser.add_argument("--smp", type=at_least(2), default=2, metavar="N",
                        help="virtual CPUs, 2 or more: a race needs two")
    parser.add_argument("--mem", type=at_least(128), default=512,
                        metavar="MB", help="the guest's memory")
    parser.add_argument("--append", default="", metavar="TEXT",
                        help="more for the kernel's command line")


def parser():
    top = argparse.ArgumentParser(
        prog="labs/vm/vm", description=__doc__,
        epilog="KERNEL=, KDIR=, BUSYBOX=, ACCEL=, BUILD= in the environment "
               "override what is used; see labs/vm/README.md.")
    subs = top.add_subparsers(dest="what", required=True, metavar="COMMAND")

    sub = subs.add_parser("fetch", help="get the distribution's kernel and "
                          "headers, without installing them")
    sub.add_argument("--update", action="store_true",
                     help="look for a newer one than is here")
    sub.set_defaults(call=do_fetch)

    sub = subs.add_parser("module", help="build a kernel module")
    sub.add_argument("--name", required=True, help="of the module: NAME.ko")
    sub.add_argument("--out", metavar="DIR",
                     help="where to build (build/module/NAME)")
    sub.add_argument("--set", action="append", default=[],
                     metavar="VAR=VALUE", help="passed on to make")
    sub.add_argument("sources", nargs="+", metavar="SRC",
                     help="source files, or folders of them; one is Kbuild")
    sub.set_defaults(call=do_module)

    sub = subs.add_parser("run", help="boot the VM, run a job, say how it "
                          "went")
    sub.add_argument("--job", metavar="FILE", help="a shell script for the "
                     "guest (- is standard input); without it, the added "
                     "modules are loaded")
    machine_options(sub)
    sub.add_argument("--timeout", type=at_least(0.1, float), default=60.0,
                     metavar="S", help="for the job, on a machine that boots "
                     "in 5 s; stretched on slower ones (60)")
    sub.add_argument("--boot-timeout", type=at_least(0.1, float), metavar="S",
                     help="for the boot; by itself, generous")
    sub.add_argument("--port-limit", type=at_least(1 << 10),
                     default=16 << 20, metavar="BYTES", help="from the "
                     "console or the results before it is a flood (16 MB)")
    sub.add_argument("--plain", action="store_true", help="the job's output "
                     "is not KTAP: its exit status decides")
    sub.add_argument("--json", metavar="OUT", help="write a full record")
    sub.add_argument("--ktap", metavar="OUT", help="write the job's output")
    sub.add_argument("--console", metavar="OUT", help="write the console")
    sub.add_argument("--quiet", action="store_true",
                     help="print the verdict only")
    sub.add_argument("--verbose", action="store_true",
                     help="print all of the job's output, not only results")
    sub.set_defaults(call=run.run)

    sub = subs.add_parser("probe", help="say whether KVM works here")
    sub.add_argument("--again", action="store_true",
                     help="try anew, whatever was found before")
    sub.set_defaults(call=do_probe)

    sub = subs.add_parser("shell", help="a shell in the VM")
    machine_options(sub)
    sub.set_defaults(call=shell.shell)

    sub = subs.add_parser("bare-boot", help="measure boots, print JSON")
    sub.add_argument("--count", type=at_least(1), default=3, metavar="N")
    sub.add_argument("--smp", type=at_least(2), default=2, metavar="N")
    sub.set_defaults(call=run.bare_boot)

    sub = subs.add_parser("clean", help="remove what was built (build/vm)")
    sub.add_argument("--cache", action="store_true",
                     help="also the downloads and measurements in the cache")
    sub.set_defaults(call=do_clean)
    return top


def verbose():
    return os.environ.get("V", "0") not in ("", "0")


def do_fetch(args):
    fetch.fetch(run.Out(), args.update)
    return 0


def do_module(args):
    for setting in args.set:
        if "=" not in setting:
            raise Trouble(f"--set {setting}: it has to be VAR=VALUE", FAILED)
    out = args.out or paths.build("module", args.name)
    print(module.build(args.name, out, args.sources, args.set, verbose()))
    return 0


def do_probe(args):
    chosen, why = accel.choose(kernel.image()[0], run.Out(sys.stderr),
                               args.again)
    print(accel.describe(chosen, why))
    return 0


def do_clean(args):
    for path in [paths.build("vm")] + ([paths.cache()] if args.cache else []):
        stand_in = paths.stand_in(path)
        for each in filter(None, (path, stand_in)):
            shutil.rmtree(each, ignore_errors=True)
    return 0


def main(argv):
    args = parser().parse_args(argv)
    paths.raise_on_signals()
    try:
        return args.call(args)
    except Trouble as trouble:
        complain(trouble)
        return trouble.code
    except paths.Interrupted as interrupted:
        complain("interrupted")
        return 128 + interrupted.number
    except OSError as error:
        complain(os_trouble(error, "this"))
        return CANNOT


def complain(text):
    try:
        print(f"vm: {text}", file=sys.stderr, flush=True)
    except OSError:
        pass
