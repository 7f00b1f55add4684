#include "openssl_ed25519.h"

#include <openssl/evp.h>

// A library context of our own, so that no openssl.cnf can switch the algorithm off. It lives as long as the call: keys
// are used a few times in a process.
typedef struct {
    OSSL_LIB_CTX *library;
    EVP_PKEY *key;
    EVP_MD_CTX *context;
} key_use;

static key_use key_use_open(const uint8_t bytes[32], bool is_private) {
    key_use use = {OSSL_LIB_CTX_new(), NULL, EVP_MD_CTX_new()};
    if (use.library && use.context) {
        use.key = is_private ? EVP_PKEY_new_raw_private_key_ex(use.library, "ED25519", NULL, bytes, 32)
                             : EVP_PKEY_new_raw_public_key_ex(use.library, "ED25519", NULL, bytes, 32);
    }
    return use;
}

static void key_use_close(key_use use) {
    EVP_MD_CTX_free(use.context);
    EVP_PKEY_free(use.key);
    OSSL_LIB_CTX_free(use.library);
}

bool openssl_ed25519_public_key(const uint8_t private_key[32], uint8_t public_key[32]) {
    key_use use = key_use_open(private_key, true);
    size_t count = 32;
    bool done = use.key && EVP_PKEY_get_raw_public_key(use.key, public_key, &count) == 1 && count == 32;
    key_use_close(use);
    return done;
}

bool openssl_ed25519_sign(
    const uint8_t private_key[32], const uint8_t *message, size_t count, uint8_t signature[64]) {
    key_use use = key_use_open(private_key, true);
    size_t length = 64;
    bool done = use.key
        && EVP_DigestSignInit_ex(use.context, NULL, NULL, use.library, NULL, use.key, NULL) == 1
        && EVP_DigestSign(use.context, signature, &length, message, count) == 1 && length == 64;
    key_use_close(use);
    return done;
}

bool openssl_ed25519_accepts(
    const uint8_t public_key[32], const uint8_t *message, size_t count, const uint8_t *signature, size_t signature_count) {
    key_use use = key_use_open(public_key, false);
    bool accepted = use.key
        && EVP_DigestVerifyInit_ex(use.context, NULL, NULL, use.library, NULL, use.key, NULL) == 1
        && EVP_DigestVerify(use.context, signature, signature_count, message, count) == 1;
    key_use_close(use);
    return accepted;
}
