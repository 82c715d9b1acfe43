// What Glibc's Swift overlay cannot say, memory that grows in place, a lock that a loop has to itself,
// and the checksum that every frame header carries.
#ifndef POUCH_CPOUCHSYSTEM_H
#define POUCH_CPOUCHSYSTEM_H

#include "pouch_crc32c.h"
#include "pouch_lock.h"
#include "pouch_memory.h"
#include "pouch_system.h"

#endif
