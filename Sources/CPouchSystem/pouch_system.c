#define _GNU_SOURCE
#include "pouch_system.h"

#include "pouch_lock.h"
#include "pouch_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RETRY(result, call) \
  do {                      \
    result = (call);        \
  } while (result < 0 && errno == EINTR)

static inline int answer(int result) { return result < 0 ? -errno : result; }

void pouch_error_text(int number, char *buffer, size_t capacity) {
  // The GNU variant, which may answer with a string of its own instead of filling the buffer.
  const char *text = strerror_r(number, buffer, capacity);
  if (text != buffer) {
    snprintf(buffer, capacity, "%s", text);
  }
}

// MARK: Threads

struct start {
  void (*body)(void *);
  void *context;
};

static void *run(void *argument) {
  struct start start = *(struct start *)argument;
  free(argument);
  start.body(start.context);
  return NULL;
}

int pouch_thread_start(const char *name, void (*body)(void *), void *context) {
  struct start *start = malloc(sizeof *start);
  if (start == NULL) return -ENOMEM;
  start->body = body;
  start->context = context;

  // The thread inherits the mask, so that not even its first instruction runs a handler.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int failure = pthread_create(&thread, NULL, run, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failure != 0) {
    free(start);
    return -failure;
  }
  pthread_setname_np(thread, name);
  pthread_detach(thread);
  return 0;
}

void pouch_thread_set_owner(const void *owner) { pouch_thread_owner_here = owner; }

int pouch_core_count(void) {
  cpu_set_t cores;
  if (sched_getaffinity(0, sizeof cores, &cores) == 0) return CPU_COUNT(&cores);
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

// The second number of /proc/self/statm, in pages (proc(5)).
size_t pouch_memory_resident(void) {
  char text[128];
  int descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  ssize_t length = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (length <= 0) return 0;
  text[length] = 0;
  unsigned long pages = 0;
  if (sscanf(text, "%*u %lu", &pages) != 1) return 0;
  return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

int64_t pouch_monotonic_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// MARK: Readiness

int pouch_epoll_create(void) { return answer(epoll_create1(EPOLL_CLOEXEC)); }

static int control(int epoll, int operation, int descriptor, uint64_t token, int write) {
  struct epoll_event event = {
      .events = EPOLLIN | EPOLLRDHUP | EPOLLET | (write ? EPOLLOUT : 0),
      .data.u64 = token,
  };
  return answer(epoll_ctl(epoll, operation, descriptor, &event));
}

int pouch_epoll_add(int epoll, int descriptor, uint64_t token, int write) {
  return control(epoll, EPOLL_CTL_ADD, descriptor, token, write);
}

int pouch_epoll_modify(int epoll, int descriptor, uint64_t token, int write) {
  return control(epoll, EPOLL_CTL_MOD, descriptor, token, write);
}

int pouch_epoll_remove(int epoll, int descriptor) {
  return answer(epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL));
}

int pouch_epoll_wait(int epoll, pouch_event *events, int capacity, int timeout) {
  struct epoll_event found[128];
  if (capacity > 128) capacity = 128;
  int count = epoll_wait(epoll, found, capacity, timeout);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    uint32_t flags = 0;
    if (found[i].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) flags |= POUCH_EVENT_READ;
    if (found[i].events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) flags |= POUCH_EVENT_WRITE;
    if (found[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) flags |= POUCH_EVENT_END;
    events[i].token = found[i].data.u64;
    events[i].flags = flags;
  }
  return count;
}

int pouch_eventfd(void) { return answer(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }


int pouch_eventfd_add(int descriptor, uint64_t count) {
  ssize_t result;
  RETRY(result, write(descriptor, &count, sizeof count));
  return answer((int)result);
}

struct pouch_semaphore {
  sem_t semaphore;
};

pouch_semaphore *pouch_semaphore_make(void) {
  pouch_semaphore *made = malloc(sizeof *made);
  if (made) sem_init(&made->semaphore, 0, 0);
  return made;
}

void pouch_semaphore_add(pouch_semaphore *semaphore) { sem_post(&semaphore->semaphore); }

void pouch_semaphore_take(pouch_semaphore *semaphore) {
  while (sem_wait(&semaphore->semaphore) < 0 && errno == EINTR) {
  }
}

// MARK: Files

int pouch_home_directory(const char *user, char *buffer, size_t capacity) {
  const char *home = user == NULL ? getenv("HOME") : NULL;
  struct passwd entry;
  char memory[16384];
  if (home == NULL || home[0] == 0) {
    struct passwd *found = NULL;
    int failure = user == NULL ? getpwuid_r(geteuid(), &entry, memory, sizeof memory, &found)
                               : getpwnam_r(user, &entry, memory, sizeof memory, &found);
    if (found == NULL) {
      // What the pages call "not found" has several numbers; these two are the caller's to know.
      return failure == EMFILE || failure == ENFILE ? -failure : -ENOENT;
    }
    home = found->pw_dir;
  }
  size_t length = strlen(home);
  if (length == 0) return -ENOENT;
  if (length >= capacity) return -ENAMETOOLONG;
  memcpy(buffer, home, length + 1);
  return 0;
}

int pouch_file_at(const char *path, pouch_file *file) {
  struct stat status;
  if (lstat(path, &status) < 0) return -errno;
  file->device = status.st_dev;
  file->inode = status.st_ino;
  file->is_socket = S_ISSOCK(status.st_mode);
  return 0;
}

int pouch_unlink(const char *path) { return answer(unlink(path)); }

int pouch_socket_set_mode(int descriptor, uint32_t mode) {
  return answer(fchmod(descriptor, mode));
}

int pouch_lock_directory(const char *path) {
  int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  int result;
  RETRY(result, flock(descriptor, LOCK_EX));
  if (result < 0) {
    int failure = errno;
    close(descriptor);
    return -failure;
  }
  return descriptor;
}

int pouch_temporary_file(const char *directory) {
  int descriptor;
  RETRY(descriptor, open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return answer(descriptor);
  // A file system without files that have no name.
  char *path;
  if (asprintf(&path, "%s/.pouch-XXXXXX", directory) < 0) return -ENOMEM;
  descriptor = mkostemp(path, O_CLOEXEC);
  int result = answer(descriptor);
  if (descriptor >= 0) unlink(path);
  free(path);
  return result;
}

int pouch_duplicate(int descriptor) { return answer(fcntl(descriptor, F_DUPFD_CLOEXEC, 0)); }

// Not repeated after a signal: Linux has closed the descriptor even then.
int pouch_close(int descriptor) { return answer(close(descriptor)); }
