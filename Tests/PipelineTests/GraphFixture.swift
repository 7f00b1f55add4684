import ContentStore
import PipelineTestSupport

@testable import Pipeline

/// Helpers that build graphs.
enum GraphFixture {
    /// A task that writes its label and the texts of its inputs, in order.
    static func task(
        _ id: String, label: String? = nil, after producers: [String] = [], blobs: [Digest] = [],
        resources: TaskResources = .light
    ) -> PipelineTask {
        task(id, after: producers, blobs: blobs, resources: resources, stage: joining(label ?? id))
    }

    static func task(
        _ id: String, after producers: [String] = [], blobs: [Digest] = [], resources: TaskResources = .light,
        stage: any Stage
    ) -> PipelineTask {
        PipelineTask(
            id: TaskID(id), stage: stage,
            inputs: blobs.enumerated().map { TaskInput(name: "blob \($0.offset)", source: .blob($0.element)) }
                + producers.map { TaskInput(name: $0, source: .output(TaskID($0), "out")) },
            resources: resources)
    }

    static func joining(_ label: String) -> ClosureStage {
        ClosureStage(label) { context in
            try context.write(label + "(" + context.inputNames.map(context.text(of:)).joined(separator: " ") + ")")
        }
    }

    static func failing(_ label: String) -> ClosureStage {
        ClosureStage(label) { _ in throw StageFailure(message: "\(label) broke") }
    }
}
