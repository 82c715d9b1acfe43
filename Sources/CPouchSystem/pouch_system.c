#define _GNU_SOURCE
#include "pouch_system.h"

#include <stdio.h>
#include <string.h>

void pouch_error_text(int number, char *buffer, size_t capacity) {
  // The GNU variant, which may answer with a string of its own instead of filling the buffer.
  const char *text = strerror_r(number, buffer, capacity);
  if (text != buffer) {
    snprintf(buffer, capacity, "%s", text);
  }
}
