/// Schemas with valid and invalid documents, for the tests of keywords and the comparison with Python's jsonschema.
enum SchemaTable {
    struct Row: Sendable {
        var schema: String
        var valid: [String]
        var invalid: [String]

        init(_ schema: String, valid: [String] = [], invalid: [String] = []) {
            self.schema = schema
            self.valid = valid
            self.invalid = invalid
        }
    }

    static let rows: [Row] = scalars + containers + combinations

    private static let scalars = [
        Row("true", valid: ["null", "{}"]),
        Row("false", invalid: ["null", "{}"]),
        Row(#"{"title":"t","description":"d","examples":[1],"default":2,"$comment":"c"}"#, valid: ["null"]),
        Row(
            #"{"type":"integer"}"#, valid: ["1", "1.0", "-0.0", "1e3", "1e300"],
            invalid: ["1.5", "true", #""1""#, "null"]),
        Row(#"{"type":"number"}"#, valid: ["1", "1.5"], invalid: ["true", #""1""#]),
        Row(#"{"type":"boolean"}"#, valid: ["true", "false"], invalid: ["0", "1", #""true""#]),
        Row(#"{"type":"null"}"#, valid: ["null"], invalid: ["0", "false", #""""#]),
        Row(#"{"type":["string","array"]}"#, valid: [#""""#, "[]"], invalid: ["{}", "1"]),
        Row(
            #"{"enum":[1,"a",null,[true],{"b":0}]}"#, valid: ["1.0", #""a""#, "null", "[true]", #"{"b":0.0}"#],
            invalid: ["true", "[1]", #""A""#, #"{"b":false}"#]),
        Row(#"{"const":0}"#, valid: ["0", "0.0", "-0"], invalid: ["false", "null", #""0""#]),
        Row(#"{"const":false}"#, valid: ["false"], invalid: ["0", "[]"]),
        Row(
            #"{"minimum":1,"maximum":2.5}"#, valid: ["1", "2.5", #""0""#, "true"],
            invalid: ["0.999999", "2.500001", "-1e300"]),
        Row(#"{"maximum":9007199254740992}"#, valid: ["9007199254740992"], invalid: ["9007199254740993"]),
        Row(
            #"{"exclusiveMinimum":0,"exclusiveMaximum":1}"#, valid: ["5e-324", "0.5"],
            invalid: ["0", "-0.0", "1", "1.0"]),
        Row(#"{"multipleOf":8}"#, valid: ["0", "-16", "64.0", #""7""#], invalid: ["4", "8.5", "-7"]),
        Row(#"{"multipleOf":0.01}"#, valid: ["1", "0.02"], invalid: ["0.005", "1.001"]),
        Row(#"{"multipleOf":0.5}"#, valid: ["1.5", "1e30"], invalid: ["1.25"]),
        Row(
            #"{"minLength":2,"maxLength":3}"#, valid: [#""ab""#, #""😀é😀""#, #""e\u0301""#, "[]"],
            invalid: [#""a""#, #""é""#, #""abcd""#]),
        Row(#"{"pattern":"b+c"}"#, valid: [#""abbcd""#, "1"], invalid: [#""bd""#, #""""#]),
        Row(
            #"{"pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,3}$"}"#, valid: [#""a""#, #""A.b-""#],
            invalid: [#""""#, #""-a""#, #""a b""#, #""abcde""#, #""ä""#, #""a\n""#]),
    ]

    private static let containers = [
        Row(
            #"{"properties":{"a":{"type":"integer"},"b":false}}"#, valid: ["{}", #"{"a":1,"c":2}"#, "[]"],
            invalid: [#"{"a":"1"}"#, #"{"b":null}"#]),
        Row(#"{"required":["a","b"]}"#, valid: [#"{"a":null,"b":1}"#, "[]"], invalid: ["{}", #"{"a":1}"#]),
        Row(
            #"{"properties":{"a":true},"additionalProperties":false}"#, valid: ["{}", #"{"a":1}"#],
            invalid: [#"{"A":1}"#]),
        Row(#"{"additionalProperties":{"type":"string"}}"#, valid: [#"{"a":"b"}"#], invalid: [#"{"a":"b","c":1}"#]),
        Row(
            #"{"patternProperties":{"^x":{"type":"null"},"y":{"enum":[null,1]}},"additionalProperties":false}"#,
            valid: [#"{"x":null,"y":1,"xy":null}"#], invalid: [#"{"x":1}"#, #"{"xy":1}"#, #"{"z":1}"#]),
        Row(#"{"propertyNames":{"maxLength":2}}"#, valid: [#"{"ab":1}"#, #""abc""#], invalid: [#"{"abc":1}"#]),
        Row(#"{"properties":{"é":{"type":"null"}}}"#, valid: [#"{"e\u0301":1}"#], invalid: [#"{"\u00e9":1}"#]),
        Row(#"{"items":{"type":"integer"}}"#, valid: ["[]", "[1,2]", "{}"], invalid: [#"[1,"2"]"#]),
        Row(
            #"{"prefixItems":[{"type":"integer"},{"type":"string"}]}"#, valid: ["[]", "[1]", #"[1,"a",null]"#],
            invalid: [#"["a"]"#, "[1,2]"]),
        Row(#"{"prefixItems":[true],"items":false}"#, valid: ["[1]"], invalid: ["[1,2]"]),
        Row(#"{"minItems":1,"maxItems":2}"#, valid: ["[1]", "[1,2]", "{}"], invalid: ["[]", "[1,2,3]"]),
        Row(
            #"{"uniqueItems":true}"#,
            valid: ["[]", "[1,true,0,false]", #"[[1],[true]]"#, #"["1",1]"#, #"["é","e\u0301"]"#],
            invalid: ["[1,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1}]"#, "[[0],[-0.0]]"]),
        Row(#"{"uniqueItems":false}"#, valid: ["[1,1]"]),
    ]

    private static let combinations = [
        Row(#"{"allOf":[{"minimum":1},{"maximum":3}]}"#, valid: ["2"], invalid: ["0", "4"]),
        Row(#"{"anyOf":[{"type":"string"},{"minimum":3}]}"#, valid: [#""a""#, "3"], invalid: ["2"]),
        Row(#"{"oneOf":[{"multipleOf":2},{"multipleOf":3}]}"#, valid: ["2", "3"], invalid: ["6", "1"]),
        Row(#"{"not":{"required":["a","b"]}}"#, valid: [#"{"a":1}"#], invalid: [#"{"a":1,"b":2}"#]),
        Row(#"{"not":{"description":"never"}}"#, invalid: ["1", "null"]),
        Row(
            #"{"if":{"properties":{"k":{"const":1}},"required":["k"]},"then":{"required":["x"]},"else":{"required":["y"]}}"#,
            valid: [#"{"k":1,"x":0}"#, #"{"k":2,"y":0}"#, #"{"y":0}"#, #"{"k":true,"y":0}"#],
            invalid: [#"{"k":1,"y":0}"#, "{}"]),
        Row(#"{"if":true,"else":false}"#, valid: ["1"]),
        Row(##"{"$ref":"#/$defs/a","maximum":5,"$defs":{"a":{"minimum":1}}}"##, valid: ["3"], invalid: ["0", "6"]),
        Row(
            ##"{"properties":{"child":{"$ref":"#"}},"additionalProperties":false}"##,
            valid: [#"{"child":{"child":{}}}"#], invalid: [#"{"child":{"c":{}}}"#]),
        Row(##"{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"null"}}}"##, valid: ["null"], invalid: ["1"]),
    ]
}
