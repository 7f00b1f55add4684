import ArgumentParser
import Manifests

extension RunnerSection.Kind: ExpressibleByArgument {}
