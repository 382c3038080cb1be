# SPDX-License-Identifier: GPL-2.0-only
# What the family is made of, for Kbuild and for the native Makefile.
family       := netns
schemes      := rtnl nsid_lock batched
# none: the walk counts what it looks at (watch.h)
counted      :=
parts        := family namespaces lab_idr scenario growth
native_parts :=
# what the schemes share, for the explorer; its first scenario
explored     := namespaces lab_idr
first        := cleanup
# what make stress runs
stressed     := nets_come_and_go,ids_are_found,list_is_walked,ids_are_asked_for,all_at_once
