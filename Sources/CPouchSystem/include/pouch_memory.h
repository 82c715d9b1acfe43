// Memory that can grow without being copied, which Swift's own allocation cannot, and its
// comparison.
#ifndef POUCH_MEMORY_H
#define POUCH_MEMORY_H

#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// As malloc, realloc and free: memory is aligned for any type, and a large block is moved by
// changing page tables, not by copying what it holds.
static inline void *_Nullable pouch_memory_allocate(size_t capacity) { return malloc(capacity); }

static inline void *_Nullable pouch_memory_resize(void *_Nonnull memory, size_t capacity) {
  return realloc(memory, capacity);
}

// Whether two runs of `count` bytes, at least one, are the same.
static inline bool pouch_memory_equal(
    const void *_Nonnull left, const void *_Nonnull right, size_t count) {
  return memcmp(left, right, count) == 0;
}

static inline void pouch_memory_free(void *_Nonnull memory) { free(memory); }

// How many bytes of the process are resident; 0 where that cannot be found out.
size_t pouch_memory_resident(void);

// Gives the pages of memory that was freed back to the system. Glibc does that by itself only at the
// end of an arena: one small block behind a gap keeps all of it.
static inline void pouch_memory_give_back(void) {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

// Bounds what the allocator keeps of what was freed at the end of an arena, for a whole program. Glibc
// raises both bounds by itself, up to 32 and 64 MiB, once large blocks are freed; what lies at the end of
// an arena that is not the main one is then given back by nobody, malloc_trim included.
static inline void pouch_memory_bound(size_t most) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, (int)most);
  mallopt(M_TRIM_THRESHOLD, (int)most);
#else
  (void)most;
#endif
}

#endif
