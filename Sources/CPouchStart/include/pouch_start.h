// What a command needs before anything of Swift's runs in it.
#ifndef POUCH_START_H
#define POUCH_START_H

// Ends the process, with words and EX_OSERR (71), unless a few more files can be opened. Runs by
// itself before main: the library under Swift's tasks (libdispatch) opens three on its first thread,
// and ends the process with SIGILL and without a word when it cannot.
void pouch_start_check_descriptors(void);

#endif
