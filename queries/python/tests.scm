; A test, by the names that pytest and unittest collect.
((function_definition name: (identifier) @_name) @test (#match? @_name "^test"))
((class_definition name: (identifier) @_name) @test (#match? @_name "^Test"))
((class_definition superclasses: (argument_list (_) @_base)) @test (#match? @_base "TestCase$"))
