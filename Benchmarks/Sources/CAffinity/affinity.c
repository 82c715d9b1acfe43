#define _GNU_SOURCE

#include "affinity.h"

#include <errno.h>
#include <sched.h>

int affinity_narrow(int thread, int cores) {
  cpu_set_t all, some;
  if (sched_getaffinity(thread, sizeof all, &all) != 0) return errno;
  CPU_ZERO(&some);
  for (int core = 0; core < CPU_SETSIZE && CPU_COUNT(&some) < cores; core++) {
    if (CPU_ISSET(core, &all)) CPU_SET(core, &some);
  }
  return sched_setaffinity(thread, sizeof some, &some) == 0 ? 0 : errno;
}

int affinity_widen(int thread) {
  cpu_set_t all;
  CPU_ZERO(&all);
  for (int core = 0; core < CPU_SETSIZE; core++) CPU_SET(core, &all);
  // The kernel leaves out the cores that are not there, or not for this process.
  return sched_setaffinity(thread, sizeof all, &all) == 0 ? 0 : errno;
}
