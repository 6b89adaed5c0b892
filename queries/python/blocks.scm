; What holds statements or definitions side by side.
(module) @block
(block) @block
