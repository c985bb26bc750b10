// kernel/pid_namespace.c and include/linux/pid_namespace.h, as the patch of October 2007 made them.
// SPDX-License-Identifier: MIT
#pragma once

#include "model/kernel/pidmap.hpp"
#include "model/kernel/proc.hpp"

namespace nsmc::kernel {

template <class K>
ns_ptr<K> get_pid_ns(ns_ptr<K> ns) {
  if (!CONFIG_PID_NS<K>()) return ns;
  if (ns != init_pid_ns<K>()) {
    // kref_get() at zero would bring a dying object back.
    if (ns->kref == 0) K::oops(Fault::refcount_underflow);
    ns->kref += seeded<K>(Defect::get_pid_ns_counts_twice) ? 2 : 1;
  }
  return ns;
}

// The nsproxy of a task that has given it up is NULL: such a task is almost dead.
template <class K>
nsproxy_ptr<K> nsproxy_of(task_ptr<K> tsk) {
  if (!tsk->nsproxy_) K::oops(Fault::nsproxy_of_the_dead);
  return tsk->nsproxy_;
}

// Read through nsproxy in 2007; from struct pid, until that is unhashed, since 61bce0f1371c ("pid:
// generalize task_active_pid_ns").
template <class K>
ns_ptr<K> task_active_pid_ns(task_ptr<K> tsk) {
  if (!fixed_by<K>(Change::bz_30)) return nsproxy_of<K>(tsk)->pid_ns;
  const pid_ptr<K> pid = tsk->pids[PIDTYPE_PID];
  return pid ? ns_ptr<K>{pid->ns} : ns_ptr<K>{};
}
// Where the children of current are going to live: nsproxy->pid_ns, which unshare() and setns() can
// make another one than its own since 3.8.
template <class K>
ns_ptr<K> pid_ns_for_children(task_ptr<K> tsk) {
  return nsproxy_of<K>(tsk)->pid_ns;
}
template <class K>
typename K::Bool children_go_elsewhere(task_ptr<K> tsk) {
  return task_active_pid_ns<K>(tsk) != pid_ns_for_children<K>(tsk);
}

// Drops the reference in its local `ns`.  free_pid_ns() calls put_pid_ns() for the parent; that
// recursion is this loop, one level per round, and `depth` counts the frames it would need.
template <class K>
struct put_pid_ns {
  static Next kref_put() {
    auto& l = stack<K>().put_pid_ns;
    const ns_ptr<K> ns = l.ns;
    if (!CONFIG_PID_NS<K>() || ns == init_pid_ns<K>()) return leave();
    if (ns->kref == 0) K::oops(Fault::refcount_underflow);
    if (!seeded<K>(Defect::put_pid_ns_does_not_count)) ns->kref -= 1;
    if (ns->kref != (seeded<K>(Defect::put_pid_ns_frees_at_one) ? 1 : 0)) return leave();
    return go(free_pid_ns);
  }

  static Next free_pid_ns() {
    auto& l = stack<K>().put_pid_ns;
    const ns_ptr<K> ns = l.ns;
    const ns_ptr<K> parent = ns->parent;
    // 3.7 ("pidns: remove recursion from free_pid_ns()"): a loop in put_pid_ns().
    if (!fixed_by<K>(Change::bz_16) || l.depth == 0) l.depth += 1;
    auto& deepest = K::on().state.free_depth;
    if (deepest < l.depth) deepest = l.depth;
    const bool keeps_parent = seeded<K>(Defect::free_pid_ns_stops_at_level_3) && ns->level > 2;
    destroy_pid_namespace(ns);
    if (seeded<K>(Defect::free_pid_ns_keeps_parent) || keeps_parent) return leave();
    l.ns = seeded<K>(Defect::free_pid_ns_reads_parent_late) ? ns_ptr<K>{ns->parent} : parent;
    return go(kref_put);
  }

