#define _GNU_SOURCE
#include "pouch_lock.h"

#include <linux/membarrier.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

__thread const void *pouch_thread_owner_here;

// The owner has the lock to itself again after so many turns that nobody else has asked between: the
// next one who does pays for a membarrier, some microseconds.
#define CALM 1024

// Whether other threads can be made to pass a barrier. The thread sanitizer knows of none.
static int can_send_barriers;

static void find_barriers(void) {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return;
#endif
#endif
  // Refused by kernels before 4.14, and by some sandboxes.
  can_send_barriers =
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

void pouch_lock_create(pouch_lock *lock, const void *owner) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, find_barriers);
  lock->owner = can_send_barriers ? owner : NULL;
  atomic_init(&lock->is_inside, 0);
  atomic_init(&lock->is_shared, lock->owner == NULL);
  lock->calm = 0;
  pthread_mutex_init(&lock->mutex, NULL);
}

void pouch_lock_destroy(pouch_lock *lock) { pthread_mutex_destroy(&lock->mutex); }

// Called with the mutex: nobody but the owner can be inside, and it will not come in again.
static void take_from_owner(pouch_lock *lock) {
  atomic_store_explicit(&lock->is_shared, 1, memory_order_relaxed);
  // It cannot fail for a process that is registered; going on without it would be no lock.
  if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) != 0) abort();
  while (atomic_load_explicit(&lock->is_inside, memory_order_acquire) != 0) sched_yield();
}

void pouch_lock_take_mutex(pouch_lock *lock) {
  pthread_mutex_lock(&lock->mutex);
  if (lock->owner == NULL) return;
  if (pouch_thread_owner_here != lock->owner) {
    lock->calm = 0;
    if (atomic_load_explicit(&lock->is_shared, memory_order_relaxed) == 0) take_from_owner(lock);
  } else if (++lock->calm == CALM) {
    lock->calm = 0;
    // The mutex keeps the others out until this turn is over; they find the change behind it.
    atomic_store_explicit(&lock->is_shared, 0, memory_order_relaxed);
  }
}

void pouch_lock_leave_mutex(pouch_lock *lock) { pthread_mutex_unlock(&lock->mutex); }
