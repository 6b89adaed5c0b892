; What holds statements or definitions side by side.
(program) @block
(statement_block) @block
(class_body) @block
(switch_case) @block
(switch_default) @block
