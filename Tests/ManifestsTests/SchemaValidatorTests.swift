import Foundation
import PythonTestSupport
import Testing

@testable import Manifests

@Suite("JSON Schema validator")
struct SchemaValidatorTests {
    static func validator(_ schema: String) throws -> SchemaValidator {
        try SchemaValidator(schema: try JSONParserTests.parse(schema))
    }

    @Test("every keyword follows the standard", arguments: SchemaTable.rows)
    func verdicts(row: SchemaTable.Row) throws {
        let validator = try Self.validator(row.schema)
        for document in row.valid {
            #expect(validator.violations(of: try JSONParserTests.parse(document)) == [], "\(row.schema) \(document)")
        }
        for document in row.invalid {
            #expect(!validator.violations(of: try JSONParserTests.parse(document)).isEmpty, "\(row.schema) \(document)")
        }
    }

    @Test("the table covers every supported keyword except identifiers")
    func coverage() {
        let text = SchemaTable.rows.map(\.schema).joined()
        for keyword in SchemaKeyword.names where !["$id", "$schema"].contains(keyword) {
            #expect(text.contains("\"\(keyword)\":"), "\(keyword)")
        }
    }

    @Test(
        "Python's jsonschema agrees on the tables of schemas and manifests",
        .enabled(if: ProjectPython.isInstalled, "\(ProjectPython.remedy)"))
    func python() throws {
        var cases: [(schema: String, document: String, isValid: Bool, isOurs: Bool)] = []
        for row in SchemaTable.rows {
            let validator = try Self.validator(row.schema)
            for document in row.valid + row.invalid {
                let isOurs = validator.violations(of: try JSONParserTests.parse(document)).isEmpty
                cases.append((row.schema, document, row.valid.contains(document), isOurs))
            }
        }
        let schema = String(decoding: ManifestSchema.job.bytes, as: UTF8.self)
        for row in ManifestTableRow.all where row.judge != .grammar {
            let isOurs = ManifestSchema.job.validator.violations(of: try JSONParserTests.parse(row.text)).isEmpty
            cases.append((schema, row.text, row.isValid || row.judge == .rules, isOurs))
        }
        let verdicts = try PythonValidator.verdicts(cases.map { ($0.schema, $0.document) })
        try #require(verdicts.count == cases.count)
        for (verdict, item) in zip(verdicts, cases) {
            #expect(verdict == item.isValid && verdict == item.isOurs, "\(item.schema.prefix(80)) \(item.document)")
        }
    }

