// SPDX-License-Identifier: GPL-2.0-only
/* Stores delayed per thread and address. */
#include "engine.h"

void x_weak_reset(void) { }
bool x_weak_delays(uintptr_t addr, size_t size) { (void)addr; (void)size; return false; }
void x_weak_store(uintptr_t addr, size_t size, bool release, uintptr_t pc) { (void)addr; (void)size; (void)release; (void)pc; }
void x_weak_settle(void) { }
void x_weak_show(int proc) { (void)proc; }
void x_weak_commit(int buffer) { (void)buffer; }
bool x_weak_empty(int proc) { (void)proc; return true; }
bool x_weak_committable(int buffer) { (void)buffer; return true; }
void x_weak_join(int proc, x_clock *dep) { (void)proc; (void)dep; }
void x_weak_fence(uintptr_t pc) { (void)pc; }
