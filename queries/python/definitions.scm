; What a scope can be. A decorated definition is one with its decorators.
(function_definition name: (identifier) @name body: (block) @body) @definition.function
(class_definition name: (identifier) @name body: (block) @body) @definition.class
(decorated_definition) @wrapper
