// Memory that can grow without being copied. Swift's own allocation cannot be resized.
#ifndef POUCH_MEMORY_H
#define POUCH_MEMORY_H

#include <stddef.h>
#include <stdlib.h>

// As malloc, realloc and free: memory is aligned for any type, and a large block is moved by
// changing page tables, not by copying what it holds.
static inline void *_Nullable pouch_memory_allocate(size_t capacity) { return malloc(capacity); }

static inline void *_Nullable pouch_memory_resize(void *_Nonnull memory, size_t capacity) {
  return realloc(memory, capacity);
}

static inline void pouch_memory_free(void *_Nonnull memory) { free(memory); }

#endif
