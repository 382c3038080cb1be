# SPDX-License-Identifier: GPL-2.0-only
# What the family is made of, for Kbuild and for the native Makefile.
family       := nsproxy
schemes      := task_lock rcu pointer_tag dedicated_lock pointer_lock
# those of them that are compiled once more with their operations counted
counted      := $(schemes)
parts        := family namespaces scenario bench count
native_parts := bare