  // The bitmap pages go with the namespace: they are fields of it.
  static void destroy_pid_namespace(ns_ptr<K> ns) { K::on().release(ns); }

  static constexpr Row rows[] = {
      {"kref_put", kref_put, "r12: the other last reference may be dropped in another context"},
      {"free_pid_ns", free_pid_ns},
  };

 private:
  static Next leave() {
    stack<K>().put_pid_ns = {};
    return ret();
  }
};

// Starts put_pid_ns() for a reference that is handed over.
template <class K>
Next put_ns(ns_ptr<K> ns, lang::StepFunction then) {
  stack<K>().put_pid_ns.ns = ns;
  return call(put_pid_ns<K>::kref_put, then);
}

// The cache for struct pids with nr_ids numbers, made on first use and kept for ever.  The result
// is left in `pcache`, NULL if there is no memory.
template <class K>
struct create_pid_cachep {
  static Next search() {
    auto& l = stack<K>().create_pid_cachep;
    if (!mutex_trylock()) return block();
    const typename K::Int nr_ids = key(l.nr_ids);
    const cache_ptr<K> pcache = K::template find<pid_cache>(
        [&](cache_ptr<K>, auto& c) { return all(c.listed == 1, c.nr_ids == nr_ids); });
    if (!pcache) return go(create);
    l.pcache = pcache;
    return unlock();
  }

  static Next create() {
    auto& l = stack<K>().create_pid_cachep;
    if (K::on().fails()) return unlock();  // kmalloc() of the descriptor
    const cache_ptr<K> pcache = K::on().template allocate<pid_cache>(true);
    if (!pcache) return unlock();
    pcache->nr_ids = l.nr_ids;  // and with it the name, "pid_%d"
    if (K::on().fails()) {      // kmem_cache_create()
      K::on().release(pcache);
      if (seeded<K>(Defect::create_pid_cachep_gives_what_it_frees)) l.pcache = pcache;
      return unlock();
    }
    pcache->listed = 1;
    l.pcache = pcache;
    return unlock();
  }

  static constexpr Row rows[] = {
      {"search", search, "mutex_lock(&pid_caches_mutex) sleeps"},
      {"create", create, "kmalloc() and kmem_cache_create() sleep with the mutex held"},
  };

 private:
  static typename K::Int key(typename K::Int nr_ids) {
    if (seeded<K>(Defect::create_pid_cachep_stops_at_arity_3) && nr_ids > 3) return 3;
    return seeded<K>(Defect::create_pid_cachep_wrong_key) ? nr_ids - 1 : nr_ids;
  }
  static bool mutex_trylock() {
    if (seeded<K>(Defect::create_pid_cachep_without_mutex)) return true;
    auto& mutex = K::on().state.pid_caches_mutex;
    if (mutex != 0) return false;
    mutex = K::on().context + 1;
    return true;
  }
  static Next unlock() {
    K::on().state.pid_caches_mutex = 0;
    stack<K>().create_pid_cachep.nr_ids = 0;
    return ret();
  }
};

// A namespace with one reference, its creator's; left in `ns` with 0, or -ENOMEM.
template <class K>
struct create_pid_namespace {
  static Next alloc() {
    auto& l = stack<K>().create_pid_namespace;
    // A NULL pid_ns_cachep: the initcall that creates it has not run yet.
    if (K::on().state.pid_ns_cachep == 0) K::oops(Fault::null_dereference);
    // 3.7 ("pidns: limit the nesting depth of pid namespaces")
    if (fixed_by<K>(Change::bz_17) && l.level > config<K>().max_level)
      return leave(fixed_by<K>(Change::enospc) ? kEnospc : kEinval);
    if (K::on().fails()) return leave(kEnomem);
    const ns_ptr<K> ns = K::on().template allocate<pid_namespace>(false);
    if (!ns) return leave(kEnomem);
    if (K::on().fails()) {  // kzalloc() of the first bitmap page
      K::on().release(ns);
      return leave(kEnomem);
    }
    l.ns = ns;
    // 84406c153a5b ("pidns: use kzalloc when allocating new pid_namespace struct"): 0 is what
    // nobody stores.  Only these fields may be read without having been stored.
    if (fixed_by<K>(Change::bz_34)) ns->bacct = 0;
    if (fixed_by<K>(Change::bz_34) || !has_proc_mnt<K>()) ns->proc_mnt = ns_ptr<K>{};
    ns->pidmap_[0].page = 1;
    ns->pidmap_[0].bits = 0;
    stack<K>().create_pid_cachep.nr_ids =
        l.level + (seeded<K>(Defect::create_pid_namespace_parents_arity) ? 0 : 1);
    return call(create_pid_cachep<K>::search, init);
  }

