; What holds statements or definitions side by side.
(program) @block
(statement_block) @block
(class_body) @block
(switch_case) @block
(switch_default) @block
; Text whose inner lines are content, not layout.
(string) @string
(template_string) @string
(return_statement) @exit
(throw_statement) @exit
