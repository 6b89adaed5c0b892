; What holds statements or definitions side by side.
(program) @block
(block) @block
(constructor_body) @block
(switch_block_statement_group) @block
(class_body) @block
(interface_body) @block
(annotation_type_body) @block
(enum_body_declarations) @block
