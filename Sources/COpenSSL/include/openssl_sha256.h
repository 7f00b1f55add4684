// C interface to OpenSSL's SHA-256 (FIPS 180-4). The state is a plain value: it may be copied at any point.
#ifndef NOMINAL_OPENSSL_SHA256_H
#define NOMINAL_OPENSSL_SHA256_H

#include <stddef.h>
#include <stdint.h>

/// The state of a digest in progress: the bytes of OpenSSL's SHA256_CTX.
typedef struct {
    uint64_t words[14];
} openssl_sha256_state;

/// A digest as four words, the first byte in the highest bits of the first word.
typedef struct {
    uint64_t first, second, third, fourth;
} openssl_sha256_digest;

openssl_sha256_state openssl_sha256_start(void);

/// Appends `count` bytes. `bytes` may be null if `count` is 0.
void openssl_sha256_update(openssl_sha256_state *state, const void *bytes, size_t count);

/// Returns the digest of all bytes so far; `state` itself can take more.
openssl_sha256_digest openssl_sha256_finish(openssl_sha256_state state);

/// The version of the library that is loaded, such as "3.0.19".
const char *openssl_library_version(void);

#endif
