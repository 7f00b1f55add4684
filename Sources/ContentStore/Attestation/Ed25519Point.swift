/// Public keys of Ed25519 that no signer makes and that a verifier must not accept.
///
/// On the curve lie eight points whose order divides the cofactor 8. With one of them as the public key, one signature holds for
/// many documents, so it proves nothing; the equation of RFC 8032, section 5.1.7, does not exclude them. See Chalkias,
/// Garillot and Nikolaenko, "Taming the many EdDSAs" (https://eprint.iacr.org/2020/1244), section 3 and table 1.
enum Ed25519Point {
    /// The y coordinates of the points of small order, in hexadecimal, little-endian: 1, -1, 0, and those of order 8.
    private static let smallOrder: Set<String> = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]

    /// What is wrong with a point of 32 bytes; nil where nothing is.
    static func fault(_ point: [UInt8]) -> String? {
        var y = point
        // The highest bit is the sign of x.
        y[31] &= 0x7F
        // The field's prime is 2^255 - 19.
        if y[31] == 0x7F, y[1..<31].allSatisfy({ $0 == 0xFF }), y[0] >= 0xED {
            return "it is not encoded canonically: its coordinate is not below 2^255 - 19"
        }
        let hex = y.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return smallOrder.contains(hex) ? "it is a point of small order, for which anyone can make signatures" : nil
    }
}
