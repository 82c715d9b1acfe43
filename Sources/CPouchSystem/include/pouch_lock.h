// A lock that one thread takes without an atomic read-modify-write, as long as no other wants it.
//
// The thread says that it is inside by a plain store, and looks at `is_shared` behind it. A processor
// may let that load overtake the store, which is what a locked instruction would prevent; here it is
// the others that pay for it. Who is not the owner takes the mutex, sets `is_shared`, and lets
// membarrier(2) put a barrier into every running thread of the process: from then on, either the
// owner sees `is_shared` and takes the mutex too, or its store is seen and waited for. (Asymmetric
// barriers: Dice, Huang, Yang, "Asymmetric Dekker Synchronization", 2001; membarrier(2).)
#ifndef POUCH_LOCK_H
#define POUCH_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

// What the calling thread last passed to pouch_thread_set_owner: the loop that it runs.
extern __thread const void *_Nullable pouch_thread_owner_here;

static inline const void *_Nullable pouch_thread_owner(void) { return pouch_thread_owner_here; }

typedef struct pouch_lock pouch_lock;

struct pouch_lock {
  // Whose thread takes it without the mutex; NULL where all take the mutex.
  const void *_Nullable owner;
  // The owner is inside, without the mutex.
  _Atomic uint32_t is_inside;
  // Everybody takes the mutex, the owner too.
  _Atomic uint32_t is_shared;
  // How often the owner has taken the mutex since anybody else did. Under the mutex.
  uint32_t calm;
  pthread_mutex_t mutex;
};

// `owner` is what the one thread passes to pouch_thread_set_owner.
void pouch_lock_create(pouch_lock *_Nonnull lock, const void *_Nullable owner);
void pouch_lock_destroy(pouch_lock *_Nonnull lock);

void pouch_lock_take_mutex(pouch_lock *_Nonnull lock);
void pouch_lock_leave_mutex(pouch_lock *_Nonnull lock);

// Waits for the lock. Answers how it was taken, which pouch_lock_leave has to be told.
static inline int pouch_lock_take(pouch_lock *_Nonnull lock) {
  const void *self = pouch_thread_owner_here;
  if (self != NULL && self == lock->owner) {
    atomic_store_explicit(&lock->is_inside, 1, memory_order_relaxed);
    // The compiler must not swap the two; the processor may, see above.
    atomic_signal_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&lock->is_shared, memory_order_acquire) == 0) return 1;
    atomic_store_explicit(&lock->is_inside, 0, memory_order_release);
  }
  pouch_lock_take_mutex(lock);
  return 0;
}

static inline void pouch_lock_leave(pouch_lock *_Nonnull lock, int how) {
  if (how != 0) {
    atomic_store_explicit(&lock->is_inside, 0, memory_order_release);
  } else {
    pouch_lock_leave_mutex(lock);
  }
}

#endif
