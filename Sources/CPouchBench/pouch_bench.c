#define _GNU_SOURCE
#include "include/CPouchBench.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int pouch_bench_count(int thread, uint64_t tracepoint) {
  struct perf_event_attr attributes = {
      .type = PERF_TYPE_TRACEPOINT,
      .size = sizeof attributes,
      .config = tracepoint,
      .inherit = 1,
  };
  // Any processor, no group.
  long result =
      syscall(SYS_perf_event_open, &attributes, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
  return result < 0 ? -errno : (int)result;
}

int pouch_bench_read_count(int descriptor, uint64_t *count) {
  ssize_t size = read(descriptor, count, sizeof *count);
  if (size < 0) return -errno;
  return size == sizeof *count ? 0 : -EIO;
}

int pouch_bench_sleep_precisely(void) {
  return prctl(PR_SET_TIMERSLACK, 1UL) < 0 ? -errno : 0;
}
