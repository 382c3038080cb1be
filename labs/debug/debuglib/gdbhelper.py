# SPDX-License-Identifier: GPL-2.0-only
"""Runs inside gdb: load the symbols of the module that is being initialised."""
import gdb


class LabModule(gdb.Command):
    """lab-module FILE: at do_init_module(), FILE is the module with symbols."""

    def __init__(self):
        super().__init__("lab-module", gdb.COMMAND_FILES)

    def invoke(self, argument, from_tty):
        attrs = gdb.parse_and_eval("mod->sect_attrs")
        where = {}
        for n in range(int(attrs["nsections"])):
            attr = attrs["attrs"][n]
            where[attr["battr"]["attr"]["name"].string()] = int(attr["address"])
        more = " ".join(f"-s {name} {address:#x}" for name, address in where.items()
                        if name.startswith((".data", ".bss", ".rodata", ".init.text")))
        gdb.execute(f"add-symbol-file {argument} {where['.text']:#x} {more}",
                    to_string=True)


LabModule()
