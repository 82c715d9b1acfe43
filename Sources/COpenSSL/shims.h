#ifndef POUCH_COPENSSL_SHIMS_H
#define POUCH_COPENSSL_SHIMS_H

// The headers of OpenSSL 3.0, and functions in the place of what its headers only offer as
// macros, which Swift cannot see. Nothing else belongs here: no logic, no state.

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// SSL_CTX

static inline long pouch_ssl_ctx_set_mode(SSL_CTX *context, long mode) {
  return SSL_CTX_set_mode(context, mode);
}

static inline int pouch_ssl_ctx_set_min_proto_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_min_proto_version(context, version);
}

static inline int pouch_ssl_ctx_set_max_proto_version(SSL_CTX *context, int version) {
  return (int)SSL_CTX_set_max_proto_version(context, version);
}

static inline int pouch_ssl_ctx_set1_groups_list(SSL_CTX *context, const char *groups) {
  return (int)SSL_CTX_set1_groups_list(context, groups);
}

static inline long pouch_ssl_ctx_set_session_cache_mode(SSL_CTX *context, long mode) {
  return SSL_CTX_set_session_cache_mode(context, mode);
}

static inline long pouch_ssl_ctx_set_max_cert_list(SSL_CTX *context, long bytes) {
  return SSL_CTX_set_max_cert_list(context, bytes);
}

// Shares the certificate: the caller keeps its own reference.
static inline int pouch_ssl_ctx_add1_chain_cert(SSL_CTX *context, X509 *certificate) {
  return (int)SSL_CTX_add1_chain_cert(context, certificate);
}

static inline uint64_t pouch_ssl_op_no_renegotiation(void) { return SSL_OP_NO_RENEGOTIATION; }

static inline uint64_t pouch_ssl_op_cipher_server_preference(void) {
  return SSL_OP_CIPHER_SERVER_PREFERENCE;
}

static inline uint64_t pouch_ssl_op_no_ticket(void) { return SSL_OP_NO_TICKET; }

static inline uint64_t pouch_ssl_op_no_compression(void) { return SSL_OP_NO_COMPRESSION; }

static inline long pouch_ssl_mode_enable_partial_write(void) {
  return SSL_MODE_ENABLE_PARTIAL_WRITE;
}

static inline long pouch_ssl_mode_accept_moving_write_buffer(void) {
  return SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER;
}

static inline long pouch_ssl_mode_release_buffers(void) { return SSL_MODE_RELEASE_BUFFERS; }

// SSL

static inline int pouch_ssl_set_tlsext_host_name(SSL *ssl, const char *name) {
  return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline int pouch_ssl_get_negotiated_group(SSL *ssl) {
  return (int)SSL_get_negotiated_group(ssl);
}

static inline int pouch_ssl_set_app_data(SSL *ssl, void *data) {
  return SSL_set_app_data(ssl, data);
}

static inline void *pouch_ssl_get_app_data(const SSL *ssl) { return SSL_get_app_data(ssl); }

// BIO

static inline void pouch_bio_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }

static inline void pouch_bio_clear_retry_flags(BIO *bio) { BIO_clear_retry_flags(bio); }

static inline long pouch_bio_get_mem_data(BIO *bio, char **start) {
  return BIO_get_mem_data(bio, start);
}

// Stacks

static inline OPENSSL_STACK *pouch_sk_x509_new(void) {
  return (OPENSSL_STACK *)sk_X509_new_null();
}

static inline int pouch_sk_x509_push(OPENSSL_STACK *stack, X509 *certificate) {
  return sk_X509_push((STACK_OF(X509) *)stack, certificate);
}

// Frees the stack alone, not the certificates in it.
static inline void pouch_sk_x509_free(OPENSSL_STACK *stack) {
  sk_X509_free((STACK_OF(X509) *)stack);
}

static inline int pouch_x509_store_ctx_init(
  X509_STORE_CTX *context, X509_STORE *store, X509 *certificate, OPENSSL_STACK *untrusted) {
  return X509_STORE_CTX_init(context, store, certificate, (STACK_OF(X509) *)untrusted);
}

static inline OPENSSL_STACK *pouch_sk_general_name_new(void) {
  return (OPENSSL_STACK *)sk_GENERAL_NAME_new_null();
}

static inline int pouch_sk_general_name_push(OPENSSL_STACK *stack, GENERAL_NAME *name) {
  return sk_GENERAL_NAME_push((STACK_OF(GENERAL_NAME) *)stack, name);
}

static inline int pouch_sk_general_name_num(const OPENSSL_STACK *stack) {
  return sk_GENERAL_NAME_num((const STACK_OF(GENERAL_NAME) *)stack);
}

static inline GENERAL_NAME *pouch_sk_general_name_value(const OPENSSL_STACK *stack, int index) {
  return sk_GENERAL_NAME_value((const STACK_OF(GENERAL_NAME) *)stack, index);
}

// Frees the stack and the names in it.
static inline void pouch_general_names_free(OPENSSL_STACK *stack) {
  GENERAL_NAMES_free((GENERAL_NAMES *)stack);
}

static inline int pouch_sk_asn1_object_num(const OPENSSL_STACK *stack) {
  return sk_ASN1_OBJECT_num((const STACK_OF(ASN1_OBJECT) *)stack);
}

static inline ASN1_OBJECT *pouch_sk_asn1_object_value(const OPENSSL_STACK *stack, int index) {
  return sk_ASN1_OBJECT_value((const STACK_OF(ASN1_OBJECT) *)stack, index);
}

static inline void pouch_sk_asn1_object_free(OPENSSL_STACK *stack) {
  sk_ASN1_OBJECT_pop_free((STACK_OF(ASN1_OBJECT) *)stack, ASN1_OBJECT_free);
}

// Keys and certificates

static inline EVP_PKEY *pouch_evp_ec_gen(const char *curve) { return EVP_EC_gen(curve); }

static inline unsigned long pouch_xn_flag_rfc2253(void) { return XN_FLAG_RFC2253; }

static inline void pouch_x509v3_set_ctx_nodb(X509V3_CTX *context) {
  X509V3_set_ctx_nodb(context);
}

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
