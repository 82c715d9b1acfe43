#ifndef POUCH_CZLIB_SHIMS_H
#define POUCH_CZLIB_SHIMS_H

#include <zlib.h>

#endif
