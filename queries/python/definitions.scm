; What a scope can be. A decorated definition is one with its decorators.
(function_definition name: (identifier) @name body: (block) @body) @definition.function
(class_definition name: (identifier) @name body: (block) @body) @definition.class
(decorated_definition) @wrapper
; A name at the top of a file is no scope of its own, and yet what a function may need.
(module (expression_statement (assignment left: (identifier) @binding.name)) @binding)
