# SPDX-License-Identifier: GPL-2.0-only
"""Runs inside gdb: the module's symbols, and the way to a labelled point."""
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
                        if name.startswith((".data", ".bss", ".rodata", ".init.text",
                                            ".text.")))
        gdb.execute(f"add-symbol-file {argument} {where['.text']:#x} {more}",
                    to_string=True)


class AtPoint(gdb.Breakpoint):
    """Somebody is at a labelled point, other than setup and finish."""

    def __init__(self, label):
        super().__init__("lab_point_reached")
        self.label = label

    def stop(self):
        if gdb.parse_and_eval("label").string() != self.label:
            return False
        frame = gdb.newest_frame()
        while frame := frame.older():
            if frame.name() == "lab_init":
                return False
        return True


class LabReach(gdb.Command):
    """lab-reach LABEL: go on until somebody is at that labelled point."""

    def __init__(self):
        super().__init__("lab-reach", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        AtPoint(argument)
        end = gdb.Breakpoint("lab_look_for_leaks", internal=True)
        gdb.execute("continue", to_string=True)
        if gdb.selected_frame().name() == "lab_look_for_leaks":
            gdb.write(f"The scenario is over, and nobody came by lab_point({argument}).\n"
                      "POINT= takes another, SCENARIO= and BREAK= what is played.\n")
            return
        end.delete()
        gdb.execute("up")


LabModule()
LabReach()
