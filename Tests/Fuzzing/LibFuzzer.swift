#if GUIDED
    import Foundation

    @_silgen_name("LLVMFuzzerRunDriver")
    private func runDriver(
        _ count: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
        _ body: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
    ) -> CInt

    private func readInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
        unsafe LibFuzzer.read(Array(UnsafeBufferPointer(start: bytes, count: count)))
        return 0
    }

    /// libFuzzer of the toolchain, which keeps inputs that reach code which no earlier one has reached.
    enum LibFuzzer {
        nonisolated(unsafe) private static var reader: FuzzedParser.Reader = { _ in }

        /// Does not come back.
        ///
        /// - Parameter options: as libFuzzer takes them, and the folders of its inputs.
        static func run(_ parser: FuzzedParser, folder: String, options: [String]) throws -> Never {
            unsafe reader = try parser.reader(folder)
            let words = ["fuzz"] + options
            // Never freed: the driver keeps them as long as the program runs.
            var arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
            for (index, word) in words.enumerated() { unsafe arguments[index] = strdup(word) }
            unsafe arguments[words.count] = nil
            var count = CInt(words.count)
            exit(unsafe runDriver(&count, &arguments, readInput))
        }

        fileprivate static func read(_ bytes: [UInt8]) {
            do {
                try unsafe reader(bytes)
            } catch {
                guard !"\(error)".isEmpty else { fatalError("an error without words: \(type(of: error))") }
            }
        }
    }
#endif
