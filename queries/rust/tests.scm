; A test, and the module that a file keeps its tests in.
((attribute_item (attribute [(identifier) @_path (scoped_identifier name: (identifier) @_path)]))
  . (attribute_item)* . (function_item) @test
  (#any-of? @_path "test" "rstest" "test_case" "proptest"))
((attribute_item) @_condition . (attribute_item)* . (mod_item body: (declaration_list) @test.body) @test.module
  (#match? @_condition "^#\\[cfg\\(.*\\btest\\b"))
