#ifndef POUCH_COPENSSL_SHIMS_H
#define POUCH_COPENSSL_SHIMS_H

#include <openssl/ssl.h>

#endif
