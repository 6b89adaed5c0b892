; What holds statements or definitions side by side.
(source_file) @block
(block) @block
(statement_list) @block
(type_declaration "(") @block
(const_declaration "(") @block
(var_spec_list) @block
(interface_type) @block
