// C interface to OpenSSL's Ed25519 (RFC 8032). Keys are the 32 bytes of the RFC, signatures its 64 bytes. The functions
// read no configuration file of OpenSSL and are thread-safe. They return false if OpenSSL refuses, as without memory.
#ifndef NOMINAL_OPENSSL_ED25519_H
#define NOMINAL_OPENSSL_ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Computes the public key of a private one.
bool openssl_ed25519_public_key(const uint8_t private_key[32], uint8_t public_key[32]);

bool openssl_ed25519_sign(
    const uint8_t private_key[32], const uint8_t *message, size_t count, uint8_t signature[64]);

/// Returns true if the signature of `signature_count` bytes is valid for the message.
bool openssl_ed25519_accepts(
    const uint8_t public_key[32], const uint8_t *message, size_t count, const uint8_t *signature, size_t signature_count);

#endif
