// Part of a build for the thread sanitizer, and of no other.
//
// Swift's Mutex is inlined where it is used, and so instrumented, but for what it does when two
// threads want it at once: that is in libswiftSynchronization, which is not. The sanitizer sees
// neither the acquisition nor the release there, and calls every contended lock a race. These two
// stand in front of the library's, tell the sanitizer, and call on.

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef __attribute__((swiftcall)) void lock_slow(uint32_t thread,
                                                  __attribute__((swift_context)) void *handle);
typedef __attribute__((swiftcall)) void unlock_slow(__attribute__((swift_context)) void *handle);

lock_slow pouch_sanitizer_lock_slow __asm__(LOCK_SLOW);
unlock_slow pouch_sanitizer_unlock_slow __asm__(UNLOCK_SLOW);

static lock_slow *next_lock_slow;
static unlock_slow *next_unlock_slow;

__attribute__((constructor)) static void find_next(void) {
  next_lock_slow = (lock_slow *)dlsym(RTLD_NEXT, LOCK_SLOW);
  next_unlock_slow = (unlock_slow *)dlsym(RTLD_NEXT, UNLOCK_SLOW);
}

__attribute__((swiftcall)) void pouch_sanitizer_lock_slow(
    uint32_t thread, __attribute__((swift_context)) void *handle) {
  next_lock_slow(thread, handle);
  __tsan_acquire(handle);
}

__attribute__((swiftcall)) void pouch_sanitizer_unlock_slow(
    __attribute__((swift_context)) void *handle) {
  __tsan_release(handle);
  next_unlock_slow(handle);
}

// A continuation that is resumed before its task has come to wait for it hands its result over
// through an atomic inside libswift_Concurrency, unseen for the same reason. Only accesses of
// resume(returning:) itself are left out, not those of what it calls.
const char *__tsan_default_suppressions(void) {
  return "race_top:Scc6resume9returning\n"
         "race_top:Scc6resume8throwing\n";
}
#endif
#endif
