/// A manifest is made of the values of this module, so whoever reads manifests gets them too.
@_exported import StrictJSON
