#define _GNU_SOURCE
#include "pouch_start.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sysexits.h>
#include <unistd.h>

// What libdispatch takes for its queues, timers and signals. No command can do with less.
enum { needed = 8 };

__attribute__((constructor)) void pouch_start_check_descriptors(void) {
  int opened[needed];
  int count = 0;
  while (count < needed) {
    int descriptor = eventfd(0, EFD_CLOEXEC);
    if (descriptor < 0) break;
    opened[count++] = descriptor;
  }
  int number = errno;
  for (int index = 0; index < count; index++) close(opened[index]);
  if (count == needed || (number != EMFILE && number != ENFILE)) return;
  dprintf(STDERR_FILENO,
          "%s: error: no file can be opened: %s\n"
          "  = let this process open more files: raise 'ulimit -n', or LimitNOFILE= of its unit\n",
          program_invocation_short_name, strerror(number));
  _exit(EX_OSERR);
}
