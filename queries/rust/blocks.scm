; What holds statements or definitions side by side.
(source_file) @block
(block) @block
(declaration_list) @block
; Text whose inner lines are content, not layout.
(string_literal) @string
(raw_string_literal) @string