    @Test(
        "a schema with an unsupported or invalid part is rejected",
        arguments: [
            (#"{"format":"email"}"#, .unknownKeyword("format", pointer: "")),
            (#"{"properties":{"a":{"minimun":1}}}"#, .unknownKeyword("minimun", pointer: "/properties/a")),
            (#"{"$defs":{"a":{"contains":true}}}"#, .unknownKeyword("contains", pointer: "/$defs/a")),
            (#"{"if":true,"then":{"dependentRequired":{}}}"#, .unknownKeyword("dependentRequired", pointer: "/then")),
            (
                #"{"type":"float"}"#,
                .invalidKeyword(
                    "type", pointer: "",
                    expected: "a type or a list of types from null, boolean, integer, number, string, array, object")
            ),
            (#"{"minimum":"1"}"#, .invalidKeyword("minimum", pointer: "", expected: "a number")),
            (#"{"minLength":-1}"#, .invalidKeyword("minLength", pointer: "", expected: "a whole number of at least 0")),
            (#"{"multipleOf":0}"#, .invalidKeyword("multipleOf", pointer: "", expected: "a number above 0")),
            (#"{"pattern":"("}"#, .invalidKeyword("pattern", pointer: "", expected: "a regular expression")),
            (
                #"{"patternProperties":{"[":true}}"#,
                .invalidKeyword("patternProperties", pointer: "", expected: "regular expressions as keys")
            ),
            (#"{"required":"a"}"#, .invalidKeyword("required", pointer: "", expected: "a list of names")),
            (#"{"oneOf":[]}"#, .invalidKeyword("oneOf", pointer: "", expected: "a list of schemas")),
            (#"{"then":true}"#, .invalidKeyword("if", pointer: "", expected: "a condition for 'then' and 'else'")),
            (
                #"{"items":{"$defs":{}}}"#,
                .invalidKeyword("$defs", pointer: "/items", expected: "an object of schemas, at the root only")
            ),
            (
                #"{"$defs":[]}"#,
                .invalidKeyword("$defs", pointer: "", expected: "an object of schemas, at the root only")
            ),
            (#"{"items":[true]}"#, .invalidSchema(found: "array", pointer: "/items")),
            ("1", .invalidSchema(found: "integer", pointer: "")),
            (##"{"$ref":"#/$defs/b"}"##, .unresolvedReference("#/$defs/b", pointer: "")),
            (#"{"$ref":"other.json"}"#, .unresolvedReference("other.json", pointer: "")),
            (##"{"$ref":"#"}"##, .endlessReference("#")),
            (
                ##"{"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}}}"##,
                .endlessReference("#/$defs/a")
            ),
        ] as [(String, SchemaError)])
    func refusedSchema(schema: String, expected: SchemaError) throws {
        let document = try JSONParserTests.parse(schema)
        let error = #expect(throws: SchemaError.self) { try SchemaValidator(schema: document) }
        #expect(error == expected)
        #expect(error?.description.hasPrefix("the schema") == true)
    }

    @Test("violations come from the alternative with the type of the value")
    func alternatives() throws {
        let validator = try Self.validator(#"{"oneOf":[{"const":"all"},{"type":"array","items":{"type":"string"}}]}"#)
        let nested = validator.violations(of: try JSONParserTests.parse(#"["a", 2]"#))
        #expect(
            nested.map(\.description) == ["/1: found the number 2; expected a string; put it between double quotes"])
        let other = validator.violations(of: try JSONParserTests.parse("3"))
        #expect(
            other.map(\.description) == [
                "the document: found the number 3; expected \"all\" or an array; write one of these"
            ])
    }

    @Test("defaults are added in the schema's order, including nested, referenced and conditional ones")
    func defaults() throws {
        let validator = try Self.validator(
            ##"""
            {"properties": {
                "a": {"default": {}, "properties": {"x": {"default": 1}, "y": {"$ref": "#/$defs/y"}}},
                "kind": {"default": "p"}, "b": true, "p": true, "q": true},
             "if": {"properties": {"kind": {"const": "p"}}},
             "then": {"properties": {"p": {"default": [1]}}}, "else": {"properties": {"q": {"default": null}}},
             "$defs": {"y": {"properties": {"z": {"default": true}}}}}
            """##)
        let filled = { (text: String) in
            JSONSerializer.pretty(validator.applyingDefaults(to: try JSONParserTests.parse(text)))
        }
        let compact = { (text: String) in try filled(text).filter { !$0.isWhitespace } }
        #expect(try compact("{}") == #"{"a":{"x":1},"kind":"p","p":[1]}"#)
        #expect(
            try compact(#"{"o":0,"b":2,"a":{"y":{}}}"#)
                == #"{"a":{"x":1,"y":{"z":true}},"kind":"p","b":2,"p":[1],"o":0}"#)
        #expect(try compact(#"{"kind":"q","a":7}"#) == #"{"a":7,"kind":"q","q":null}"#)
        #expect(try compact("[]") == "[]")
    }
}

/// Validation by Python's jsonschema.
enum PythonValidator {
    /// - Parameter cases: texts of schemas and documents.
    /// - Returns: true for each valid document. The schemas are checked against the meta-schema.
    static func verdicts(_ cases: [(schema: String, document: String)]) throws -> [Bool] {
        let input = JSONValue.array(cases.map { .array([.string($0.schema), .string($0.document)]) })
        let output = try ProjectPython.output(of: ["-c", script], input: Data(JSONSerializer.canonical(input).utf8))
        return try JSONParser.parse(Array(output), file: "verdicts").elements?.compactMap(\.bool) ?? []
    }

    /// In Python, `$` also matches before a final line feed. `\Z` has the meaning of ECMA-262.
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