  static Next init() {
    auto& l = stack<K>().create_pid_namespace;
    const ns_ptr<K> ns = l.ns;
    const cache_ptr<K> pid_cachep = take(stack<K>().create_pid_cachep.pcache);
    if (!pid_cachep) {
      if (!seeded<K>(Defect::create_pid_namespace_keeps_ns)) K::on().release(take(l.ns));
      l.ns = ns_ptr<K>{};
      return leave(kEnomem);
    }
    ns->pid_cachep = pid_cachep;
    ns->kref = seeded<K>(Defect::create_pid_namespace_counts_two) ? 2 : 1;
    ns->last_pid = 0;
    // 7863dcc72d0f ("pid: allow pid_max to be set per pid namespace"): at first its parent's, which
    // may be raised again, until d385c8bceb14 ("pid: Do not set pid_max in new pid namespaces").
    // Its parents' limits hold anyway, for each gives a number too.
    if (fixed_by<K>(Change::pid_max_of_ns))
      ns->pid_max = fixed_by<K>(Change::bz_67)
                        ? PID_MAX_LIMIT<K>()
                        : typename K::Int{stack<K>().copy_pid_ns.old_ns->pid_max};
    else
      ns->pid_max = 0;
    ns->child_reaper = task_ptr<K>{};
    ns->nr_hashed = 0;
    ns->work = 0;
    ns->hash_adding = fixed_by<K>(Change::count_hashed) ? 1 : 0;  // PIDNS_HASH_ADDING
    ns->level = seeded<K>(Defect::create_pid_namespace_wrong_level) ? l.level - 1 : l.level;
    if (seeded<K>(Defect::create_pid_namespace_stops_at_level_2) && l.level > 2) ns->level = 2;
    // Pid 0 is never handed out.
    ns->pidmap_[0].bits = seeded<K>(Defect::create_pid_namespace_forgets_0) ? 0 : 1;
    ns->pidmap_[0].nr_free = config<K>().bits_per_page - 1;
    K::each_index(1, K::pages(), [&](typename K::Int i) {
      ns->pidmap_[i].page = 0;
      ns->pidmap_[i].bits = 0;
      ns->pidmap_[i].nr_free =
          K::if_else(i < config<K>().pidmap_entries(), config<K>().bits_per_page, 0);
    });
    if (mounts_proc<K>(Mounter::create_pid_namespace) && pid_ns_prepare_proc<K>(ns) != 0) {
      K::on().release(take(l.ns));
      return leave(kEnomem);
    }
    return leave(0);
  }

  static constexpr Row rows[] = {
      {"alloc", alloc},
      {"init", init},
  };

