#ifndef POUCH_COPENSSL_SHIMS_H
#define POUCH_COPENSSL_SHIMS_H

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

// EVP_MAC

// A parameter keeps the pointer to its name, so that the name must outlive the call that makes the
// parameter: a Swift string given in its place does not.
static inline int pouch_mac_init_sha256(
    EVP_MAC_CTX *context, const unsigned char *key, size_t length) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  return EVP_MAC_init(context, key, length, parameters);
}

#endif
