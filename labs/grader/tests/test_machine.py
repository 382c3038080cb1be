# SPDX-License-Identifier: GPL-2.0-only
"""What the compiler made of a source is judged as if nobody had read the source."""
import re

import pytest
from grading import FOLDERS, lab, labs

from graderlib import building, flow, machine, skeleton

LAB = FOLDERS[1]
# name: (what stands before the function, what stands in it, the refusal)
TRIES = {
    "a system call": ("", 'asm volatile("syscall" : : "a"(60), "D"(0));', "not on the list: syscall"),
    "a string instruction": ("", 'asm volatile("rep stosq" : : "D"(0x40c0c0), "c"(9), "a"(0));',
                             "not on the list: rep stos"),
    "a bit far away": ("", 'asm volatile("bts %1,(%0)" : : "r"(task), "r"((long)task));',
                       "not on the list: bts"),
    "a store that no hook saw": ("", 'asm volatile("movq $0,0x40c0c0" : : : "memory");',
                                 "a write that the explorer does not see"),
    "a look at the explorer's memory from a constant on":
        ("", 'asm volatile("mov .rodata+40000,%%rax" : : : "rax");',
         "a read that the explorer does not see"),
    "a look at what lies before a constant":
        ("static const long constant[2] = { 1, 2 };", "if (constant[-5000] == 5) lab_put_task(task);",
         "a read that the explorer does not see"),
    "a store behind a hook for another address":
        ("", '*(volatile long *)task = 1; asm volatile("movq $0,8(%0)" : : "r"(task));',
         "a write that the explorer does not see"),
    "a hook of its own": ("static noinline void hook(void *at) asm(\"__tsan_write8\");\n"
                          "static noinline void hook(void *at) { barrier(); }",
                          "hook((void *)0x40c0c0);", "__tsan_write8 is the explorer's"),
    "a return to elsewhere": ("", 'lab_put_task(task); asm volatile("push %0; ret" : : "r"(task));',
                              "does not give the stack back"),
    "another stack": ("", 'asm volatile("mov %0,%%rsp" : : "r"(task));', "not fixed"),
    "another frame": ("", 'lab_put_task(task); asm volatile("push %0; pop %%rbp" : : "r"(task));',
                      "does not give the stack back"),
    "a register that its caller wants back": ("", 'asm volatile("mov %0,%%rbx" : : "r"(task));',
                                              "does not give the stack back"),
    "what an earlier execution left on the stack":
        ("", 'lab_put_task(task); asm volatile("mov -1000(%%rbp),%%rax" : : : "rax");',
         "read before it is written"),
    "what a call left on the stack":
        ("", 'asm volatile("movq $1,-1000(%%rbp)" : : : "memory"); lab_put_task(task); '
         'asm volatile("mov -1000(%%rbp),%%rax" : : : "rax");', "read before it is written"),
    "an argument that nobody handed over":
        ("", 'lab_put_task(task); asm volatile("mov 16(%%rbp),%%rax" : : : "rax");',
         "an argument on the stack"),
    "the guard of the stack": ("", 'asm volatile("mov %rax,%fs:0x28");', "not this code's"),
    "a jump into the middle": ("", 'asm volatile("jmp 1f+2\\n1: movabs $0x050f3cb0909090,%%rax"'
                                   ' : : : "rax");', "a jump out of its function"),
    "a call of the explorer's inside": ("", 'asm volatile("call x_result");',
                                        "x_result can't be used here"),
    "code that the linker makes of a nop":
        ("", 'asm volatile("1: nopl 0x0(%rax); .reloc 1b, R_X86_64_32, 0x9090050f");',
         "filled in late"),
    "code that the linker makes of a constant's beginning":
        ("", 'asm volatile("1: add $1,%%rax; .reloc 1b, R_X86_64_32, 0x9090050f" : : : "rax");',
         "filled in late"),
    "a call that the linker moves":
        ("", 'lab_put_task(task); asm volatile("1: call lab_x_might_sleep; '
         '.reloc 1b, R_X86_64_32, 0x9090050f");',
         "filled in late"),
    "a section of its own": ('asm(".section .evil,\\"ax\\"\\nsyscall\\n.previous");', "",
                             "a section of its own, .evil"),
    "a constructor": ('static void __attribute__((constructor)) first(void) { barrier(); }\n'
                      'asm(".section .init_array,\\"aw\\"\\n.quad first\\n.previous");', "",
                      "a section of its own, .init_array"),
}


def judged(before, inside):
    text = skeleton.compose(labs.reference(lab(LAB)), f"{before}\nstatic struct "
                            "lab_uts_namespace *lab_utsns_get(struct lab_task *task)\n{\n"
                            f"{inside}\nreturn NULL;\n}}\n")
    text = re.sub(r'^#line \d+ "(scheme|wrong)\.c"\n', "", text, flags=re.MULTILINE)
    built = building.Building(lab(LAB), text=text)
    built.judge_code(built.compile_with(building.PLAINER[0]))


@pytest.mark.parametrize("what", TRIES)
def test_object_is_refused_for(what):
    before, inside, why = TRIES[what]
    with pytest.raises(machine.Refused) as refused:
        judged(before, inside)
    assert why in refused.value.args[1]


def test_table_that_can_be_written_is_refused():
    """Others call by it, and have no hook that would see what was written."""
    text = labs.reference(lab(LAB)).replace(
        '#include "loops.h"', "struct own { void *calls[11]; } lab_scheme_rcu = "
        '{ { "own", lab_utsns_get } };')
    built = building.Building(lab(LAB), text=text)
    with pytest.raises(machine.Refused, match="is static and can change"):
        built.judge_code(built.compile_with(building.PLAINER[0]))


def test_reference_and_plain_assembly_that_does_no_harm_can_be_followed():
    judged("", 'asm volatile("nop" : : : "memory");')


def test_code_is_followed_for_so_long_and_no_longer_however_it_is_cut_up(monkeypatch):
    monkeypatch.setattr(flow, "MOST_STEPS", 200)
    with pytest.raises(machine.Refused, match="too long to follow"):
        judged("", "")


def test_no_solution_can_be_read_while_it_is_compiled():
    for name in ("rcu.c", "task_lock.c"):
        with pytest.raises(building.Rejected):
            judged(f'asm(".incbin \\"{lab(LAB).family_folder}/{name}\\"");', "")
