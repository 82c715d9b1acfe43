// zlib, and functions in the place of the macros that Swift cannot see.
#ifndef POUCH_CZLIB_SHIMS_H
#define POUCH_CZLIB_SHIMS_H

#include <zlib.h>

// Makes ready to write zlib streams (RFC 1950): a window of 32 KiB, zlib's usual memory.
static inline int pouch_deflate_init(z_stream *stream, int level) {
  return deflateInit(stream, level);
}

// Makes ready to read zlib streams; gzip and raw deflate are not accepted.
static inline int pouch_inflate_init(z_stream *stream) {
  return inflateInit(stream);
}

#endif