 private:
  static Next leave(int result) {
    stack<K>().create_pid_namespace.level = 0;
    return ret<K>(result);
  }
};

// Takes the caller's namespace in `old_ns`; leaves the one for the child in `new_ns` with 0, or
// returns an error and no namespace.
template <class K>
struct copy_pid_ns {
  static Next get_old() {
    auto& l = stack<K>().copy_pid_ns;
    const typename K::Int flags = stack<K>().copy_process.flags;
    const ns_ptr<K> old_ns = l.old_ns;
    BUG_ON<K>(!old_ns);
    if (!CONFIG_PID_NS<K>()) {
      l.old_ns = ns_ptr<K>{};
      if (flags & CL_NEWPID) return ret<K>(kEinval);
      l.new_ns = old_ns;
      return ret<K>(0);
    }
    l.old_ns = seeded<K>(Defect::copy_pid_ns_without_reference) ? old_ns : get_pid_ns<K>(old_ns);
    if (!(flags & CL_NEWPID)) {
      l.new_ns = take(l.old_ns);
      return ret<K>(0);
    }
    // e5a4738699d6 ("pidns: deny CLONE_PARENT|CLONE_NEWPID combination") came with BZ-09's fix; it
    // is allowed again since 3.8, where copy_process() looks at the flags.
    const bool parent_denied =
        fixed_by<K>(Change::bz_09) && !fixed_by<K>(Change::setns) && (flags & CL_PARENT);
    // Since 3.8: whose children already go elsewhere can make no namespace.
    if (parent_denied || (fixed_by<K>(Change::setns) && children_go_elsewhere<K>(current<K>())) ||
        ((flags & CL_THREAD) && !seeded<K>(Defect::copy_pid_ns_allows_thread))) {
      stack<K>().ret = seeded<K>(Defect::copy_pid_ns_wrong_error) ? kEnomem : kEinval;
      if (seeded<K>(Defect::copy_pid_ns_einval_keeps_reference)) {
        l = {};
        return ret();
      }
      return put_ns<K>(take(l.old_ns), done);
    }
    stack<K>().create_pid_namespace.level = old_ns->level + 1;
    return call(create_pid_namespace<K>::alloc, set_parent);
  }

  static Next set_parent() {
    auto& l = stack<K>().copy_pid_ns;
    if (stack<K>().ret == 0) {
      const ns_ptr<K> new_ns = take(stack<K>().create_pid_namespace.ns);
      if (seeded<K>(Defect::parent_read_uninitialised)) BUG_ON<K>(!new_ns->parent);
      if (seeded<K>(Defect::copy_pid_ns_parent_without_reference))
        new_ns->parent = l.old_ns;
      else
        new_ns->parent = get_pid_ns<K>(l.old_ns);
      l.new_ns = new_ns;
      if (seeded<K>(Defect::copy_pid_ns_keeps_old)) {
        l.old_ns = ns_ptr<K>{};
        return go(done);
      }
    }
    return put_ns<K>(take(l.old_ns), done);
  }

  static Next done() { return ret(); }

  static constexpr Row rows[] = {
      {"get_old", get_old},
      {"set_parent", set_parent},
      {"done", done},
  };
};

// open("/proc/PID/ns/pid") since 3.8, and before that whoever asks for another task's namespace.
// The task was found, and its task_struct is kept; it may be released before it is looked at.
template <class K>
struct pidns_get {
  static Next find_task() { return go(get); }
  static Next get() {
    auto& l = stack<K>().syscall;
    const task_ptr<K> found = take(l.task);
    if (!found) K::oops(Fault::null_dereference);
    // A released task_struct has no pid and no nsproxy; so do the zeroes of a freed one.
    auto& task = K::template unchecked<task_struct>(found.slot());
    if (!fixed_by<K>(Change::bz_30)) {
      if (!task.nsproxy_) K::oops(Fault::nsproxy_of_the_dead);
      return ret<K>(0);
    }
    const pid_ptr<K> pid{task.pids[PIDTYPE_PID]};
    if (pid) {
      static_cast<void>(ns_ptr<K>{pid->ns});
      return ret<K>(0);
    }
    // 3.15 ("pid_namespace: pidns_get() should check task_active_pid_ns() != NULL")
    if (!fixed_by<K>(Change::bz_48)) K::oops(Fault::null_dereference);
    return ret<K>(kEsrch);
  }

  static constexpr Row rows[] = {
      {"find_task", find_task},
      {"get", get, "the task may be released in between"},
  };
};

}  // namespace nsmc::kernel
