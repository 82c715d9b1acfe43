// System calls and structures that Glibc's Swift overlay does not show.
#ifndef POUCH_SYSTEM_H
#define POUCH_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

// Writes the text for an errno value into `buffer`, always ended by a zero.
void pouch_error_text(int number, char *_Nonnull buffer, size_t capacity);

#endif
