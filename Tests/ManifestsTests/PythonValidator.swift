import Foundation

@testable import Manifests

/// Python's jsonschema as the judge of validity.
enum PythonValidator {
    /// True where python3 runs and has a jsonschema that knows draft 2020-12.
    static let isAvailable = (try? run("from jsonschema import Draft202012Validator", input: "")) != nil

    /// - Parameter cases: pairs of schema and document, as texts.
    /// - Returns: for each pair whether the document is valid; the schemas are checked against the meta-schema.
    static func verdicts(_ cases: [(schema: String, document: String)]) throws -> [Bool] {
        let input = JSONValue.array(cases.map { .array([.string($0.schema), .string($0.document)]) })
        let output = try run(script, input: JSONSerializer.canonical(input))
        return try JSONParser.parse(Array(output.utf8), file: "verdicts").elements?.compactMap(\.bool) ?? []
    }

    /// In Python `$` also matches before a line feed at the end, in ECMA-262 and here it does not: `\Z` is what is meant.
    private static let script = #"""
        import json, sys
        from jsonschema import Draft202012Validator

        def translated(value):
            if isinstance(value, list):
                return [translated(element) for element in value]
            if not isinstance(value, dict):
                return value
            value = {name: translated(member) for name, member in value.items()}
            if isinstance(value.get("pattern"), str) and value["pattern"].endswith("$"):
                value["pattern"] = value["pattern"][:-1] + r"\Z"
            return value

        validators, verdicts = {}, []
        for schema_text, document in json.load(sys.stdin):
            if schema_text not in validators:
                schema = json.loads(schema_text)
                Draft202012Validator.check_schema(schema)
                validators[schema_text] = Draft202012Validator(translated(schema))
            verdicts.append(validators[schema_text].is_valid(json.loads(document)))
        json.dump(verdicts, sys.stdout)
        """#

    private struct Failure: Error {
        var status: Int32
        var message: String
    }

    private static func run(_ script: String, input: String) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "manifests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let inputFile = folder.appending(path: "input.json")
        try Data(input.utf8).write(to: inputFile)

        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        let message = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(status: process.terminationStatus, message: String(decoding: message, as: UTF8.self))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
