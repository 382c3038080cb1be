# SPDX-License-Identifier: GPL-2.0-only
# What the family is made of, for Kbuild and for the native Makefile.
family       := nsproxy
schemes      := task_lock rcu pointer_tag dedicated_lock pointer_lock rcu_work
# those of them that are compiled once more with their operations counted
counted      := $(schemes)
parts        := family namespaces scenario bench count
native_parts := bare lock_apart
module_parts := expedited
# what the schemes share, for the explorer; its first scenario
explored     := namespaces
first        := switch
# what make stress runs
stressed     := owner_rests,owner_reads,owner_switches,owner_forks,owner_exits,owner_does_all
