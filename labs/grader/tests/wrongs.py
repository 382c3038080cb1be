# SPDX-License-Identifier: GPL-2.0-only
"""Wrong submissions of the kinds that students hand in, for what they are told."""
from grading import FOLDERS, lab, labs


def edit(function, old, new):
    return {"in": function, "old": old, "new": new}


# name: (lab, task, edits)
WRONG = {
    "0-unlocks-early": (0, "0.1", [
        edit("lab_utsns_get", "lab_point(read_pointer);", "spin_unlock(&task->nsproxy_lock);"),
        edit("lab_utsns_get", "	lab_point(read_end);\n	spin_unlock(&task->nsproxy_lock);\n",
             "")]),
    "0-puts-inside": (0, "0.2", [
        edit("lab_switch_task_namespaces", "self->nsproxy = new;",
             "self->nsproxy = new;\n	if (old)\n		lab_put_nsproxy(old);"),
        edit("lab_switch_task_namespaces", "	if (old)\n		lab_put_nsproxy(old);\n}",
             "}")]),
    "1-second-look": (1, "1.3", [
        edit("lab_mounts_open", "	found = nsproxy->mnt_ns;\n	lab_get_mnt_ns(found);\n", ""),
        edit("lab_mounts_open", "	err = lab_get_fs_root",
             "	found = nsproxy->mnt_ns;\n	lab_get_mnt_ns(found);\n	err = lab_get_fs_root")]),
    "1-waits-first": (1, "1.4", [
        edit("lab_switch_task_namespaces", "	might_sleep();\n",
             "	might_sleep();\n	synchronize_rcu();\n"),
        edit("lab_switch_task_namespaces", "		synchronize_rcu();\n		lab_point",
             "		lab_point")]),
    "1-plain-store": (1, "1.4", [
        edit("lab_switch_task_namespaces", "rcu_assign_pointer(self->nsproxy, new);",
             "WRITE_ONCE(self->nsproxy, new);")]),
    "1-forgets-to-free": (1, "1.4", [
        edit("lab_switch_task_namespaces", "		lab_free_nsproxy(old);\n", "")]),
    "1-frees-in-section": (1, "1.4", [
        edit("lab_switch_task_namespaces", "lab_free_nsproxy(old);",
             "rcu_read_lock();\n		lab_free_nsproxy(old);\n		rcu_read_unlock();")]),
    "2-root-without-lock": (2, "2.3", [
        edit("lab_mounts_open", "lab_task_unlock(task);\n		return -EINVAL;",
             "return -EINVAL;")]),
    "2-own-lock": (2, "2.1", [
        edit("lab_switch_task_namespaces", "lab_task_lock(self);",
             "spin_lock(&self->nsproxy_lock);"),
        edit("lab_switch_task_namespaces", "lab_task_unlock(self);",
             "spin_unlock(&self->nsproxy_lock);")]),
    "3-no-release": (3, "3.13", [
        edit("lab_switch_task_namespaces", "lab_ptrlock_set_unlock(&self->nsproxy, new);",
             "WRITE_ONCE(self->nsproxy.word, (unsigned long)new);\n	preempt_enable();")]),
    "3-not-masked": (3, "3.12", [
        edit("lab_current_uts_inum", "lab_ptrlock_peek(&self->nsproxy);",
             "(void *)READ_ONCE(self->nsproxy.word);")]),
    "4-asks-then-takes": (4, "4.2", [
        edit("lab_get_net_ns_by_id", "	if (peer)\n		peer = lab_maybe_get_net(peer);",
             "	if (peer) {\n		if (refcount_read(&peer->count))\n"
             "			lab_get_net(peer);\n		else\n			peer = NULL;\n	}")]),
    "4-section-too-short": (4, "4.2", [
        edit("lab_get_net_ns_by_id", "	lab_point(find_peer);\n", "	rcu_read_unlock();\n"),
        edit("lab_get_net_ns_by_id", "	rcu_read_unlock();\n	return peer;", "	return peer;")]),
    "4-list-del": (4, "4.4", [
        edit("lab_cleanup_net", "list_del_rcu(&net->list);", "list_del(&net->list);")]),
    "4-tells-under-lock": (4, "4.1", [
        edit("lab_peernet2id_alloc", "	lab_rtnl_net_notifyid(net, LAB_NEWNSID, id, gfp);",
             "	spin_lock(&net->nsid_lock);\n	lab_rtnl_net_notifyid(net, LAB_NEWNSID, id, gfp);\n"
             "	spin_unlock(&net->nsid_lock);")]),
    "5-read-lock": (5, "5.3", [
        edit("lab_release_task", "write_lock_irq(&lab_tasklist_lock);",
             "read_lock(&lab_tasklist_lock);"),
        edit("lab_release_task", "write_unlock_irq(&lab_tasklist_lock);",
             "read_unlock(&lab_tasklist_lock);")]),
    "5-no-reference": (5, "5.3", [
        edit("lab_release_task", "lab_get_pid(lab_task_pid(p));", "lab_task_pid(p);"),
        edit("lab_proc_flush_pid", "	lab_put_pid(pid);\n", "")]),
    "5-frees-the-task-first": (5, "5.3", [
        edit("lab_release_task", "	lab_proc_flush_pid(pid);\n	lab_put_task_rcu_user(p);\n",
             "	lab_put_task_rcu_user(p);\n	lab_proc_flush_pid(lab_task_pid(p) ?: pid);\n")]),
    "5-inode-not-held": (5, "5.2", [
        edit("lab_proc_flush_pid", "		inode = lab_igrab(inode);\n		rcu_read_unlock();\n",
             "		rcu_read_unlock();\n		inode = lab_igrab(inode);\n")]),
    "5-no-lock-at-the-end": (5, "5.1", [
        edit("lab_proc_pid_evict_inode", "		spin_lock(&pid->lock);\n", ""),
        edit("lab_proc_pid_evict_inode", "		spin_unlock(&pid->lock);\n", "")]),
}


def text(name):
    """(lab, task, source) of one of them."""
    number, task, edits = WRONG[name]
    a_lab = lab(FOLDERS[number])
    source = labs.reference(a_lab)
    for e in edits:
        begin, end = labs.change.function_span(source, e["in"])
        body = source[begin:end]
        assert body.count(e["old"]) >= 1, (name, e["old"])
        source = source[:begin] + body.replace(e["old"], e["new"], 1) + source[end:]
    return a_lab, task, source
