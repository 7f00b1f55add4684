import Glibc

extension PathText {
    /// The texts of the arguments that this process was started with, its own name first.
    public static var arguments: [String] {
        (0..<Int(CommandLine.argc)).compactMap { index in
            guard let argument = unsafe CommandLine.unsafeArgv[index] else { return nil }
            return unsafe text(of: UnsafeRawBufferPointer(start: argument, count: strlen(argument)))
        }
    }

    /// The text of a path that a variable of the environment holds; nil where it is not set.
    public static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe text(of: UnsafeRawBufferPointer(start: value, count: strlen(value)))
    }
}
