# SPDX-License-Identifier: GPL-2.0-only
# What the family is made of, for Kbuild and for the native Makefile.
family       := pid
schemes      := by_name wait_pidfd_lock pid_lock
# those of them that are compiled once more with their operations counted
counted      := $(schemes)
parts        := family pid exec super dcache proc scenario figures cost
native_parts :=
# what the schemes share, for the explorer; its first scenario
explored     := pid exec super dcache proc
first        := exit
# what make stress runs
stressed     := processes_exit,threads_exec,threads_exec_2020,instances_come_and_go,all_at_once
