/// Tasks that may be put together in an array.
struct ElementKind: Hashable, Comparable {
    let stage: String
    let isWholeMachine: Bool

    init(_ task: PipelineTask) { (stage, isWholeMachine) = (task.stageName, task.resources == .wholeMachine) }

    static func < (left: ElementKind, right: ElementKind) -> Bool { left.stage < right.stage }
}
