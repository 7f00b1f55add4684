import ContentStore
import Foundation
import Jobs
import Pipeline
import Retraining
import Slurm
import Stages
import StrictJSON

extension FuzzedParser {
    private static let digest = Digest.of(text: "a").hex

    static let workerRecord = decoding(
        WorkerRecord.self, name: "worker-record",
        sample: """
            {"version":3,"key":"\(digest)","attempt":1,"peakMiB":9,"failure":"timedOut","message":"It took longer.","lostBlob":"\(digest)",\
            "outputs":[{"name":"out","digest":"\(digest)","sizeBytes":3}],"references":["\(digest)"],"warnings":["careful"],\
            "log":"text","seconds":0.5,"host":"n1","processor":"p","versions":"nominal"}
            """)

    static let elementSpecification = decoding(
        ElementSpec.self, name: "element-specification",
        sample: """
            {"version":2,"program":"0.1.0","store":"/s","folder":"/s/attempts/1/array-1/0","threads":2,\
            "timeLimitSeconds":9.5,"requiredFreeBytes":1,"tasks":[{"task":"a/b","stage":"score","stageVersion":3,\
            "settings":"{}","key":"\(digest)","attempt":1,"inputs":[{"name":"i","digest":"\(digest)"}],\
            "sources":[{"name":"a.png","path":"/d/a.png","folder":"/d","followsLinks":false}]}]}
            """)

    static let shardRecord = decoding(
        ShardRecord.self, name: "shard-record",
        sample: """
            {"version":2,"program":"0.1.0","shard":1,"count":2,"model":"\(digest)","engine":"onednn","tolerance":1.5,"list":"\(digest)",\
            "imageCount":7,"scores":"\(digest)","exports":"\(digest)","sha256":"","threshold":{"value":0.5,"origin":"--threshold"}}
            """)

    /// What squeue and sinfo print.
    static let slurmQueue = FuzzedParser(
        name: "slurm-queue", maximumBytes: 1024,
        seeds: {
            [
                "t|0|RUNNING|n1|None\nt|1|PENDING||Resources\nu|0|COMPLETED|n2|None\n",
                "batch*|n1|mixed|2/4/0/6\nbatch*|n2|idle|0/6/0/6\n",
            ].map { Array($0.utf8) }
        }
    ) { _ in
        { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let capacity = SlurmAnswers.capacity(text, isOfDefaultPartition: true) {
                guard !capacity.nodes.isEmpty, capacity.idleCores >= 0 else {
                    fatalError("there is a capacity without a node, or of less than nothing")
                }
            }
            let states = SlurmAnswers.states(text, of: ["t"])
            guard states.keys.allSatisfy({ $0 == "t" }) else {
                fatalError("there is a state of an array that nobody asked for")
            }
        }
    }

    /// What is decoded is written and read again, and every digest in it is read.
    private static func decoding<Value: Codable & Equatable & Sendable>(
        _ type: Value.Type, name: String, sample: String
    ) -> FuzzedParser {
        FuzzedParser(name: name, maximumBytes: 1024, seeds: { [Array(sample.utf8)] }) { _ in
            { bytes in
                let value = try StrictJSON.decode(type, from: bytes)
                guard try JSONDecoder().decode(type, from: JSONEncoder().encode(value)) == value else {
                    fatalError("\(value) changes when it is written and read")
                }
                for record in (value as? ElementSpec)?.tasks ?? [] { _ = try Job.stages.stage(of: record) }
                for hex in (value as? WorkerRecord)?.references ?? [] { _ = try Digest(hex: hex) }
            }
        }
    }

    static let roll = FuzzedParser(
        name: "roll", maximumBytes: 1024, words: ["\"start\":\"scratch\"", "\"isNew\":false", "\"isHeldOut\":true"],
        seeds: {
            let member = #"{"source":"\#(digest)","file":"incoming/a.png","isNew":true,"isHeldOut":false}"#
            let text =
                #"{"version":1,"champion":"\#(digest)","start":"warm","copies":0,"isForced":false,"members":[\#(member)]}"#
            return [Array(text.utf8)]
        }
    ) { _ in
        { bytes in
            let roll = try Roll(bytes: bytes)
            guard try Roll(bytes: roll.bytes) == roll else { fatalError("a roll changes when it is written and read") }
            _ = (roll.newCount, roll.newForTraining, roll.hasNews(since: roll))
        }
    }

    static let verdict = FuzzedParser(
        name: "verdict", maximumBytes: 1024, words: ["\"isWorse\":true", "\"probability\":"],
        seeds: {
            let criterion = #"{"name":"criterion","champion":0.5,"challenger":0.6,"rule":"falls","isWorse":false}"#
            return [Array(#"{"version":1,"isPromoted":true,"criteria":[\#(criterion)]}"#.utf8)]
        }
    ) { _ in
        { bytes in
            let verdict = try Verdict(bytes: bytes)
            guard !verdict.reason.isEmpty else { fatalError("a verdict has no reason") }
        }
    }

    /// The list of the last export: whatever is in it, nothing outside of the folder may go.
    static let exportList = FuzzedParser(
        name: "export-list", maximumBytes: 512,
        words: ["../outside", "/", "..", ".", "link/outside", "//", "a/../../outside"],
        seeds: {
            [#"{"a.txt":"\#(digest)","b/c.txt":"\#(digest)","../outside":"\#(digest)","link/outside":"\#(digest)"}"#]
                .map { Array($0.utf8) }
        }
    ) { folder in
        let store = try ContentStore(path: folder + "/store")
        let outside = folder + "/outside", run = folder + "/run"
        let exports = try ExportFolder(path: run)
        try AtomicFile.writePrivate([1], to: outside)
        try FileManager.default.createSymbolicLink(atPath: run + "/link", withDestinationPath: folder)
        return { bytes in
            try AtomicFile.writePrivate(bytes, to: run + "/exports.json")
            _ = try exports.export(ExportPlan(files: []), from: store, isComplete: true)
            guard FileManager.default.fileExists(atPath: outside) else { fatalError("a file outside was removed") }
            // The list may name the link itself, which lies in the folder.
            if !FileManager.default.fileExists(atPath: run + "/link") {
                try FileManager.default.createSymbolicLink(atPath: run + "/link", withDestinationPath: folder)
            }
        }
    }
}
