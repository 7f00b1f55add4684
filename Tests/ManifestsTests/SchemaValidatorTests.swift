import PythonTestSupport
import Testing

@testable import Manifests

@Suite("JSON Schema validator")
struct SchemaValidatorTests {
    static func validator(_ schema: String) throws -> SchemaValidator {
        try SchemaValidator(schema: try JSONParserTests.parse(schema))
    }

    @Test("every keyword accepts and refuses what the standard says", arguments: SchemaTable.rows)
    func verdicts(row: SchemaTable.Row) throws {
        let validator = try Self.validator(row.schema)
        for document in row.valid {
            #expect(validator.violations(of: try JSONParserTests.parse(document)) == [], "\(row.schema) \(document)")
        }
        for document in row.invalid {
            #expect(!validator.violations(of: try JSONParserTests.parse(document)).isEmpty, "\(row.schema) \(document)")
        }
    }

    @Test("the table exercises every keyword that the validator knows but for names and places")
    func coverage() {
        let text = SchemaTable.rows.map(\.schema).joined()
        for keyword in SchemaKeyword.names where !["$id", "$schema"].contains(keyword) {
            #expect(text.contains("\"\(keyword)\":"), "\(keyword)")
        }
    }

    @Test(
        "Python's jsonschema gives the same verdicts on the tables of schemas and manifests",
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
        let schema = String(decoding: JobSchema.bytes, as: UTF8.self)
        for row in ManifestTableRow.all where row.judge != .grammar {
            let isOurs = JobSchema.validator.violations(of: try JSONParserTests.parse(row.text)).isEmpty
            cases.append((schema, row.text, row.isValid || row.judge == .rules, isOurs))
        }
        let verdicts = try PythonValidator.verdicts(cases.map { ($0.schema, $0.document) })
        try #require(verdicts.count == cases.count)
        for (verdict, item) in zip(verdicts, cases) {
            #expect(verdict == item.isValid && verdict == item.isOurs, "\(item.schema.prefix(80)) \(item.document)")
        }
    }

    @Test(
        "a schema that would stay partly without effect is refused",
        arguments: [
            (#"{"format":"email"}"#, .unknownKeyword("format", pointer: "")),
            (#"{"properties":{"a":{"minimun":1}}}"#, .unknownKeyword("minimun", pointer: "/properties/a")),
            (#"{"$defs":{"a":{"contains":true}}}"#, .unknownKeyword("contains", pointer: "/$defs/a")),
            (#"{"if":true,"then":{"dependentRequired":{}}}"#, .unknownKeyword("dependentRequired", pointer: "/then")),
            (
                #"{"type":"float"}"#,
                .invalidKeyword(
                    "type", pointer: "",
                    expected: "a type or a list of types out of null, boolean, integer, number, string, array, object")
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
            (#"{"then":true}"#, .invalidKeyword("if", pointer: "", expected: "a condition beside 'then' and 'else'")),
            (
                #"{"items":{"$defs":{}}}"#,
                .invalidKeyword("$defs", pointer: "/items", expected: "an object of schemas, at the root alone")
            ),
            (
                #"{"$defs":[]}"#,
                .invalidKeyword("$defs", pointer: "", expected: "an object of schemas, at the root alone")
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

    @Test("of several alternatives, the one that has the kind of the value says what is wrong")
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

    @Test("defaults are filled in, also within defaults, references and the branch that applies, in the schema's order")
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
