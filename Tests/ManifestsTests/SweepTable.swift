/// Sweeps over the job of ``SweepFixture`` with their expected faults.
extension ManifestTableRow {
    /// A sweep with these members on line 2.
    private static func sweep(_ members: String) -> String {
        #"{"name": "s", "job": "job.json","# + "\n" + members + "}"
    }

    private static func fine(_ title: String, _ members: String) -> Self {
        Self(title: title, text: sweep(members), judge: .schema, faults: [])
    }

    private static func faulty(
        _ title: String, _ members: String, by judge: Judge = .schema, _ faults: (String, Int)...
    ) -> Self {
        Self(
            title: title, text: sweep(members), judge: judge,
            faults: faults.map { Fault(pointer: $0.0, line: 2, column: $0.1) })
    }

    static let sweeps = validSweeps + sweepSchemaFaults + sweepParameterFaults + sweepRuleFaults

    private static let lambda = #""parameters":{"/training/lambda":[0.1]}"#

    private static let validSweeps: [Self] = [
        fine("one value", lambda),
        fine("every key", lambda + #","$schema":"x","description":"d","search":{},"seeds":[1,2],"rankBy":"criterion""#),
        fine("a grid", #""search":{"method":"grid"},"# + lambda),
        fine(
            "ranges of all kinds",
            #""search":{"method":"random","samples":3,"seed":0},"parameters":{"/training/lambda":{"min":0,"max":1},"#
                + #""/training/learningRate":{"min":1e-4,"max":0.1,"scale":"log"},"#
                + #""/network/baseWidth":{"min":1,"max":8,"scale":"log","integer":true}}"#),
        fine("patches as values", #""parameters":{"/corruption":[{},{"model":"perlin"},null]}"#),
        fine("a key with a dollar sign elsewhere", #""$schema":"",\#(lambda)"#),
    ]

    private static let sweepSchemaFaults: [Self] = [
        whole("a sweep that is a list", "[]", ("", 1)),
        whole("an empty sweep", "{}", ("", 1), ("", 1), ("", 1)),
        faulty("an unknown key of a sweep", #""metric":"x",\#(lambda)"#, ("/metric", 1)),
        faulty("ranking by a test metric", #""rankBy":"imageAUROC",\#(lambda)"#, ("/rankBy", 10)),
        faulty("ranking by two things", #""rankBy":["criterion","pixelAUROC"],\#(lambda)"#, ("/rankBy", 10)),
        faulty("ranking by a misspelt key", #""rankby":"imageAUROC",\#(lambda)"#, ("/rankby", 1)),
        faulty("a misspelt method", #""search":{"method":"Grid"},\#(lambda)"#, ("/search/method", 20)),
        faulty("random without samples", #""search":{"method":"random"},\#(lambda)"#, ("/search", 10)),
        faulty("samples of a grid", #""search":{"samples":3},\#(lambda)"#, ("/search/samples", 21)),
        faulty("a seed of a grid", #""search":{"method":"grid","seed":3},\#(lambda)"#, ("/search/seed", 34)),
        faulty(
            "no samples", #""search":{"method":"random","samples":0},\#(lambda)"#, ("/search/samples", 39)),
        faulty(
            "too many samples", #""search":{"method":"random","samples":1001},\#(lambda)"#, ("/search/samples", 39)),
        faulty("a seed twice in a sweep", #""seeds":[1,1],\#(lambda)"#, ("/seeds/1", 12)),
        faulty("no seeds in a sweep", #""seeds":[],\#(lambda)"#, ("/seeds", 9)),
        faulty("parameters as a list", #""parameters":["/training/lambda"]"#, ("/parameters", 14)),
        faulty("a single value", #""parameters":{"/training/lambda":0.1}"#, ("/parameters/~1training~1lambda", 34)),
        faulty("no values", #""parameters":{"/training/lambda":[]}"#, ("/parameters/~1training~1lambda", 34)),
        faulty(
            "a value twice", #""parameters":{"/training/lambda":[0.1,0.10]}"#, ("/parameters/~1training~1lambda/1", 39)),
        faulty(
            "a range without max", #""parameters":{"/training/lambda":{"min":1}}"#,
            ("/parameters/~1training~1lambda", 34)),
        faulty(
            "a range with a wrong scale", #""parameters":{"/training/lambda":{"min":0,"max":1,"scale":"ln"}}"#,
            ("/parameters/~1training~1lambda/scale", 59)),
        faulty(
            "a range with an unknown key", #""parameters":{"/training/lambda":{"min":0,"max":1,"step":0.1}}"#,
            ("/parameters/~1training~1lambda/step", 51)),
    ]

    private static let sweepParameterFaults: [Self] = [
        faulty("a parameter by its bare name", #""parameters":{"lambda":[0.1]}"#, ("/parameters/lambda", 15)),
        faulty("an empty pointer", #""parameters":{"":[0.1]}"#, ("/parameters/", 15)),
        faulty("a pointer with an empty name", #""parameters":{"/training/":[0.1]}"#, ("/parameters/~1training~1", 15)),
        faulty("a lone tilde", #""parameters":{"/training~":[0.1]}"#, ("/parameters/~1training~0", 15)),
        faulty("no parameters", #""parameters":{}"#, by: .rules, ("/parameters", 14)),
        faulty(
            "a misspelt parameter", #""parameters":{"/training/lamda":[0.1]}"#, by: .rules,
            ("/parameters/~1training~1lamda", 15)),
        faulty(
            "a pointer beyond a value", #""parameters":{"/training/lambda/0":[0.1]}"#, by: .rules,
            ("/parameters/~1training~1lambda~10", 15)),
        faulty(
            "the data set", #""parameters":{"/dataset/heldOutFraction":[0.1]}"#, by: .rules,
            ("/parameters/~1dataset~1heldOutFraction", 15)),
        faulty("the name", #""parameters":{"/name":["b"]}"#, by: .rules, ("/parameters/~1name", 15)),
        faulty("variants of variants", #""parameters":{"/variants":[{}]}"#, by: .rules, ("/parameters/~1variants", 15)),
        faulty("the seed", #""parameters":{"/training/seed":[1]}"#, by: .rules, ("/parameters/~1training~1seed", 15)),
        faulty(
            "a seed within a patch", #""parameters":{"/training":[{"lambda":0},{"seeds":[1,2]}]}"#, by: .rules,
            ("/parameters/~1training/1", 41)),
        faulty(
            "a part of another parameter", #""parameters":{"/corruption/model":["nsa"],"/corruption":[{}]}"#,
            by: .rules, ("/parameters/~1corruption", 43)),
    ]

    private static let sweepRuleFaults: [Self] = [
        faulty(
            "a range on a grid", #""parameters":{"/training/lambda":{"min":0,"max":1}}"#, by: .rules,
            ("/parameters/~1training~1lambda", 34)),
        faulty(
            "a range upside down",
            #""search":{"method":"random","samples":2},"parameters":{"/training/lambda":{"min":1,"max":1}}"#,
            by: .rules, ("/parameters/~1training~1lambda/min", 82)),
        faulty(
            "a logarithm of 0",
            #""search":{"method":"random","samples":2},"parameters":{"/training/lambda":{"min":0,"max":1,"scale":"log"}}"#,
            by: .rules, ("/parameters/~1training~1lambda/min", 82)),
        faulty(
            "whole numbers between fractions",
            #""search":{"method":"random","samples":2},"parameters":{"/training/steps":{"min":90.5,"max":1e3,"integer":true}}"#,
            by: .rules, ("/parameters/~1training~1steps/min", 81)),
        faulty(
            "more samples than combinations",
            #""search":{"method":"random","samples":3},"parameters":{"/training/lambda":[0,1]}"#, by: .rules,
            ("/search/samples", 39)),
        faulty(
            "bounds that the job does not allow",
            #""search":{"method":"random","samples":2},"parameters":{"/training/lambda":{"min":-1,"max":2}}"#,
            by: .rules, ("/parameters/~1training~1lambda/min", 82), ("/parameters/~1training~1lambda/max", 91)),
        faulty(
            "whole numbers without end",
            #""search":{"method":"random","samples":2},"parameters":{"/training/steps":{"min":-9e18,"max":9e18,"integer":true}}"#,
            by: .rules, ("/parameters/~1training~1steps/min", 81), ("/parameters/~1training~1steps/max", 93)),
        faulty(
            "a value that the job does not allow", #""parameters":{"/training/lambda":[0.5,1.5]}"#, by: .rules,
            ("/parameters/~1training~1lambda/1", 39)),
        faulty(
            "a value of another kind", #""parameters":{"/training/lambda":["0.5"]}"#, by: .rules,
            ("/parameters/~1training~1lambda/0", 35)),
        faulty(
            "an unknown key within a patch", #""parameters":{"/corruption":[{"modell":"nsa"}]}"#, by: .rules,
            ("/parameters/~1corruption/0", 30)),
        faulty(
            "values that contradict the job", #""parameters":{"/training/steps":[10,15,30]}"#, by: .rules,
            ("/parameters", 14), ("/parameters", 14)),
        faulty(
            "fractions of steps",
            #""search":{"method":"random","samples":9},"parameters":{"/training/steps":{"min":90,"max":200}}"#,
            by: .rules, ("/parameters/~1training~1steps", 74)),
    ]
}
