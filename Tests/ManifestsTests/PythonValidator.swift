import Foundation
import PythonTestSupport

@testable import Manifests

/// Python's jsonschema as the judge of validity.
enum PythonValidator {
    /// - Parameter cases: pairs of schema and document, as texts.
    /// - Returns: for each pair whether the document is valid; the schemas are checked against the meta-schema.
    static func verdicts(_ cases: [(schema: String, document: String)]) throws -> [Bool] {
        let input = JSONValue.array(cases.map { .array([.string($0.schema), .string($0.document)]) })
        let output = try ProjectPython.output(of: ["-c", script], input: Data(JSONSerializer.canonical(input).utf8))
        return try JSONParser.parse(Array(output), file: "verdicts").elements?.compactMap(\.bool) ?? []
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
}
