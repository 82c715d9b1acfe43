// What a benchmark asks of the kernel and Glibc's Swift overlay cannot say.
//
// A function that answers with an int answers with -errno when the call failed.
#ifndef POUCH_CPOUCHBENCH_H
#define POUCH_CPOUCHBENCH_H

#include <stdint.h>

// Counts how often `thread`, and every thread that it starts from now on, passes a tracepoint of
// the kernel, until the descriptor that this answers with is closed.
int pouch_bench_count(int thread, uint64_t tracepoint);

// Reads what a descriptor of pouch_bench_count has counted.
int pouch_bench_read_count(int descriptor, uint64_t *_Nonnull count);

// Lets the sleeps of the calling thread end as soon as they are due, and not up to 50 us later so
// that several can end together.
int pouch_bench_sleep_precisely(void);

#endif
