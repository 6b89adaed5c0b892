; What holds statements or definitions side by side.
(source_file) @block
(block) @block
(declaration_list) @block
