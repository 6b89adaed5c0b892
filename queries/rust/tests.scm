; What says of the item below it that it is a test, or the module that a file keeps its tests in. Each pattern has one root: one
; that matched siblings would make every search in a part of a file look at all of it.
((attribute_item (attribute [(identifier) @_path (scoped_identifier name: (identifier) @_path)])) @test
  (#any-of? @_path "test" "rstest" "test_case" "proptest"))
((attribute_item) @test.module (#match? @test.module "^#\\[cfg\\(.*\\btest\\b"))
