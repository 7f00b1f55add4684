// The interface of OpenSSL 1.1 instead of EVP: its state is a value, and a digest of a few bytes allocates nothing.
#define OPENSSL_API_COMPAT 10101

#include "openssl_sha256.h"

#include <endian.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>

_Static_assert(sizeof(SHA256_CTX) == sizeof(openssl_sha256_state), "SHA256_CTX has another size");
_Static_assert(_Alignof(SHA256_CTX) <= _Alignof(openssl_sha256_state), "SHA256_CTX has a larger alignment");
_Static_assert(SHA256_DIGEST_LENGTH == sizeof(openssl_sha256_digest), "a digest has 32 bytes");

openssl_sha256_state openssl_sha256_start(void) {
    openssl_sha256_state state;
    SHA256_CTX context;
    // Documented to succeed always, like SHA256_Update and SHA256_Final.
    SHA256_Init(&context);
    memcpy(&state, &context, sizeof state);
    return state;
}

void openssl_sha256_update(openssl_sha256_state *state, const void *bytes, size_t count) {
    if (count == 0) return;
    SHA256_CTX context;
    memcpy(&context, state, sizeof context);
    SHA256_Update(&context, bytes, count);
    memcpy(state, &context, sizeof context);
}

openssl_sha256_digest openssl_sha256_finish(openssl_sha256_state state) {
    unsigned char bytes[SHA256_DIGEST_LENGTH];
    uint64_t words[4];
    SHA256_CTX context;
    memcpy(&context, &state, sizeof context);
    SHA256_Final(bytes, &context);
    memcpy(words, bytes, sizeof words);
    return (openssl_sha256_digest){be64toh(words[0]), be64toh(words[1]), be64toh(words[2]), be64toh(words[3])};
}

const char *openssl_library_version(void) { return OpenSSL_version(OPENSSL_VERSION_STRING); }
