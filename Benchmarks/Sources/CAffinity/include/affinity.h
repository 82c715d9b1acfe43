#pragma once

// Where a thread may run, which Glibc's module does not say. Both return 0, or errno.

// On so many of the cores where it may run now.
int affinity_narrow(int thread, int cores);

// On every core.
int affinity_widen(int thread);
